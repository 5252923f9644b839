"""The form for an outcome: quick when it is simple, and careful with what would mislead."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.commitments.enums import Fulfilment, LinkBasis, Operator, OutcomeKind
from samsyn.commitments.models import Commitment, Indicator, Outcome
from samsyn.commitments.models.documents import SHORT
from samsyn.commitments.services.outcomes import OUTCOME_FIELDS
from samsyn.commitments.verdicts import number
from samsyn.desk.fields import DayField, NumberField, TextField

PERIOD = 120
LONG = 10_000
LONGEST_PERIOD = timedelta(days=20 * 366)
# A stated share may be rounded to a whole per cent, and no further.
ROUNDING = Decimal("0.5")
# What this form can say. Ranges and lists of works come from files, and are kept as they are.
KINDS = (
    OutcomeKind.PROSE,
    OutcomeKind.DONE,
    OutcomeKind.COUNT,
    OutcomeKind.PERCENTAGE,
    OutcomeKind.ABOUT,
    OutcomeKind.INDEX,
    OutcomeKind.YES_NO,
    OutcomeKind.MILESTONE,
    OutcomeKind.UNCHANGED,
    OutcomeKind.UNKNOWN,
)


class OutcomeForm(forms.Form):
    """An outcome as a person writes it down. Everything may be empty, but not everything at once."""

    # As on the page: the summary of faults follows this order.
    field_order = ("title", "fulfilment", "reason", "decided_by", "new_date_text", "new_date")

    title = TextField(
        label=gettext_lazy("Vad hände, i en rad"),
        max_length=SHORT,
        help_text=gettext_lazy("Till exempel: Alla fyra trygghetsvandringar är gjorda."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Hur anges utfallet?"))

    unit = TextField(
        label=gettext_lazy("Vad räknas?"),
        max_length=PERIOD,
        help_text=gettext_lazy("Till exempel: anmälda brott"),
    )
    baseline_value = NumberField(label=gettext_lazy("Tal före"))
    baseline_period_text = TextField(
        label=gettext_lazy("Period före"), max_length=PERIOD, help_text=gettext_lazy("Till exempel: 2025")
    )
    baseline_start = DayField(label=gettext_lazy("Före, från och med"))
    baseline_end = DayField(label=gettext_lazy("Före, till och med"))
    baseline_numerator = NumberField(label=gettext_lazy("Antal före"), whole=True)
    baseline_denominator = NumberField(label=gettext_lazy("Av hur många före"), whole=True)
    value = NumberField(label=gettext_lazy("Tal efter"))
    period_text = TextField(
        label=gettext_lazy("Period efter"), max_length=PERIOD, help_text=gettext_lazy("Till exempel: 2026")
    )
    period_start = DayField(label=gettext_lazy("Efter, från och med"))
    period_end = DayField(label=gettext_lazy("Efter, till och med"))
    value_numerator = NumberField(label=gettext_lazy("Antal efter"), whole=True)
    value_denominator = NumberField(label=gettext_lazy("Av hur många efter"), whole=True)
    value_text = TextField(
        label=gettext_lazy("Utfallet i ord, om det inte är ett tal"),
        max_length=SHORT,
        help_text=gettext_lazy("Till exempel: ungefär hälften av skolorna"),
    )

    own_words = TextField(
        label=gettext_lazy("Era egna ord"),
        max_length=LONG,
        rows=5,
        help_text=gettext_lazy("Visas som citat. Skriv inga namn på personer."),
    )
    own_words_by = TextField(
        label=gettext_lazy("Vems ord?"),
        max_length=SHORT,
        help_text=gettext_lazy("Till exempel: Polisen och Trollhättans Stad"),
    )

    fulfilment = forms.ChoiceField(
        label=gettext_lazy("Gjordes det som lovats?"),
        choices=Fulfilment.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj ett av svaren.")},
    )
    reason = TextField(label=gettext_lazy("Skäl"), max_length=LONG, rows=3)
    decided_by = TextField(
        label=gettext_lazy("Vem beslutade?"),
        max_length=SHORT,
        help_text=gettext_lazy("Organisation eller roll, inget namn"),
    )
    new_date = DayField(label=gettext_lazy("Ny tidpunkt, som dag"))
    new_date_text = TextField(
        label=gettext_lazy("Ny tidpunkt, i ord"),
        max_length=SHORT,
        help_text=gettext_lazy("Till exempel: våren 2027"),
    )

    scope_text = TextField(
        label=gettext_lazy("Vad utfallet gäller"),
        max_length=LONG,
        rows=2,
        help_text=gettext_lazy("Om det är något annat eller mindre än det som lovades"),
    )
    caveat = TextField(
        label=gettext_lazy("Att tänka på"),
        max_length=LONG,
        rows=2,
        help_text=gettext_lazy(
            "Annat som kan ha påverkat. Till exempel: fler poliser kan ge fler anmälningar"
        ),
    )
    note = TextField(label=gettext_lazy("Anmärkning"), max_length=LONG, rows=2)
    fulfilment_basis = forms.ChoiceField(
        label=gettext_lazy("Hur vet vi om det gjordes?"), choices=LinkBasis.choices, initial=LinkBasis.STATED
    )
    reported_date = DayField(label=gettext_lazy("När rapporterades det?"))
    indicator: forms.ModelChoiceField[Indicator] = forms.ModelChoiceField(
        label=gettext_lazy("Mått"), queryset=None, required=False, empty_label=gettext_lazy("Inget mått")
    )
    is_about_few = forms.BooleanField(
        label=gettext_lazy("Rör få personer. Visas inte uppdelat på kön eller område."), required=False
    )

    correction_note = TextField(
        label=gettext_lazy("Vad rättas, och varför?"),
        max_length=LONG,
        rows=2,
        help_text=gettext_lazy("Visas för alla under utfallet, med det som stod före och efter."),
    )

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, commitment: Commitment, outcome: Outcome | None, today: date
    ) -> None:
        super().__init__(data, initial=_initial(commitment, outcome))
        self.today = today
        self.is_correction = outcome is not None and outcome.is_published
        kinds = [*KINDS]
        if outcome is not None and outcome.kind not in kinds:
            kinds.append(OutcomeKind(outcome.kind))
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["indicator"].queryset = commitment.indicators.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        if not commitment.indicators.exists():
            del self.fields["indicator"]

    def outcome_data(self) -> dict[str, Any]:
        """Return what was written, as the services take it."""
        return {name: self.cleaned_data[name] for name in OUTCOME_FIELDS if name in self.fields}

    def go_on_from(self, outcome: Outcome) -> None:
        """Let what was typed be saved over `outcome` as it is now, when the person has been told of it."""
        self.data = {**self.data.dict(), "version": str(outcome.version)}  # type: ignore[attr-defined]  # a QueryDict
        self.is_correction = outcome.is_published

    @property
    def has_more(self) -> bool:
        """Tell whether the folded part holds something, or something that must be mended."""
        names = (
            "scope_text",
            "caveat",
            "note",
            "reported_date",
            "indicator",
            "is_about_few",
            "fulfilment_basis",
        )
        return any(
            name in self.errors or self[name].value() not in (None, "", False, LinkBasis.STATED)
            for name in names
            if name in self.fields
        )

    @property
    def has_parts(self) -> bool:
        """Tell whether the folded days and parts of the numbers hold something, or something to mend."""
        names = [
            f"{when}_{part}"
            for when in ("baseline", "value", "period")
            for part in ("start", "end", "numerator", "denominator")
            if f"{when}_{part}" in self.fields
        ]
        return any(name in self.errors or self[name].value() not in (None, "") for name in names)

    def clean(self) -> dict[str, Any]:
        """Refuse what contradicts itself, and say what to do."""
        data = super().clean() or self.cleaned_data
        self._check_something_is_said(data)
        self._check_before_and_after(data)
        self._check_whole(data, "baseline_value", "baseline_numerator", "baseline_denominator")
        self._check_whole(data, "value", "value_numerator", "value_denominator")
        self._check_days(data, "baseline_start", "baseline_end")
        self._check_days(data, "period_start", "period_end")
        self._check_fulfilment(data)
        if data.get("reported_date") and data["reported_date"] > self.today:
            self.add_error("reported_date", _("Dagen är inte här än. Skriv när det rapporterades."))
        if self.is_correction and not (data.get("correction_note") or "correction_note" in self.errors):
            self.add_error("correction_note", _("Skriv vad som rättas och varför. Texten visas för alla."))
        return data

    def _check_something_is_said(self, data: dict[str, Any]) -> None:
        said = [data.get(name) for name in ("title", "value_text", "own_words", "reason")]
        counted = [data.get(name) for name in ("value", "value_numerator", "baseline_value")]
        if self.errors or any(said) or any(value is not None for value in counted):
            return
        if data.get("fulfilment") == Fulfilment.NOT_STATED:
            self.add_error("title", _("Skriv vad som hände. En rad räcker."))

    def _check_before_and_after(self, data: dict[str, Any]) -> None:
        has_before = data.get("baseline_value") is not None or data.get("baseline_numerator") is not None
        has_after = data.get("value") is not None or data.get("value_numerator") is not None
        if has_before and not has_after and not data.get("value_text") and "value" not in self.errors:
            self.add_error("value", _("Skriv talet efter också, eller ta bort talet före."))

    def _check_whole(self, data: dict[str, Any], value: str, numerator: str, denominator: str) -> None:
        part, total, stated = data.get(numerator), data.get(denominator), data.get(value)
        kind = data.get("kind")
        if part is not None and total is not None and part > total:
            self.add_error(
                numerator, _("Antalet är större än det hela. Skriv högst %(n)s.") % {"n": number(total)}
            )
            return
        if total == 0:
            self.add_error(denominator, _("Skriv hur många det gällde, minst 1, eller lämna tomt."))
            return
        if kind == OutcomeKind.PERCENTAGE:
            if stated is not None and not 0 <= stated <= 100:
                self.add_error(value, _("En andel är mellan 0 och 100 procent. Rätta talet."))
            elif part is not None and total:
                share = Decimal(100 * part) / total
                words = {"n": number(part), "total": number(total), "share": number(round(share, 1))}
                if stated is None and value not in self.errors:
                    self.add_error(
                        value, _("%(n)s av %(total)s är %(share)s procent. Skriv det här.") % words
                    )
                elif stated is not None and abs(stated - share) > ROUNDING:
                    self.add_error(
                        value, _("%(n)s av %(total)s är %(share)s procent. Rätta det ena.") % words
                    )
        elif kind in {OutcomeKind.COUNT, OutcomeKind.DONE} and stated is not None and (stated % 1 or stated < 0):
            self.add_error(
                value, _("Ett antal är ett helt tal. Rätta det, eller välj ett annat slags utfall.")
            )
        if kind is not None and kind != OutcomeKind.PERCENTAGE and (part is not None or total is not None):
            self.add_error(
                numerator if part is not None else denominator,
                _("Antal av hur många hör ihop med en andel. Välj Andel ovanför, eller ta bort det."),
            )

    def _check_days(self, data: dict[str, Any], start: str, end: str) -> None:
        first, last = data.get(start), data.get(end)
        if first is None or last is None:
            return
        if last < first:
            self.add_error(end, _("Sista dagen är före den första. Rätta en av dem."))
        elif last - first > LONGEST_PERIOD:
            self.add_error(end, _("Perioden är längre än tjugo år. Kontrollera årtalen."))

    def _check_fulfilment(self, data: dict[str, Any]) -> None:
        fulfilment = data.get("fulfilment")
        if fulfilment in (Fulfilment.LATE, Fulfilment.NOT_MET) and not data.get("reason"):
            self._ask("reason", _("Skriv skälet. Invånarna ska få veta varför."))
        if fulfilment == Fulfilment.NOT_MET and not data.get("decided_by"):
            self._ask("decided_by", _("Skriv vem som beslutade det, till exempel styrgruppen."))
        if fulfilment == Fulfilment.LATE and not data.get("new_date") and not data.get("new_date_text"):
            self._ask("new_date_text", _("Skriv den nya tidpunkten, eller att den inte är bestämd."))

    def _ask(self, name: str, sentence: str) -> None:
        # A field that already has a fault of its own has lost its value here; one sentence is enough.
        if name not in self.errors:
            self.add_error(name, sentence)


def _initial(commitment: Commitment, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is not None:
        return {name: getattr(outcome, name) for name in OUTCOME_FIELDS} | {"version": outcome.version}
    counted = [target for target in commitment.targets.all() if target.operator != Operator.DONE]
    changes = any(target.operator in (Operator.INCREASE, Operator.DECREASE) for target in counted)
    return {
        "kind": (OutcomeKind.COUNT if changes else OutcomeKind.DONE) if counted else OutcomeKind.PROSE,
        "unit": counted[0].unit if counted else "",
        "fulfilment": Fulfilment.NOT_STATED,
        "fulfilment_basis": LinkBasis.STATED,
        # Pressing twice must not make two drafts: the form brings the key of the row it will become.
        "client_key": uuid.uuid4(),
        "version": 0,
    }
