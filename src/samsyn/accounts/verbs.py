"""What is done with accounts, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "accounts.signed_in": _("Loggade in"),
        "accounts.signed_out": _("Loggade ut"),
        "accounts.invited": _("Bjöd in en person"),
        "accounts.invitation_accepted": _("Tog emot en inbjudan"),
        "accounts.invitation_revoked": _("Tog tillbaka en inbjudan"),
        "accounts.created_by_single_sign_on": _("Fick ett konto genom organisationens inloggning"),
        "accounts.closed": _("Stängde ett konto"),
        "accounts.reopened": _("Öppnade ett stängt konto"),
        "accounts.details_changed": _("Ändrade namn eller språk på ett konto"),
        "accounts.new_email_requested": _("Bad att få byta e-postadress"),
        "accounts.email_changed": _("Bytte e-postadress"),
        "accounts.reset_requested": _("Bad om ett nytt lösenord"),
        "accounts.password_reset": _("Valde ett nytt lösenord med en länk"),
        "accounts.password_changed": _("Bytte lösenord"),
        "accounts.factor_added": _("Lade till ett andra steg"),
        "accounts.factor_removed": _("Tog bort ett andra steg"),
        "accounts.factors_removed": _("Tog bort en persons alla andra steg"),
        "accounts.passkey_renamed": _("Döpte om en passnyckel"),
        "accounts.recovery_codes_made": _("Skapade reservkoder"),
        "accounts.recovery_code_used": _("Använde en reservkod"),
        "accounts.sign_in_ended": _("Avslutade en inloggning"),
        "accounts.other_sign_ins_ended": _("Avslutade alla andra inloggningar"),
        "accounts.notifications_changed": _("Ändrade vilka mejl som skickas"),
    }
)
