"""
Signs of persons in a text: personal numbers, telephone numbers, e-mail addresses, registration numbers.

A light look, made to let honest text about places through: a personal number must have a date and the right check
digit, a telephone number must be one that can be dialled, a registration number must be written as such. Names it
cannot know; the forms ask people not to write them.
"""

from __future__ import annotations

import re
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERSONAL_NUMBER, PHONE, EMAIL, VEHICLE = "personal_identity_number", "phone", "email", "vehicle_registration"
WORDS: dict[str, str | Promise] = {
    PERSONAL_NUMBER: _("ett personnummer"),
    PHONE: _("ett telefonnummer"),
    EMAIL: _("en e-postadress"),
    VEHICLE: _("ett registreringsnummer"),
}

_PERSONAL_NUMBER = re.compile(r"(?<![\d,.])(\d{2})?(\d{2})(\d{2})(\d{2}) ?[-+\u2013\u2212]? ?(\d{4})(?![\d,.]?\d)")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\W\d_]{2,}")
# Sweden uses neither I, Q, V nor Å, Ä, Ö on plates; small letters count only without a blank between.
_VEHICLE = re.compile(
    r"(?<![\w-])(?:([A-HJ-PR-UW-Z]{3})[ -]?|([a-hj-pr-uw-z]{3}))\d{2}[A-HJ-PR-UW-Za-hj-pr-uw-z0-9](?![\w-])"
)
_NO_PLATES = frozenset({"sos", "sms", "mms", "tel", "rum", "hus", "kod", "buss", "typ", "dnr", "fax", "lss", "gas"})
_MANY_DIGITS = re.compile(r"(?:\d[\s()/.\u2013-]{0,3}){7,}")
_EMERGENCY = re.compile(r"\d{3} ?\d{2}|\d{3}")


def _has_check_digit(digits: str) -> bool:
    """Tell whether ten digits end with the right check digit."""
    total = 0
    for place, digit in enumerate(digits):
        product = int(digit) * (2 - place % 2)
        total += product - 9 if product > 9 else product
    return total % 10 == 0


def _is_personal_number(found: re.Match[str]) -> bool:
    century, year, month, day, last = found.groups()
    number = int(day)
    number = number - 60 if number > 60 else number  # a coordination number
    try:
        date(int((century or "20") + year), int(month), number)
    except ValueError:
        return False
    return century in {None, "18", "19", "20"} and _has_check_digit(f"{year}{month}{day}{last}")


def _has_phone(text: str) -> bool:
    if not _MANY_DIGITS.search(text):
        return False
    from phonenumbers import Leniency, PhoneNumberMatcher

    return any(
        found.raw_string.lstrip().startswith(("0", "+", "(0")) and not _EMERGENCY.fullmatch(found.raw_string)
        for found in PhoneNumberMatcher(text, "SE", leniency=Leniency.VALID)
    )


def kinds_in(text: str) -> list[str]:
    """
    Return which kinds of personal data a text seems to hold, most telling first.

    >>> kinds_in("Ring Anna på 070-174 06 05 eller anna@example.org")
    ['phone', 'email']
    >>> kinds_in("Trasig lampa vid Storgatan 112, sedan 2026-11-22"), kinds_in("20260101-1234")
    ([], [])
    """
    found = []
    if any(sign.isdigit() for sign in text):
        if any(_is_personal_number(each) for each in _PERSONAL_NUMBER.finditer(text)):
            found.append(PERSONAL_NUMBER)
        elif _has_phone(text):
            found.append(PHONE)
        if any((each[1] or each[2]).casefold() not in _NO_PLATES for each in _VEHICLE.finditer(text)):
            found.append(VEHICLE)
    if "@" in text and _EMAIL.search(text):
        found.append(EMAIL)
    return found


def fault_in(text: str) -> str:
    """Return the sentence for a text that must hold no person and seems to; empty where it is well."""
    kinds = kinds_in(text)
    if not kinds:
        return ""
    return str(_("Texten ser ut att innehålla %(what)s. Ta bort det, och skriv bara om platsen.")) % {
        "what": str(WORDS[kinds[0]])
    }
