"""Choices about how people were heard."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MethodKind(models.TextChoices):
    WEB_SURVEY = "WEB_SURVEY", _("Webbenkät")
    POSTAL_SURVEY = "POSTAL_SURVEY", _("Postenkät")
    DIALOGUE_DAY = "DIALOGUE_DAY", _("Dialogtillfälle")
    SAFETY_ROUND = "SAFETY_ROUND", _("Trygghetsrond")
    INVITED_GROUPS = "INVITED_GROUPS", _("Inbjudna grupper")
    STAFF = "STAFF", _("Medarbetare")
    MEETING = "MEETING", _("Möte")
    OTHER = "OTHER", _("Annat sätt")


class Selection(models.TextChoices):
    """How those who answered came to be the ones who answered."""

    SELF_SELECTED = "SELF_SELECTED", _("De som ville svarade")
    RANDOM = "RANDOM", _("Slumpvis utvalda")
    INVITED = "INVITED", _("Inbjudna grupper")
    MIXED = "MIXED", _("Flera sätt")
    NOT_STATED = "NOT_STATED", _("Anges inte")


class Dimension(models.TextChoices):
    SEX = "SEX", _("Kön")
    TIME_OF_DAY = "TIME_OF_DAY", _("Tid på dygnet")
    AREA = "AREA", _("Område")
    AGE = "AGE", _("Ålder")
    ALL = "ALL", _("Alla som svarade")
    CONCEPT = "CONCEPT", _("Begrepp")


class Completeness(models.TextChoices):
    """How much of the source is written down here."""

    COMPLETE = "COMPLETE", _("Hela källan")
    PARTIAL = "PARTIAL", _("En del av källan")
    NOT_STATED = "NOT_STATED", _("Inte bedömt")
