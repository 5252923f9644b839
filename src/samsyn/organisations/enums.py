"""Choices about municipalities, their partners and what these answer for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    MUNICIPALITY = "MUNICIPALITY", _("Kommun")
    POLICE = "POLICE", _("Polis")
    REGION = "REGION", _("Region")
    PROPERTY_OWNER = "PROPERTY_OWNER", _("Fastighetsägare")
    SCHOOL = "SCHOOL", _("Skola")
    GUARD_COMPANY = "GUARD_COMPANY", _("Bevakningsföretag")
    ASSOCIATION = "ASSOCIATION", _("Förening")
    OTHER = "OTHER", _("Annan")


class Role(models.TextChoices):
    STRATEGIST = "STRATEGIST", _("Strateg")
    PAGE_EDITOR = "PAGE_EDITOR", _("Webbredaktör")
    POLICE_OFFICER = "POLICE_OFFICER", _("Kommunpolis")
    STEERING_GROUP = "STEERING_GROUP", _("Styrgruppsledamot")
    ANALYST = "ANALYST", _("Analytiker")
    ADMINISTRATOR = "ADMINISTRATOR", _("Teknisk administratör")
    AUDITOR = "AUDITOR", _("Granskare")


class GuideGroup(models.TextChoices):
    """The parts of the page *Vem gör vad*, in the order they are shown."""

    MUNICIPALITY = "MUNICIPALITY", _("Det här gör kommunen")
    OTHERS = "OTHERS", _("Det här gör andra")
    NOT_OURS = "NOT_OURS", _("Det här bestämmer inte kommunen")
    YOURSELF = "YOURSELF", _("Det här kan du göra själv")
    PARENTS = "PARENTS", _("Till dig som är förälder till en tonåring")
    HOSTS_MAY = "HOSTS_MAY", _("Det här gör trygghetsvärdarna")
    HOSTS_MAY_NOT = "HOSTS_MAY_NOT", _("Det här får trygghetsvärdarna inte göra")
    CONTACT_CENTRE = "CONTACT_CENTRE", _("Det här hjälper kontaktcenter dig med")
