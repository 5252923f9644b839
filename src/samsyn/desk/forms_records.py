"""Forms for the log and the disposal plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from samsyn.core.retention import PlanLine
from samsyn.desk.fields import DayField, TextField

KINDS = [("", _("Allt")), ("changes", _("Det som gjorts")), ("readings", _("Läsningar av personuppgifter"))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of the log somebody wants to see."""

    kind: str = ""
    verb: str = ""
    account: int | None = None
    first: date | None = None
    last: date | None = None


class LogFilter(forms.Form):
    """What to show of the log. It stands in the address, so that a view can be shared and gone back to."""

    slag = forms.ChoiceField(label=_("Visa"), choices=KINDS, required=False)
    handelse = forms.CharField(label=_("Händelse börjar med"), required=False, max_length=60)
    konto = forms.IntegerField(label=_("Kontots nummer"), required=False, min_value=1, max_value=2**62)
    fran = DayField(label=_("Från och med"))
    till = DayField(label=_("Till och med"))

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data if any(data.get(name) for name in self.base_fields) else None)

    def wanted(self) -> Wanted:
        """Return the lines that are wanted; a field that is wrong is left out, and says so on the page."""
        if not self.is_bound:
            return Wanted()
        self.is_valid()
        found: dict[str, Any] = self.cleaned_data
        return Wanted(
            kind=found.get("slag", ""),
            verb=found.get("handelse", ""),
            account=found.get("konto"),
            first=found.get("fran"),
            last=found.get("till"),
        )

    @property
    def is_about_one_person(self) -> bool:
        """Tell whether the lines are those of one account."""
        return self.wanted().account is not None

    def query(self) -> str:
        """Return the filters as they stand in the address, without the page."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})


class RetentionForm(forms.Form):
    """A municipality's decision on one class of data."""

    data_class = forms.CharField(widget=forms.HiddenInput, max_length=60)
    keep_days = forms.IntegerField(
        label=_("Sparas i dagar"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Skriv ett antal dagar."), "invalid": _("Skriv antalet dagar med siffror.")},
    )
    decision = TextField(label=_("Beslut"), max_length=200, help_text=_("Till exempel KS 2026/123"))
    decided_date = DayField(label=_("Beslutat den"), help_text=_("Skriv som 2026-11-22"))

    @classmethod
    def of(cls, line: PlanLine) -> RetentionForm:
        """Return the form of one line of the plan, with ids of its own on the page."""
        form = cls(
            initial={
                "data_class": line.what.code,
                "keep_days": line.keep_days,
                "decision": line.decision,
                "decided_date": line.decided_date,
            }
        )
        form.auto_id = f"id_{line.what.code.replace('.', '_')}_%s"
        return form
