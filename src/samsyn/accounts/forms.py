"""The sign-in form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """E-mail and password, as password managers know them."""

    email = forms.EmailField(
        label=_("E-post"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Skriv din e-postadress."),
            "invalid": _("Skriv hela e-postadressen, till exempel namn@kommunen.se."),
            "max_length": _("E-postadressen är för lång. Kontrollera den."),
        },
    )
    password = forms.CharField(
        label=_("Lösenord"),
        max_length=1000,
        strip=False,
        # Never shown again: a fault keeps the address but not the password.
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": _("Skriv ditt lösenord."),
            "max_length": _("Lösenordet är för långt. Kontrollera det."),
        },
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
