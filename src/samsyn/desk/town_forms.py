"""Forms of a municipality's settings, partners and people. Each says in Swedish what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.accounts.models import User
from samsyn.desk.fields import DayField, NumberField, TextField
from samsyn.organisations import logos
from samsyn.organisations.enums import GuideGroup, OrganisationKind, PublicPage, Role, Service
from samsyn.organisations.hours import Span, UnreadableHours, holiday_name, read_spans, write_spans
from samsyn.organisations.models import GuideEntry, Membership, Municipality, Organisation, Unit
from samsyn.organisations.services.people import Place
from samsyn.organisations.services.settings import CONTACT, NAMES, written_week
from samsyn.ui import colours
from samsyn.ui.formats import format_number

if TYPE_CHECKING:
    _OrganisationField = forms.ModelChoiceField[Organisation]
    _UnitField = forms.ModelChoiceField[Unit]
else:
    _OrganisationField = _UnitField = forms.ModelChoiceField

_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,30}")
REQUIRED = gettext_lazy("Fyll i fältet.")


class _Needed(TextField):
    """A text that must be there."""

    def validate(self, value: str) -> None:
        """Refuse an empty text, and what is not text."""
        if not value.strip():
            raise ValidationError(str(REQUIRED), code="required")
        super().validate(value)

    def to_python(self, value: Any) -> str:
        """Return the text on one line's worth of blanks."""
        return " ".join(super().to_python(value).split())


class _PhoneField(TextField):
    """A telephone number as people write it."""

    def validate(self, value: str) -> None:
        """Refuse what cannot be rung."""
        super().validate(value)
        if value and not _PHONE.fullmatch(value):
            raise ValidationError(_("Skriv numret med siffror, till exempel 0520-49 50 00."), code="phone")


class _HoursField(TextField):
    """A day's opening hours as people write them: 8.00–12.00, 13.00–16.30."""

    def to_python(self, value: Any) -> Any:
        """Return the spans of the day."""
        try:
            return read_spans(super().to_python(value))
        except UnreadableHours:
            raise ValidationError(
                _("Skriv tiderna som 8.00–16.30. Två pass skiljs med komma. Lämna tomt för stängt."), code="hours"
            ) from None

    def validate(self, value: Any) -> None:
        """Accept what could be read."""


class NamesForm(forms.Form):
    """What the municipality and its police area are called."""

    name = _Needed(label=gettext_lazy("Kommunens namn"), max_length=80, help_text=gettext_lazy("Till exempel: Håbo"))
    official_name = _Needed(
        label=gettext_lazy("Officiellt namn"), max_length=120, help_text=gettext_lazy("Till exempel: Håbo kommun")
    )
    police_area = TextField(
        label=gettext_lazy("Lokalpolisområde"), max_length=120, help_text=gettext_lazy("Lämna tomt om du inte vet.")
    )

    def __init__(self, data: Any = None, *, municipality: Municipality) -> None:
        super().__init__(data, initial={name: getattr(municipality, name) for name in NAMES})


class ContactForm(forms.Form):
    """Where the contact centre is and when it is usually open."""

    contact_centre_phone = _PhoneField(label=gettext_lazy("Telefon"), max_length=40)
    contact_centre_address = TextField(label=gettext_lazy("Besöksadress"), max_length=200)
    weekday_0 = _HoursField(label=gettext_lazy("Måndag"), max_length=80)
    weekday_1 = _HoursField(label=gettext_lazy("Tisdag"), max_length=80)
    weekday_2 = _HoursField(label=gettext_lazy("Onsdag"), max_length=80)
    weekday_3 = _HoursField(label=gettext_lazy("Torsdag"), max_length=80)
    weekday_4 = _HoursField(label=gettext_lazy("Fredag"), max_length=80)
    weekday_5 = _HoursField(label=gettext_lazy("Lördag"), max_length=80)
    weekday_6 = _HoursField(label=gettext_lazy("Söndag"), max_length=80)

    def __init__(self, data: Any = None, *, municipality: Municipality) -> None:
        initial: dict[str, Any] = {name: getattr(municipality, name) for name in CONTACT}
        initial |= {f"weekday_{day}": text for day, text in written_week(municipality).items()}
        super().__init__(data, initial=initial)

    @property
    def weekdays(self) -> list[Any]:
        """The fields of the week, for the page."""
        return [self[f"weekday_{day}"] for day in range(7)]

    @property
    def plain(self) -> list[Any]:
        """The other fields, for the page."""
        return [self[name] for name in CONTACT]

    def week(self) -> dict[int, list[Span]]:
        """Return the hours by weekday."""
        return {day: self.cleaned_data[f"weekday_{day}"] for day in range(7)}

    def contact(self) -> dict[str, str]:
        """Return the municipality's own fields."""
        return {name: self.cleaned_data[name] for name in CONTACT}


class ExceptionForm(forms.Form):
    """A day with other hours."""

    day = DayField(label=gettext_lazy("Dag"), help_text=gettext_lazy("Till exempel: 2026-12-23"))
    hours = _HoursField(
        label=gettext_lazy("Öppet"), max_length=40, help_text=gettext_lazy("Till exempel: 8.00–12.00. Tomt är stängt.")
    )
    reason = TextField(
        label=gettext_lazy("Skäl"), max_length=120, help_text=gettext_lazy("Till exempel: utbildning för personalen")
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_day(self) -> date:
        """Refuse no day, and one that is over."""
        day: date | None = self.cleaned_data["day"]
        if day is None:
            raise ValidationError(str(REQUIRED), code="required")
        if day < self.today:
            raise ValidationError(_("Dagen har redan varit. Välj en senare."), code="past")
        return day

    def clean_hours(self) -> Span | None:
        """Refuse more than one span: a day that is otherwise has one."""
        spans: list[Span] = self.cleaned_data["hours"]
        if len(spans) > 1:
            raise ValidationError(_("En avvikande dag har ett pass. Skriv ett, till exempel 8.00–12.00."), code="many")
        return spans[0] if spans else None


def exception_rows(municipality: Municipality, *, today: date) -> list[dict[str, Any]]:
    """Return the coming days with other hours, in words."""
    return [
        {
            "row": row,
            "hours": write_spans([(row.opens_at, row.closes_at)]) if row.opens_at and row.closes_at else "",
            "holiday": holiday_name(row.day_date),
        }
        for row in municipality.opening_exceptions.filter(day_date__gte=today)
    ]


class ServicesForm(forms.Form):
    """Which services the municipality has."""

    has_contact_centre = forms.BooleanField(
        label=Service.CONTACT_CENTRE.label,
        required=False,
        help_text=gettext_lazy("Invånarna ser telefon, adress, om det är öppet och vad ni hjälper till med."),
    )
    has_safety_hosts = forms.BooleanField(
        label=Service.SAFETY_HOSTS.label,
        required=False,
        help_text=gettext_lazy("Invånarna ser på Vem gör vad vad trygghetsvärdarna gör och inte får göra."),
    )

    def __init__(self, data: Any = None, *, municipality: Municipality) -> None:
        super().__init__(data, initial={service.field: municipality.has_service(service) for service in Service})


class ColourField(TextField):
    """A colour as #rrggbb, checked on the grounds where it will stand."""

    def __init__(self, *, label: Any, theme: colours.Ground, help_text: Any) -> None:
        super().__init__(label=label, max_length=20, help_text=help_text)
        self.theme = theme
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "samsyn-town-colour"}

    def validate(self, value: str) -> None:
        """Refuse what is no colour, and one that cannot be read; say where, and which one can."""
        super().validate(value)
        if not value.strip():
            return
        try:
            colour = colours.normal(value)
        except ValueError:
            sentence = _("Skriv färgen som # och sex tecken, till exempel #0b4d68.")
            raise ValidationError(sentence, code="colour") from None
        faults = colours.faults(colour, self.theme)
        if faults:
            raise ValidationError(" ".join(_fault_sentences(colour, faults, self.theme)), code="contrast")

    def clean(self, value: Any) -> str:
        """Return the colour, or an empty text."""
        text = str(super().clean(value)).strip()
        return colours.normal(text) if text else ""


def _fault_sentences(colour: str, faults: list[colours.Fault], theme: colours.Ground) -> list[str]:
    surfaces = {
        "ground": _("sidans grund"),
        "fog": _("den dimmiga grunden"),
        "soft": _("en vald rad"),
        "key": _("sig själv med knappens text"),
    }
    sentences = [
        _("%(colour)s syns för dåligt mot %(surface)s: kontrasten är %(contrast)s och ska vara minst 4,5.")
        % {
            "colour": colour,
            "surface": surfaces[fault.surface],
            # Rounded down: 4.49 must not read as enough.
            "contrast": format_number(int(fault.contrast * 100) / 100, language="sv", decimals=2),
        }
        for fault in faults
    ]
    return [*sentences, _("Närmaste färg som går bra är %(colour)s.") % {"colour": colours.nearest_safe(colour, theme)}]


class ColoursForm(forms.Form):
    """The municipality's colour for links and buttons, by day and by night."""

    accent_light = ColourField(
        label=gettext_lazy("Färg på ljus grund"),
        theme=colours.LIGHT,
        help_text=gettext_lazy("För länkar och knappar, till exempel #1f5c3a. Lämna tomt för Samsyns egen."),
    )
    accent_dark = ColourField(
        label=gettext_lazy("Färg på mörk grund"),
        theme=colours.DARK,
        help_text=gettext_lazy("Lämna tomt, så väljer Samsyn närmaste nyans som syns på mörk grund."),
    )

    def __init__(self, data: Any = None, *, municipality: Municipality) -> None:
        super().__init__(
            data, initial={"accent_light": municipality.accent_light, "accent_dark": municipality.accent_dark}
        )

    def clean(self) -> dict[str, Any]:
        """Choose the colour by night from that by day where only one was written."""
        data = self.cleaned_data
        light, dark = data.get("accent_light"), data.get("accent_dark")
        if light and dark == "":
            data["accent_dark"] = colours.nearest_safe(light, colours.DARK)
        elif dark and light == "":
            data["accent_light"] = colours.nearest_safe(dark, colours.LIGHT)
        return data


class LogoForm(forms.Form):
    """A logo and the words for those who do not see it."""

    image = forms.FileField(
        label=gettext_lazy("Logotyp"),
        help_text=gettext_lazy("PNG, JPEG eller WebP, högst 1 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={
            "required": gettext_lazy("Välj en fil."),
            "empty": gettext_lazy("Filen är tom. Välj en annan."),
            "missing": gettext_lazy("Välj en fil."),
            "invalid": gettext_lazy("Välj en fil."),
        },
    )
    alt_text = _Needed(
        label=gettext_lazy("Text för den som inte ser bilden"),
        max_length=120,
        help_text=gettext_lazy("Till exempel: Håbo kommun"),
    )

    def clean_image(self) -> bytes:
        """
        Return the file's bytes; one that is too large is not even read.

        :raises ValidationError: it is too large
        """
        sent = self.cleaned_data["image"]
        if sent.size > logos.MAX_BYTES:
            raise ValidationError(_("Filen är större än 1 MB. Spara logotypen mindre och försök igen."), code="large")
        return bytes(sent.read())


class GuideForm(forms.Form):
    """A row of *Vem gör vad*, in Swedish and perhaps in English."""

    group = forms.ChoiceField(label=gettext_lazy("Del av sidan"))
    title = _Needed(
        label=gettext_lazy("Rubrik"), max_length=160, help_text=gettext_lazy("Till exempel: Trasig gatubelysning")
    )
    text = TextField(label=gettext_lazy("Text"), max_length=5000, rows=5)
    who = TextField(
        label=gettext_lazy("Vem"), max_length=160, help_text=gettext_lazy("Organisation eller enhet, inget namn")
    )
    phone = _PhoneField(label=gettext_lazy("Telefon"), max_length=40)
    title_en = TextField(label=gettext_lazy("Rubrik på engelska"), max_length=160)
    text_en = TextField(label=gettext_lazy("Text på engelska"), max_length=5000, rows=5)
    who_en = TextField(label=gettext_lazy("Vem på engelska"), max_length=160)

    def __init__(self, data: Any = None, *, municipality: Municipality, entry: GuideEntry | None) -> None:
        english = entry.translations.get("en", {}).get("fields", {}) if entry else {}
        initial = {name: getattr(entry, name) for name in ("group", "title", "text", "who", "phone")} if entry else {}
        super().__init__(data, initial=initial | {f"{name}_en": text for name, text in english.items()})
        self.fields["group"].choices = GuideGroup.choices  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("title_en", "text_en", "who_en"):
            self.fields[name].widget.attrs["lang"] = "en"

    def english(self) -> dict[str, str]:
        """Return the English texts by the field they translate."""
        return {name: self.cleaned_data[f"{name}_en"] for name in ("title", "text", "who")}


class ReviewForm(forms.Form):
    """Which unit answers for a public page, and how often it is to be reviewed."""

    page = forms.ChoiceField(
        label=gettext_lazy("Sida"), choices=PublicPage.choices, widget=forms.Select, initial=PublicPage.START
    )
    unit = TextField(
        label=gettext_lazy("Ansvarig enhet"),
        max_length=120,
        help_text=gettext_lazy("Lämna tomt för att ta bort raden."),
    )
    interval_days = NumberField(label=gettext_lazy("Granskas var … dag"), whole=True)

    def clean_interval_days(self) -> int:
        """Return the days between reviews, a year if none is said."""
        days: int | None = self.cleaned_data["interval_days"]
        if days is None:
            return 365
        if not 1 <= days <= 3650:
            raise ValidationError(_("Skriv mellan 1 och 3 650 dagar."), code="range")
        return days


class OrganisationForm(forms.Form):
    """An organisation that takes part."""

    name = _Needed(label=gettext_lazy("Namn"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Slag"), choices=OrganisationKind.choices)
    contact_function = TextField(
        label=gettext_lazy("Kontakt"),
        max_length=200,
        help_text=gettext_lazy("Funktion och väg dit, inget namn. Till exempel: säkerhetschef, via växeln"),
    )

    def __init__(self, data: Any = None, *, organisation: Organisation | None) -> None:
        fields = ("name", "kind", "contact_function")
        initial = {name: getattr(organisation, name) for name in fields} if organisation else {}
        super().__init__(data, initial=initial or {"kind": OrganisationKind.PROPERTY_OWNER})


class UnitForm(forms.Form):
    """A part of an organisation."""

    name = _Needed(label=gettext_lazy("Namn"), max_length=160)
    contact_function = TextField(
        label=gettext_lazy("Kontakt"), max_length=200, help_text=gettext_lazy("Funktion och väg dit, inget namn.")
    )
    is_active = forms.BooleanField(label=gettext_lazy("Enheten finns nu"), required=False)

    def __init__(self, data: Any = None, *, unit: Unit | None) -> None:
        fields = ("name", "contact_function", "is_active")
        super().__init__(data, initial={name: getattr(unit, name) for name in fields} if unit else {"is_active": True})


class _OrganisationChoice(_OrganisationField):
    def label_from_instance(self, obj: Organisation) -> str:
        return f"{obj.name} ({obj.get_kind_display()})"


class _UnitChoice(_UnitField):
    def label_from_instance(self, obj: Unit) -> str:
        return f"{obj.organisation.name}: {obj.name}"


class PlaceForm(forms.Form):
    """A role: at which organisation and unit, and between which days."""

    organisation = _OrganisationChoice(
        label=gettext_lazy("Organisation"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("Välj organisation"),
        error_messages={
            "required": gettext_lazy("Välj en organisation."),
            "invalid_choice": gettext_lazy("Välj en organisation."),
        },
    )
    role = forms.ChoiceField(label=gettext_lazy("Roll"), error_messages={"required": gettext_lazy("Välj en roll.")})
    unit = _UnitChoice(
        label=gettext_lazy("Enhet"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("Ingen särskild"),
        error_messages={"invalid_choice": gettext_lazy("Välj en enhet i listan.")},
    )
    from_date = DayField(label=gettext_lazy("Från och med"), help_text=gettext_lazy("Tomt: nu"))
    until_date = DayField(label=gettext_lazy("Till och med"), help_text=gettext_lazy("Tomt: tills vidare"))

    def __init__(
        self,
        data: Any = None,
        *,
        municipality: Municipality,
        roles: Iterable[Role],
        today: date,
        membership: Membership | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        fields = ("organisation", "role", "unit", "from_date", "until_date")
        start = {name: getattr(membership, name) for name in fields} if membership else {}
        super().__init__(data, initial=start | (initial or {}))
        self.today = today
        self.membership = membership
        choices = [(role.value, role.label) for role in roles]
        self.fields["role"].choices = [("", _("Välj roll")), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        organisations = municipality.organisations.filter(is_active=True).order_by("name")
        units = Unit.objects.filter(organisation__in=organisations, is_active=True).select_related("organisation")
        self.fields["unit"].queryset = units.order_by("organisation__name", "name")  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField
        if membership is not None:
            del self.fields["organisation"]
        if not units:
            del self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        """Refuse days that come in the wrong order or are over, and a unit of another organisation."""
        data = self.cleaned_data
        first, last = data.get("from_date"), data.get("until_date")
        if last and last < self.today:
            self.add_error("until_date", _("Dagen har redan varit. Välj en senare, eller avsluta rollen."))
        elif first and last and last < first:
            self.add_error("until_date", _("Sista dagen ligger före den första. Kontrollera båda."))
        unit, organisation = data.get("unit"), self._organisation()
        if unit and organisation and unit.organisation_id != organisation.pk:
            self.add_error("unit", _("Enheten hör till en annan organisation. Välj en annan."))
        return data

    def _organisation(self) -> Organisation | None:
        return self.membership.organisation if self.membership else self.cleaned_data.get("organisation")

    def place(self) -> Place:
        """Return what was chosen."""
        organisation = self._organisation()
        assert organisation is not None  # noqa: S101 - the form is valid
        data = self.cleaned_data
        return Place(organisation, data["role"], data.get("unit"), data["from_date"], data["until_date"])


class InviteForm(PlaceForm):
    """Somebody to invite, and their first role."""

    field_order = ("name", "email", "organisation", "role", "unit", "from_date", "until_date")

    name = _Needed(
        label=gettext_lazy("Namn"), max_length=120, help_text=gettext_lazy("Syns bara för dem som sköter behörigheter.")
    )
    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Skriv personens e-postadress i arbetet."),
            "invalid": gettext_lazy("Skriv hela e-postadressen, till exempel namn@kommunen.se."),
            "max_length": gettext_lazy("E-postadressen är för lång. Kontrollera den."),
        },
    )

    def clean_email(self) -> str:
        """Return the address as accounts know it."""
        return str(self.cleaned_data["email"]).casefold()


class FirstPasswordForm(forms.Form):
    """A password, and for the first administrator also name and address."""

    name = _Needed(label=gettext_lazy("Ditt namn"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("Din e-post i arbetet"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Skriv din e-postadress."),
            "invalid": gettext_lazy("Skriv hela e-postadressen, till exempel namn@kommunen.se."),
        },
    )
    password = forms.CharField(
        label=gettext_lazy("Välj lösenord"),
        max_length=1000,
        strip=False,
        help_text=gettext_lazy("Minst tolv tecken. Tre vanliga ord i rad går bra."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": gettext_lazy("Välj ett lösenord."),
            "max_length": gettext_lazy("Lösenordet är för långt. Välj ett kortare."),
        },
    )

    def __init__(self, data: Any = None, *, user: User | None) -> None:
        super().__init__(data)
        self.user = user
        if user is not None:
            del self.fields["name"], self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easy to guess."""
        from django.contrib.auth.password_validation import validate_password

        data = self.cleaned_data
        if "password" in data:
            who = self.user or User(email=data.get("email", ""), name=data.get("name", ""))
            try:
                validate_password(data["password"], who)
            except ValidationError as fault:
                self.add_error("password", fault)
        return data
