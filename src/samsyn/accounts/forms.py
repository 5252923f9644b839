"""The forms of signing in and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samsyn.core import messages, text


def _one_line(typed: str) -> str:
    """
    Keep a line as typed, in one form.

    :raises ValidationError: it holds what is not text
    """
    if text.has_refused_characters(typed):
        raise forms.ValidationError(_("Texten har tecken som inte går att spara. Skriv om den."))
    return " ".join(text.clean(typed).split())


def _email(label: Any, *, autocomplete: str) -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Skriv din e-postadress."),
            "invalid": _("Skriv hela e-postadressen, till exempel namn@kommunen.se."),
            "max_length": _("E-postadressen är för lång. Kontrollera den."),
        },
    )


def _password(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        strip=False,
        help_text=help_text,
        # Never shown again: a fault keeps the address but not the password.
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": _("Skriv ditt lösenord."),
            "max_length": _("Lösenordet är för långt. Kontrollera det."),
        },
    )


def _new_password() -> forms.CharField:
    field = _password(
        _("Nytt lösenord"),
        autocomplete="new-password",
        help_text=_("Minst tolv tecken. Flera ord efter varandra är lätt att minnas och svårt att gissa."),
    )
    field.error_messages["required"] = _("Välj ett lösenord.")
    return field


class SignInForm(forms.Form):
    """E-mail and password, as password managers know them."""

    email = _email(_("E-post"), autocomplete="username")
    password = _password(_("Lösenord"), autocomplete="current-password")
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        label=_("Kod"),
        max_length=40,
        help_text=_("Sex siffror från appen, eller en av dina reservkoder."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Skriv koden."),
            "max_length": _("Koden är för lång. Skriv bara en kod."),
        },
    )


class TotpForm(forms.Form):
    """The first code of an app that is being added."""

    code = forms.CharField(
        label=_("Koden som appen visar"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={
            "required": _("Skriv koden som appen visar, sex siffror."),
            "max_length": _("Koden är för lång. Den är sex siffror."),
        },
    )


class ForgotForm(forms.Form):
    """The address to send a link to."""

    email = _email(_("E-post"), autocomplete="username")


class NewPasswordForm(forms.Form):
    """A new password, once: what is mistyped is put right by another link."""

    password = _new_password()


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Namn"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Skriv ditt namn."),
            "max_length": _("Namnet är för långt. Skriv högst 120 tecken."),
        },
    )


class _CleanName:
    cleaned_data: dict[str, Any]

    def clean_name(self) -> str:
        """Refuse what no name holds; keep it as typed otherwise."""
        return _one_line(str(self.cleaned_data["name"]))


class AcceptForm(_CleanName, forms.Form):
    """What an invited person chooses."""

    name = _name_field()
    password = _new_password()


class DetailsForm(_CleanName, forms.Form):
    """Name, and the language of mails."""

    name = _name_field()
    language = forms.ChoiceField(
        label=_("Språk i mejl till dig"),
        choices=lambda: settings.LANGUAGES,
        error_messages={"invalid_choice": _("Välj ett av språken i listan.")},
    )


class NewEmailForm(forms.Form):
    """The address to change to."""

    email = _email(_("Ny e-postadress"), autocomplete="email")


class PasskeyForm(forms.Form):
    """What the browser answered, and what to call it."""

    name = forms.CharField(
        label=_("Vad ska passnyckeln heta?"),
        max_length=60,
        help_text=_("Till exempel ”Jobbtelefonen”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Skriv vad passnyckeln ska heta."),
            "max_length": _("Namnet är för långt. Skriv högst 60 tecken."),
        },
    )
    credential = forms.CharField(
        required=False, max_length=20_000, widget=forms.HiddenInput(attrs={"data-samsyn-passkey-answer": ""})
    )

    def clean_name(self) -> str:
        """Refuse what no name holds; keep it as typed otherwise."""
        return _one_line(str(self.cleaned_data["name"]))


class AnswerForm(forms.Form):
    """What the browser answered when it was asked to show a passkey."""

    credential = forms.CharField(
        max_length=20_000, widget=forms.HiddenInput(attrs={"data-samsyn-passkey-answer": ""})
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """The password once more."""

    password = _password(_("Lösenord"), autocomplete="current-password")


class NotificationsForm(forms.Form):
    """One box for each group of messages that a person may do without."""

    def __init__(self, *args: Any, wanted: dict[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in messages.groups():
            self.fields[group.code] = forms.BooleanField(
                label=str(group.label),
                help_text=str(group.help_text),
                required=False,
                initial=wanted.get(group.code, True),
            )
