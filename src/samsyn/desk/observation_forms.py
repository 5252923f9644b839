"""The forms for things seen."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core import clock, personal_text
from samsyn.desk.fields import DayField, TextField
from samsyn.observations.enums import OTHER, Certainty, Precision
from samsyn.observations.models import WHAT_LENGTH, Observation
from samsyn.observations.places import Where
from samsyn.observations.services import Seen, ensure_categories
from samsyn.organisations.models import Municipality
from samsyn.places.models import AreaQuerySet
from samsyn.places.positions import BadPosition, read_position


class ObservationForm(forms.Form):
    """What was seen, when and where. Only the first two are needed."""

    what = TextField(
        label=gettext_lazy("Vad har setts?"),
        max_length=WHAT_LENGTH,
        rows=4,
        help_text=gettext_lazy("Skriv om platsen. Skriv inga namn och inga registreringsnummer."),
    )
    category = forms.ChoiceField(label=gettext_lazy("Kategori"))
    own_category = TextField(label=gettext_lazy("Eget ord, hos Övrigt"), max_length=120)
    day = DayField(label=gettext_lazy("Dag"), help_text=gettext_lazy("Till exempel 2026-11-22"))
    hour = forms.CharField(
        label=gettext_lazy("Klockslag"),
        required=False,
        max_length=5,
        help_text=gettext_lazy("Till exempel 21.15. Lämna tomt om bara dagen är känd."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    certainty = forms.ChoiceField(
        label=gettext_lazy("Hur säkert är det?"), choices=Certainty.choices, initial=Certainty.NOT_STATED
    )
    place_name = TextField(
        label=gettext_lazy("Plats i ord"),
        max_length=200,
        help_text=gettext_lazy("Till exempel: gångtunneln vid torget"),
    )
    area_code = forms.ChoiceField(label=gettext_lazy("Område"), required=False)
    lat = forms.CharField(label=gettext_lazy("Latitud"), required=False, max_length=40)
    lon = forms.CharField(label=gettext_lazy("Longitud"), required=False, max_length=40)
    reason = TextField(
        label=gettext_lazy("Vad rättas, och varför?"),
        max_length=500,
        rows=2,
        help_text=gettext_lazy("Står kvar i historiken, med det som stod före."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, municipality: Municipality, observation: Observation | None = None) -> None:
        super().__init__(data, initial=_initial(observation))
        kept = observation.category.code if observation else None
        self.fields["category"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (category.code, category.display_name)
            for category in sorted(ensure_categories(municipality).values(), key=lambda each: each.order)
            if category.is_active or category.code == kept
        ]
        self.fields["area_code"].choices = area_choices(municipality, _("Hela kommunen"))  # type: ignore[attr-defined]  # as above
        if observation is None:
            del self.fields["reason"]
        self.seen: Seen | None = None

    def clean(self) -> dict[str, Any]:
        """Read what belongs together: day and hour, latitude and longitude."""
        data = super().clean() or self.cleaned_data
        if not data.get("what") and "what" not in self.errors:
            self.add_error("what", _("Skriv vad som har setts. En mening räcker."))
        for name in ("what", "own_category", "place_name", "reason"):
            fault = personal_text.fault_in(data.get(name) or "")
            if fault:
                self.add_error(name, fault)
        if "reason" in self.fields and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Skriv skälet. Det står kvar i historiken."))
        happened_at, precision = self._happened(data), Precision.MINUTE if data.get("hour") else Precision.DAY
        point = None
        try:
            point = read_position((data.get("lat") or "").strip(), (data.get("lon") or "").strip())
        except BadPosition as fault:
            self.add_error(fault.axis, str(fault))
        if not self.errors and happened_at is not None:
            where = Where(
                point.lat if point else None,
                point.lon if point else None,
                data.get("area_code") or "",
                data.get("place_name") or "",
            )
            self.seen = Seen(
                what=data["what"],
                happened_at=happened_at,
                category=data["category"],
                own_category=data["own_category"] if data["category"] == OTHER else "",
                precision=precision,
                certainty=Certainty(data["certainty"]),
                where=where,
            )
        return data

    def _happened(self, data: dict[str, Any]) -> datetime | None:
        day, said = data.get("day"), (data.get("hour") or "").strip().replace(".", ":")
        if day is None:
            if "day" not in self.errors:
                self.add_error("day", _("Skriv vilken dag det var."))
            return None
        try:
            hour = time.fromisoformat(said.zfill(5)) if said else time(0)
        except ValueError:
            self.add_error("hour", _("Skriv klockslaget som 21.15."))
            return None
        happened_at = datetime.combine(day, hour, tzinfo=clock.STOCKHOLM)
        if happened_at.astimezone(clock.STOCKHOLM).date() < day:  # never, but for a clock that is turned
            return None
        return happened_at


def area_choices(municipality: Municipality, empty: str) -> list[tuple[str, Any]]:
    """Return the areas to choose from: RegSO and then the municipality's own."""
    from samsyn.places.enums import AreaLevel
    from samsyn.places.models import Area

    areas = (
        AreaQuerySet(Area)
        .in_municipality(municipality.code)
        .exclude(level__in=[AreaLevel.MUNICIPALITY, AreaLevel.DESO])
    )
    return [("", empty), *((area.code, area.display_name) for area in areas.alphabetical().without_geometry())]


def _initial(observation: Observation | None) -> dict[str, Any]:
    if observation is None:
        return {"category": OTHER, "client_key": uuid.uuid4(), "certainty": Certainty.NOT_STATED}
    at = clock.local(observation.happened_at)
    return {
        "what": observation.what,
        "category": observation.category.code,
        "own_category": observation.own_category,
        "day": at.date(),
        "hour": f"{at:%H.%M}" if observation.precision == Precision.MINUTE else "",
        "certainty": observation.certainty,
        "place_name": observation.place_name,
        "area_code": observation.area_code,
        "lat": _shown(observation.lat),
        "lon": _shown(observation.lon),
        "version": observation.version,
    }


def _shown(axis: float | None) -> str:
    return "" if axis is None else f"{axis:.7f}".rstrip("0").rstrip(".").replace(".", ",")
