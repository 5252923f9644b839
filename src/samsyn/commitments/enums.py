"""Choices about documents, commitments and outcomes, and the table of a document's life."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.organisations.enums import Role


class DocumentKind(models.TextChoices):
    AGREEMENT = "AGREEMENT", _("Samverkansöverenskommelse")
    ACTION_PLAN = "ACTION_PLAN", _("Åtgärdsplan")
    CITIZEN_PROMISE = "CITIZEN_PROMISE", _("Medborgarlöfte")
    OTHER = "OTHER", _("Annat dokument")


class PeriodPrecision(models.TextChoices):
    DAY = "DAY", _("Från dag till dag")
    MONTH = "MONTH", _("Från månad till månad")
    QUARTER = "QUARTER", _("Kvartal")
    SEASON = "SEASON", _("Årstid")
    HALF_YEAR = "HALF_YEAR", _("Halvår")
    YEAR = "YEAR", _("Ett år")
    YEARS = "YEARS", _("Flera år")
    OPEN = "OPEN", _("Tills vidare")
    NOT_STATED = "NOT_STATED", _("Anges inte")


class DocumentState(models.TextChoices):
    """Where a document is in its life. What residents may see is another thing: `is_published`."""

    DRAFT = "DRAFT", _("Utkast")
    AGREED = "AGREED", _("Överenskommet")
    SIGNED = "SIGNED", _("Undertecknat")
    RUNNING = "RUNNING", _("Gäller")
    EXTENDED = "EXTENDED", _("Förlängt")
    ENDED = "ENDED", _("Avslutat")
    EVALUATED = "EVALUATED", _("Utvärderat")
    ARCHIVED = "ARCHIVED", _("Arkiverat")


DOCUMENT_TRANSITIONS: dict[DocumentState, frozenset[DocumentState]] = {
    DocumentState.DRAFT: frozenset({DocumentState.AGREED}),
    DocumentState.AGREED: frozenset({DocumentState.DRAFT, DocumentState.SIGNED}),
    DocumentState.SIGNED: frozenset({DocumentState.RUNNING}),
    DocumentState.RUNNING: frozenset({DocumentState.EXTENDED, DocumentState.ENDED}),
    DocumentState.EXTENDED: frozenset({DocumentState.EXTENDED, DocumentState.ENDED}),
    DocumentState.ENDED: frozenset({DocumentState.EVALUATED}),
    DocumentState.EVALUATED: frozenset({DocumentState.ARCHIVED}),
    DocumentState.ARCHIVED: frozenset(),
}


class PartyRole(models.TextChoices):
    SIGNATORY = "SIGNATORY", _("Undertecknar")
    CO_SIGNATORY = "CO_SIGNATORY", _("Medundertecknar")
    SUPPORTER = "SUPPORTER", _("Stöder")
    CONTRIBUTOR = "CONTRIBUTOR", _("Lämnar underlag")
    SURVEY_SUPPLIER = "SURVEY_SUPPLIER", _("Genomför enkäten")
    PROPOSER = "PROPOSER", _("Föreslår")
    DECIDING_BODY = "DECIDING_BODY", _("Beslutar")


class LinkKind(models.TextChoices):
    """How one document stands to another; read from the first to the second."""

    BASED_ON = "BASED_ON", _("Bygger på")
    IMPLEMENTS = "IMPLEMENTS", _("Genomför")
    COMPLEMENTS = "COMPLEMENTS", _("Kompletterar")
    FOLLOWS = "FOLLOWS", _("Kommer efter")


class StatementKind(models.TextChoices):
    """Something a document says that is no commitment."""

    AIM = "AIM", _("Syfte")
    DEFINITION = "DEFINITION", _("Definition")
    CHILD_PERSPECTIVE = "CHILD_PERSPECTIVE", _("Barnperspektiv")
    TARGET_GROUP = "TARGET_GROUP", _("Målgrupp")
    PICTURE = "PICTURE", _("Lägesbild")
    ANCHORING = "ANCHORING", _("Förankring")
    CONTEXT = "CONTEXT", _("Sammanhang")
    CONTRADICTION = "CONTRADICTION", _("Källan säger två saker")


class WordingSource(models.TextChoices):
    LISTED = "LISTED", _("Står i dokumentets lista")
    RUNNING_TEXT = "RUNNING_TEXT", _("Står i den löpande texten")
    SUMMARY = "SUMMARY", _("Sammanfattat ur en nyhetstext")


class Trait(models.TextChoices):
    """What kind of promise it is, where that decides how an outcome may be read."""

    ON_DEMAND = "ON_DEMAND", _("Görs om någon ber om det")
    CONDITIONAL = "CONDITIONAL", _("Beror på någon annans beslut")
    PLACEHOLDER = "PLACEHOLDER", _("Bestäms under perioden")
    KNOWLEDGE = "KNOWLEDGE", _("Gäller att veta mer")
    INSTITUTION = "INSTITUTION", _("Gäller att inrätta något")
    CONTINUOUS = "CONTINUOUS", _("Pågår löpande")


class Task(models.TextChoices):
    """What somebody is responsible for; often three different ones."""

    DOING = "DOING", _("Ansvarig")
    FOLLOW_UP = "FOLLOW_UP", _("Uppföljning")
    EVALUATION = "EVALUATION", _("Utvärdering")


class Operator(models.TextChoices):
    EQ = "EQ", _("exakt")
    GE = "GE", _("minst")
    LE = "LE", _("högst")
    BETWEEN = "BETWEEN", _("mellan")
    ABOUT = "ABOUT", _("ungefär")
    INCREASE = "INCREASE", _("öka")
    DECREASE = "DECREASE", _("minska")
    DONE = "DONE", _("genomfört")


class Per(models.TextChoices):
    PERIOD = "PERIOD", _("under hela perioden")
    YEAR = "YEAR", _("per år")
    HALF_YEAR = "HALF_YEAR", _("per halvår")
    SEASON = "SEASON", _("per säsong")
    MONTH = "MONTH", _("per månad")
    WEEK = "WEEK", _("per vecka")
    PLACE = "PLACE", _("per plats")
    NOT_STATED = "NOT_STATED", _("anges inte")


class PlaceKind(models.TextChoices):
    MUNICIPALITY = "MUNICIPALITY", _("Hela kommunen")
    DISTRICT = "DISTRICT", _("Stadsdel")
    SCHOOL = "SCHOOL", _("Skola")
    STATION = "STATION", _("Station")
    STREET = "STREET", _("Gata")
    DRAWN = "DRAWN", _("Ritat område")
    UNNAMED = "UNNAMED", _("Utvalda platser som inte namnges")
    CONTINUOUS = "CONTINUOUS", _("Platser som väljs löpande")
    OTHER = "OTHER", _("Annan plats")


class LinkBasis(models.TextChoices):
    """Whether a source states a link or somebody here has read it out of the wording."""

    STATED = "STATED", _("Står i källan")
    READING = "READING", _("Läst ur ordalydelsen")


class OutcomeKind(models.TextChoices):
    # What happens of itself, as offences do, varies by chance; what somebody does does not.
    COUNT = "COUNT", _("Antal händelser, till exempel anmälda brott")
    DONE = "DONE", _("Antal gjorda saker, till exempel trygghetsronder")
    PERCENTAGE = "PERCENTAGE", _("Andel")
    INDEX = "INDEX", _("Index")
    RANGE = "RANGE", _("Intervall")
    ABOUT = "ABOUT", _("Ungefärligt tal")
    YES_NO = "YES_NO", _("Ja eller nej")
    MILESTONE = "MILESTONE", _("Ny tidpunkt")
    WORKS = "WORKS", _("Utförda arbeten")
    PROSE = "PROSE", _("I ord")
    UNCHANGED = "UNCHANGED", _("Oförändrat")
    UNKNOWN = "UNKNOWN", _("Okänt")


class Fulfilment(models.TextChoices):
    """Whether it was done as promised. Whether anything changed is another question: the verdict."""

    MET = "MET", _("Uppfyllt")
    EXCEEDED = "EXCEEDED", _("Mer än lovat")
    DONE_DIFFERENTLY = "DONE_DIFFERENTLY", _("På annat sätt")
    LATE = "LATE", _("Senare än planerat")
    NOT_MET = "NOT_MET", _("Inte uppfyllt")
    NOT_REPORTED = "NOT_REPORTED", _("Inte rapporterat än")
    NOT_STATED = "NOT_STATED", _("Anges inte")


class EvaluationKind(models.TextChoices):
    INTERIM = "INTERIM", _("Delutvärdering")
    FINAL = "FINAL", _("Slututvärdering")


DRAFT_READERS = frozenset(
    {
        Role.STRATEGIST, Role.PAGE_EDITOR, Role.POLICE_OFFICER, Role.STEERING_GROUP, Role.SIGNATORY, Role.HEAD_OF_UNIT,
        Role.ANALYST,
    }
)
"""Who sees documents and outcomes that are not published. Those who look after the installation do not need to."""
