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
    SIGNATORY = "SIGNATORY", _("Undertecknare")
    HEAD_OF_UNIT = "HEAD_OF_UNIT", _("Enhetschef")
    ANALYST = "ANALYST", _("Analytiker")
    ADMINISTRATOR = "ADMINISTRATOR", _("Teknisk administratör")
    AUDITOR = "AUDITOR", _("Granskare")


class Service(models.TextChoices):
    """What a municipality may have switched on. What is not does not exist for it: no page, no row, no choice."""

    CONTACT_CENTRE = "CONTACT_CENTRE", _("Kontaktcenter")
    SAFETY_HOSTS = "SAFETY_HOSTS", _("Trygghetsvärdar")

    @property
    def field(self) -> str:
        """The municipality's field that says whether it is on."""
        return {Service.CONTACT_CENTRE: "has_contact_centre", Service.SAFETY_HOSTS: "has_safety_hosts"}[self]


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


class PublicPage(models.TextChoices):
    """The public pages whose facts somebody answers for and reviews."""

    START = "start", _("Start")
    PROMISES = "promises", _("Löften")
    DIALOGUES = "dialogues", _("Dialoger")
    SITUATION = "situation", _("Läget")
    NEWS = "news", _("Polisens nyheter")
    AREAS = "areas", _("Områden")
    WHO_DOES_WHAT = "who_does_what", _("Vem gör vad")
    SEARCH = "search", _("Sök")
    OPEN_DATA = "open_data", _("Öppna data")
    ACCESSIBILITY = "accessibility", _("Tillgänglighet")
    PRIVACY = "privacy", _("Så behandlar vi uppgifter")


# The parts of *Vem gör vad* that are about a service, and gone without it.
GUIDE_OF_SERVICE: dict[str, Service] = {
    GuideGroup.HOSTS_MAY: Service.SAFETY_HOSTS,
    GuideGroup.HOSTS_MAY_NOT: Service.SAFETY_HOSTS,
    GuideGroup.CONTACT_CENTRE: Service.CONTACT_CENTRE,
}

# At which kinds of organisation a role can be held; a role that is not here, at any of them.
ROLE_AT: dict[str, frozenset[str]] = {
    Role.STRATEGIST: frozenset({OrganisationKind.MUNICIPALITY}),
    Role.PAGE_EDITOR: frozenset({OrganisationKind.MUNICIPALITY}),
    Role.POLICE_OFFICER: frozenset({OrganisationKind.POLICE}),
    Role.ANALYST: frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.POLICE, OrganisationKind.REGION}),
    Role.ADMINISTRATOR: frozenset({OrganisationKind.MUNICIPALITY}),
    Role.AUDITOR: frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.OTHER}),
}

# Which roles somebody with a role may grant, change and end for others.
GRANTS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(Role.values),
    Role.STRATEGIST: frozenset(
        {
            Role.PAGE_EDITOR, Role.POLICE_OFFICER, Role.STEERING_GROUP, Role.SIGNATORY, Role.HEAD_OF_UNIT, Role.ANALYST,
        }
    ),
}


class FirstRunStep(models.TextChoices):
    """The steps of the first-run guide, in order."""

    NAMES = "namn", _("Namn")
    AREAS = "omraden", _("Områden")
    SERVICES = "tjanster", _("Tjänster")
    HOURS = "kontaktcenter", _("Kontaktcenter och öppettider")
    LOOK = "utseende", _("Färger och logotyp")
    PEOPLE = "personer", _("De första personerna")
