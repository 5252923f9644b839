"""Choices about numbers that somebody else owns."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CountedBy(models.TextChoices):
    """By which date a thing falls in a period."""

    REPORTED = "REPORTED", _("räknas när det anmäls")
    COMMITTED = "COMMITTED", _("räknas när det hände")
    REGISTER = "REGISTER", _("räknas ur register en viss dag")
    DEFINITION = "DEFINITION", _("räknas som källan beskriver")


class Periodicity(models.TextChoices):
    YEAR = "YEAR", _("år")
    QUARTER = "QUARTER", _("kvartal")
    MONTH = "MONTH", _("månad")


class ValueStatus(models.TextChoices):
    """Not known, not told and zero are three things."""

    FINAL = "FINAL", _("slutlig")
    PRELIMINARY = "PRELIMINARY", _("preliminär")
    SUPPRESSED = "SUPPRESSED", _("dold av ägaren")
    MISSING = "MISSING", _("saknas")


class Sex(models.TextChoices):
    FEMALE = "FEMALE", _("kvinnor")
    MALE = "MALE", _("män")
