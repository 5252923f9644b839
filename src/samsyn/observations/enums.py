"""Choices about things seen: from which source, how sure, how exact in time, of what kind."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SourceClass(models.TextChoices):
    """Who saw it. Stays on the observation for ever, with what that source is known to miss."""

    RESIDENT = "RESIDENT", _("Invånare")
    HOST = "HOST", _("Trygghetsvärd")
    ROUND = "ROUND", _("Trygghetsrond")
    SURVEY = "SURVEY", _("Enkät")
    PARTNER = "PARTNER", _("Samverkanspart")
    PROPERTY_CHECK = "PROPERTY_CHECK", _("Fastighetskontroll")
    STAFF = "STAFF", _("Kommunens personal")
    POLICE = "POLICE", _("Polisen")
    IMPORT = "IMPORT", _("Inläst fil")


BIAS: dict[str, str | Promise] = {
    SourceClass.RESIDENT: _("Invånare hör av sig olika ofta. Tyst är inte detsamma som lugnt."),
    SourceClass.HOST: _("Värdar ser det som finns där de går. Fler pass ger fler observationer."),
    SourceClass.ROUND: _("En rond ser en plats en kväll. Den säger inget om andra kvällar."),
    SourceClass.SURVEY: _("Svaren gäller dem som svarade, inte alla invånare."),
    SourceClass.PARTNER: _("Parter rapporterar olika mycket och om sina egna platser."),
    SourceClass.PROPERTY_CHECK: _("Bara hus som kontrolleras finns med, och bara när de kontrolleras."),
    SourceClass.STAFF: _("Personal ser det som rör det egna arbetet, mest på kontorstid."),
    SourceClass.POLICE: _("Polisen väljer vad som berättas. Det är inte statistik över brott."),
    SourceClass.IMPORT: _("Hur filen har samlats in avgör vad den visar. Fråga den som lämnade den."),
}


class Certainty(models.TextChoices):
    SURE = "SURE", _("Säker")
    LIKELY = "LIKELY", _("Trolig")
    UNSURE = "UNSURE", _("Osäker")
    NOT_STATED = "NOT_STATED", _("Inte angiven")


class Precision(models.TextChoices):
    """How exactly the time is known."""

    MINUTE = "MINUTE", _("På minuten")
    HOUR = "HOUR", _("Ungefär den timmen")
    DAY = "DAY", _("Någon gång den dagen")
    WEEK = "WEEK", _("Någon gång den veckan")


OTHER = "ovrigt"
# What a municipality begins with; it may add its own rows and take these out of use.
CATEGORIES: tuple[tuple[str, str | Promise], ...] = (
    ("belysning", _("Belysning")),
    ("skadegorelse", _("Skadegörelse")),
    ("klotter", _("Klotter")),
    ("nedskrapning", _("Nedskräpning")),
    ("vaxtlighet", _("Växtlighet som skymmer")),
    ("ordningsstorning", _("Ordningsstörning")),
    ("samlingar", _("Samlingar som upplevs otrygga")),
    ("droger", _("Spår av droger")),
    ("alkohol", _("Berusning på allmän plats")),
    ("brak", _("Bråk")),
    ("trafik", _("Farlig trafik")),
    ("brand", _("Brand eller eldning")),
    ("inbrott", _("Spår av inbrott")),
    ("otrygg-plats", _("Plats som känns otrygg")),
    (OTHER, _("Övrigt")),
)
