"""Form fields that read numbers, days and texts as people in Sweden write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from samsyn.core import text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Larger numbers than this are a slip of the finger; the analysis refuses them too.
LARGEST = 10**9
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\t", " "))
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,12})(?:[.,][0-9]{1,4})?")
# 1.417 is a thousand and more to some and less than two to others.
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


class TextField(forms.CharField):
    """Text as typed, in NFC; control characters and direction overrides are refused."""

    default_error_messages = {
        "control": _("Texten innehåller styrtecken som inte syns. Skriv om den för hand."),
    }

    def __init__(
        self, *, label: str | _StrPromise, max_length: int, rows: int = 0, help_text: str | _StrPromise = ""
    ) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            max_length=max_length,
            # What is written here is the Swedish original, whatever the language of the page.
            widget=forms.Textarea(attrs={"rows": rows, "lang": "sv"})
            if rows
            else forms.TextInput(attrs={"lang": "sv"}),
            error_messages={
                "max_length": _(
                    "Texten är %(show_value)d tecken lång. Korta den till högst %(limit_value)d tecken."
                )
            },
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out maxlength: browsers cut what is pasted without a word, and we say so instead."""
        return {}

    def to_python(self, value: Any) -> str:
        """Return the text in NFC."""
        return text.clean(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """Refuse what is not text."""
        super().validate(value)
        if text.has_refused_characters(value):
            raise ValidationError(self.error_messages["control"], code="control")


class NumberField(forms.Field):
    """A number with decimal comma, and blanks between thousands if one likes: 16,2 and 1 417."""

    default_error_messages = {
        "invalid": _("Skriv talet med siffror, till exempel 1 417 eller 16,2."),
        "ambiguous": _("Skriv 1417 om du menar tusental, eller 1,417 med komma om du menar decimaler."),
        "whole": _("Skriv ett helt tal utan decimaler, till exempel 1 417."),
        "negative": _("Skriv ett tal som är noll eller större."),
        "large": _("Talet är större än en miljard. Kontrollera det."),
    }

    def __init__(
        self, *, label: str | _StrPromise, help_text: str | _StrPromise = "", whole: bool = False
    ) -> None:
        self.whole = whole
        mode = "numeric" if whole else "decimal"
        widget = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)

    def to_python(self, value: Any) -> Decimal | int | None:
        """Return the number, or None where nothing was written."""
        written = str(value or "").translate(_BLANKS).translate(_MINUS).strip()
        if not written:
            return None
        if _AMBIGUOUS.fullmatch(written):
            raise self._fault("ambiguous")
        if not _NUMBER.fullmatch(written):
            raise self._fault("invalid")
        number = Decimal(written.replace(" ", "").replace(",", "."))
        if abs(number) > LARGEST:
            raise self._fault("large")
        if not self.whole:
            return number
        if number != number.to_integral_value():
            raise self._fault("whole")
        if number < 0:
            raise self._fault("negative")
        return int(number)

    def _fault(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number without the zeros the database pads with; what was typed stays as typed."""
        if not isinstance(value, Decimal):
            return value
        plain = format(value, "f")
        return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",")


class DayField(forms.DateField):
    """A day written as 2026-11-22."""

    def __init__(self, *, label: str | _StrPromise, help_text: str | _StrPromise = "") -> None:
        sentence = _("Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-22.")
        century = _("Kontrollera årtalet.")
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"invalid": sentence},
            validators=[
                MinValueValidator(date(1900, 1, 1), message=century),
                MaxValueValidator(date(2100, 12, 31), message=century),
            ],
        )
