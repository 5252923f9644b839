"""Municipalities, their partners, who works where, and what residents are told about who does what."""

from samsyn.organisations.models.pages import GuideEntry, OpeningException, OpeningHours, PageReview
from samsyn.organisations.models.partners import Membership, MembershipQuerySet, Organisation, Unit
from samsyn.organisations.models.towns import (
    FirstRun,
    Logo,
    Municipality,
    MunicipalityHost,
    MunicipalityQuerySet,
    SetupLink,
)

__all__ = [
    "FirstRun",
    "GuideEntry",
    "Logo",
    "Membership",
    "MembershipQuerySet",
    "Municipality",
    "MunicipalityHost",
    "MunicipalityQuerySet",
    "OpeningException",
    "OpeningHours",
    "Organisation",
    "PageReview",
    "SetupLink",
    "Unit",
]
