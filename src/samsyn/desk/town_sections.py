"""The parts of a municipality's settings: which forms each has, and what saving one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.desk import town_forms
from samsyn.organisations.models import Municipality
from samsyn.organisations.services import settings

Make = Callable[[Municipality, Any, Any, datetime], forms.Form]
Save = Callable[[Municipality, Any, User, datetime], object]


@dataclass(frozen=True, slots=True)
class Part:
    """One form of a section: how it is made from what was sent, what saving it does, and its words."""

    make: Make
    save: Save
    button: str | Promise
    said: str | Promise
    heading: str | Promise = ""
    has_files: bool = False
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """One page of settings."""

    title: str | Promise
    lead: str | Promise
    parts: Mapping[str, Part] = field(default_factory=dict)


def _today(now: datetime) -> Any:
    from samsyn.core import clock

    return clock.local(now).date()


def _save_names(town: Municipality, form: Any, by: User, now: datetime) -> object:
    return settings.change_settings(municipality=town, data=form.cleaned_data, by=by, now=now)


def _save_contact(town: Municipality, form: Any, by: User, now: datetime) -> object:
    settings.change_settings(municipality=town, data=form.contact(), by=by, now=now)
    return settings.set_hours(municipality=town, week=form.week(), by=by, now=now)


def _save_exception(town: Municipality, form: Any, by: User, now: datetime) -> object:
    data = form.cleaned_data
    return settings.set_exception(
        municipality=town, day=data["day"], span=data["hours"], reason=data["reason"], by=by, now=now
    )


def _save_logo(town: Municipality, form: Any, by: User, now: datetime) -> object:
    data = form.cleaned_data
    return settings.set_logo(municipality=town, raw=data["image"], alt_text=data["alt_text"], by=by, now=now)


SECTIONS: dict[str, Section] = {
    "namn": Section(
        _("Namn"),
        _("Så heter ni på invånarnas sidor."),
        {
            "names": Part(
                lambda town, data, files, now: town_forms.NamesForm(data, municipality=town),
                _save_names,
                _("Spara"),
                _("Namnen är sparade."),
                optional=frozenset({"police_area"}),
            )
        },
    ),
    "kontaktcenter": Section(
        _("Kontaktcenter och öppettider"),
        _("Invånarna ser om det är öppet nu, annars när det öppnar. Helgdagar är stängt om inget annat sägs."),
        {
            "hours": Part(
                lambda town, data, files, now: town_forms.ContactForm(data, municipality=town),
                _save_contact,
                _("Spara"),
                _("Kontaktcentrets uppgifter är sparade."),
                optional=frozenset({"contact_centre_phone", "contact_centre_address"}),
            ),
            "exception": Part(
                lambda town, data, files, now: town_forms.ExceptionForm(data, today=_today(now)),
                _save_exception,
                _("Lägg till dagen"),
                _("Dagen är sparad."),
                heading=_("Lägg till en dag med andra tider"),
                optional=frozenset({"reason"}),
            ),
        },
    ),
    "tjanster": Section(
        _("Tjänster"),
        _("Det som inte är påslaget finns inte för invånarna: ingen sida, ingen rad, inget val."),
        {
            "services": Part(
                lambda town, data, files, now: town_forms.ServicesForm(data, municipality=town),
                _save_names,
                _("Spara"),
                _("Tjänsterna är sparade."),
            )
        },
    ),
    "utseende": Section(
        _("Färger och logotyp"),
        _("Kommunens färg på länkar och knappar, och logotypen bredvid Samsyns märke. Den röda tråden är alltid röd."),
        {
            "colours": Part(
                lambda town, data, files, now: town_forms.ColoursForm(data, municipality=town),
                _save_names,
                _("Spara färgerna"),
                _("Färgerna är sparade."),
                heading=_("Färger"),
                optional=frozenset({"accent_light", "accent_dark"}),
            ),
            "logo": Part(
                lambda town, data, files, now: town_forms.LogoForm(data, files),
                _save_logo,
                _("Visa logotypen"),
                _("Logotypen är sparad."),
                heading=_("Logotyp"),
                has_files=True,
            ),
        },
    ),
}
