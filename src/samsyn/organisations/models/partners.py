"""A municipality's own organisation, the police and other partners: their units, and who works there as what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from samsyn.core import clock
from samsyn.organisations.enums import OrganisationKind, Role
from samsyn.organisations.in_force import in_force
from samsyn.organisations.models.towns import Municipality


class Organisation(models.Model):
    """A municipality's own organisation, the police or another partner."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="organisations")
    key = models.SlugField(_("nyckel"), max_length=60)
    kind = models.CharField(_("slag"), max_length=20, choices=OrganisationKind)
    name = models.CharField(_("namn"), max_length=160)
    contact_function = models.CharField(
        _("kontakt"), max_length=200, blank=True, default="", db_default="", help_text=_("Funktion, inget namn")
    )
    is_active = models.BooleanField(_("samverkar nu"), default=True, db_default=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisationer")
        ordering = ["municipality", "name"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="one_organisation_per_key")]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A part of an organisation, such as a department, a housing area or a school."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="units")
    name = models.CharField(_("namn"), max_length=160)
    contact_function = models.CharField(_("kontakt"), max_length=200, blank=True, help_text=_("Funktion, inget namn"))
    is_active = models.BooleanField(_("finns nu"), default=True)

    class Meta:
        verbose_name = _("enhet")
        verbose_name_plural = _("enheter")
        ordering = ["organisation", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_unit_per_name")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, as rights and pages ask for them."""

    def in_force(self, today: date | None = None) -> MembershipQuerySet:
        """Only those that give their role on a day, now if none is said; every right is asked through this."""
        return self.filter(in_force(today))

    def not_over(self, *, now: datetime) -> MembershipQuerySet:
        """Only those that give their role now or will."""
        today = clock.local(now).date()
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=today), ended_at__isnull=True)

    def of(self, municipality: Municipality) -> MembershipQuerySet:
        """Only those at a municipality's organisations."""
        return self.filter(organisation__municipality=municipality)

    def with_role(self, roles: Iterable[str]) -> MembershipQuerySet:
        """Only those with one of some roles."""
        return self.filter(role__in=list(roles))


class Membership(models.Model):
    """
    A person's role at an organisation, perhaps at one of its units; one person may have several.

    It counts from `from_date` to `until_date`, both days included, and no longer once it was ended at a press.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("roll"), max_length=20, choices=Role)
    from_date = models.DateField(_("från och med"), null=True, blank=True)
    until_date = models.DateField(_("till och med"), null=True, blank=True)
    ended_at = models.DateTimeField(_("avslutat"), null=True)
    reviewed_date = models.DateField(_("genomgånget"), null=True)

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("medlemskap")
        verbose_name_plural = _("medlemskap")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_role_once"),
            models.CheckConstraint(
                condition=Q(from_date__isnull=True) | Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.organisation.name}"
