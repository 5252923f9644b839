"""Choices about the house itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    MAIL = "MAIL", _("E-post")
    SMS = "SMS", _("Sms")


class MessageState(models.TextChoices):
    """WAITING → SENT, DEAD or CANCELLED; a DEAD one may be set to WAITING again by a person."""

    WAITING = "WAITING", _("Väntar")
    SENT = "SENT", _("Skickat")
    DEAD = "DEAD", _("Gick inte att skicka")
    CANCELLED = "CANCELLED", _("Avbrutet")


class ImportState(models.TextChoices):
    """A file's way in. Checked comes again when what was to be loaded was refused after all."""

    CHECKING = "CHECKING", _("Provläses")
    CHECKED = "CHECKED", _("Provläst")
    LOADING = "LOADING", _("Läses in")
    LOADED = "LOADED", _("Inläst")
    CANCELLED = "CANCELLED", _("Avbruten")
    FAILED = "FAILED", _("Gick inte")


class ImportPhase(models.TextChoices):
    WAITING = "WAITING", _("Väntar")
    READING = "READING", _("Läser raderna")
    STORING = "STORING", _("Sparar")
    DONE = "DONE", _("Klar")
