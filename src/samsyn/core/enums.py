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
