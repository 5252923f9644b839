"""Which column of a file is which: by Swedish or English name, whatever the case and the blanks around it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samsyn.core.importing.cells import quoted
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.result import ImportResult

_INVISIBLE = {ord(sign): None for sign in "\ufeff\u200b\u200c\u200d\u2060\u00ad"}

# A file is kept as it was, so one with a column of personal data is refused rather than read past.
_PERSONAL = frozenset(
    {
        "personnummer", "personnr", "pnr", "samordningsnummer", "ssn", "förnamn", "fornamn", "efternamn",
        "first name", "last name", "firstname", "lastname", "e-post", "epost", "e-postadress", "email",
        "e-mail", "födelsenummer", "fodelsenummer", "födelsedatum", "fodelsedatum", "date of birth", "anmälare",
        "anmalare", "uppgiftslämnare", "kontaktperson", "mejl", "mail", "ip", "ip-adress", "ip address", "telefonnr",
        "tfn", "telefon", "telefonnummer", "mobil", "mobilnummer", "phone", "registreringsnummer", "regnr",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind of file may have; `also` are its other names."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = False


def plain(heading: str) -> str:
    """
    Return a heading as it is compared.

    >>> plain("  KommunKod ")
    'kommunkod'
    """
    return " ".join(unicodedata.normalize("NFKC", heading).translate(_INVISIBLE).casefold().split())


def known_names(columns: Sequence[Column]) -> Mapping[str, str]:
    """Return `{name as compared: column}` for every name that the columns go by."""
    return {plain(name): column.name for column in columns for name in (column.name, *column.also)}


def match(headings: Sequence[str], columns: Sequence[Column], result: ImportResult) -> dict[str, int]:
    """
    Return where each known column stands; unknown ones are told as warnings.

    :raises Unreadable: a known column stands twice, a required one is missing, one holds personal data
    """
    names = known_names(columns)
    places: dict[str, int] = {}
    seen: set[str] = set()
    for place, heading in enumerate(headings):
        compared = plain(heading)
        if not compared:
            continue
        column = names.get(compared)
        if column is not None:
            if column in places:
                raise Unreadable(
                    _("Kolumnen %(name)s finns två gånger. Ta bort den ena, eller ge den ett annat namn.")
                    % {"name": quoted(heading)}
                )
            places[column] = place
            continue
        if compared in _PERSONAL:
            raise Unreadable(
                _("Kolumnen %(name)s ser ut att innehålla personuppgifter. Ta bort den ur filen.")
                % {"name": quoted(heading)}
            )
        if compared in seen:
            result.warn(_("Flera kolumner heter %(name)s. De läses inte in.") % {"name": quoted(heading)})
        else:
            result.warn(_("Kolumnen %(name)s är okänd och läses inte in.") % {"name": quoted(heading)})
        seen.add(compared)
    missing = [column.name for column in columns if column.required and column.name not in places]
    if missing:
        raise Unreadable(
            _("Kolumnen %(names)s saknas. Lägg till den i filens första rad.") % {"names": ", ".join(missing)}
        )
    return places
