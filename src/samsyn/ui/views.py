"""The page of parts, for those who build pages."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from samsyn.ui.charts import interval_chart

SWATCHES = [
    ("ground", "grund"),
    ("fog", "dimma"),
    ("text", "bläck"),
    ("text-secondary", "bläck 2"),
    ("action", "handling"),
    ("thread", "tråd"),
    ("help", "hjälp nu"),
    ("edge", "linje"),
    ("met", "uppfyllt"),
    ("late", "senare"),
    ("uncertain", "osäkert"),
    ("not-met", "inte uppfyllt"),
    *[(f"scale-{step}", f"skala {step}") for step in range(1, 6)],
]

OUTCOMES = [
    ("met", "Uppfyllt"),
    ("exceeded", "Mer än lovat"),
    ("done_differently", "På annat sätt"),
    ("late", "Senare än planerat"),
    ("not_met", "Inte uppfyllt"),
    ("no_reliable_change", "Ingen säker förändring"),
    ("cannot_be_judged", "Går inte att bedöma"),
    ("not_reported", "Inte rapporterat än"),
    ("not_stated", "Inte angivet"),
    ("clear_increase", "Tydlig ökning"),
    ("clear_decrease", "Tydlig minskning"),
]

STEPS = [
    {"kind": "filled", "label": "Det ni sa", "text": "1\u202f417 svar"},
    {"kind": "filled", "label": "Problem", "text": "Våld utomhus"},
    {"kind": "missing", "label": "Orsak", "text": "inte angiven"},
    {"kind": "filled", "label": "Löfte", "text": "Synlig polis", "url": "#innehall"},
    {"kind": "open", "label": "Utfall", "text": "185 → 162"},
]


class ExampleForm(forms.Form):
    """One field of each kind, with faults."""

    seen = forms.CharField(
        label="Vad har du sett?",
        help_text="Skriv som du vill, på vilket språk du vill.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv vad du har sett"},
    )
    phone = forms.RegexField(
        r"^\d{3}-?\d{7}$",
        label="Mobilnummer",
        error_messages={"invalid": "Skriv ett mobilnummer med tio siffror, till exempel 070-174 06 05"},
    )
    reply = forms.ChoiceField(
        label="Vill du ha svar?",
        choices=[("no", "Nej tack"), ("sms", "Ja, som sms")],
        widget=forms.RadioSelect,
        initial="no",
    )
    agree = forms.BooleanField(label="Jag har läst hur uppgifterna används", required=False)


def parts(request: HttpRequest) -> HttpResponse:
    """Show all colours and parts by day and by night. The texts on it are examples and stay in Swedish."""
    themes = [("light", _("Dag")), ("dark", _("Natt"))]
    return render(
        request,
        "ui/parts.html",
        {
            "themes": [
                # Two forms on one page: names and ids must differ.
                {
                    "code": code,
                    "label": label,
                    "form": ExampleForm({f"{code}-phone": "070-174", f"{code}-reply": "no"}, prefix=code),
                }
                for code, label in themes
            ],
            "swatches": SWATCHES,
            "outcomes": OUTCOMES,
            "steps": STEPS,
            "words": ["slåss", "just nu"],
            "facts": [
                {"term": "Ansvarig", "value": "Gruppchef, Polisen"},
                {"term": "Omfattning", "value": "Löpande"},
                {"term": "Orsak", "value": ""},
            ],
            "lines": ["Måndag–fredag 8.00–16.30", "Gärdhemsvägen 9, Trollhättan"],
            "charts": [
                (
                    interval_chart(estimate=-12.7, low=-29.7, high=8.4),
                    "Från 29,7 procent färre till 8,4 procent fler. Rutan går över nollstrecket.",
                ),
                (
                    interval_chart(estimate=40, low=5, high=None),
                    "Minst 5 procent fler. Någon övre gräns går inte att räkna fram.",
                ),
            ],
            "headers": [{"label": "År"}, {"label": "Anmälda brott", "number": True}],
            "rows": [
                [{"text": year}, {"text": count, "number": True}]
                for year, count in (("2019", "185"), ("2020", "162"))
            ],
        },
    )
