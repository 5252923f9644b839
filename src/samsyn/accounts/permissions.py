"""Who reaches the pages for signing in, for one's own account and for signing out."""

from samsyn.core.permissions import STRANGER, route

OWN = "den inloggade, om sitt eget konto"
CONFIRMED = f"{OWN}, efter att ha visat det igen"
HOLDER = "den som har länken"
_TRIES = (
    "känd enhet: 5 i minuten, 10 i kvarten, 30 i timmen; "
    "okända: 5, 10, 20 per e-postadress och 20, 60, 120 per nätadress"
)
_LINKS = "30 i kvarten, per nätadress"

route("accounts:sign_in", who=STRANGER, limit=_TRIES, logged="accounts.signed_in")
route(
    "accounts:second_step",
    who="den som visat rätt lösenord de senaste tio minuterna",
    limit="5 koder i minuten, 10 i timmen, för varje känd enhet och för alla okända tillsammans",
    logged="accounts.signed_in, accounts.recovery_code_used",
)
route(
    "accounts:second_step_passkey",
    who="den som visat rätt lösenord de senaste tio minuterna",
    logged="accounts.signed_in",
)
route(
    "accounts:sign_in_passkey",
    who=STRANGER,
    limit="30 i minuten, 120 i timmen, per nätadress",
    logged="accounts.signed_in",
)
route("accounts:sso_start", who=STRANGER, limit="20 i minuten, 60 i kvarten, 120 i timmen, per nätadress")
route(
    "accounts:sso_callback",
    who=STRANGER,
    limit="20 i minuten, 60 i kvarten, 120 i timmen, per nätadress",
    logged="accounts.signed_in, accounts.created_by_single_sign_on",
)
route("accounts:sign_out", who=STRANGER, logged="accounts.signed_out")
route(
    "accounts:forgot",
    who=STRANGER,
    limit="10 i kvarten, 30 i timmen, per nätadress; 3 mejl i timmen till en adress",
    logged="accounts.reset_requested",
)
route("accounts:reset", who=HOLDER, limit=_LINKS, logged="accounts.password_reset")
route("accounts:invitation", who=HOLDER, limit=_LINKS, logged="accounts.invitation_accepted, accounts.signed_in")
route("accounts:email_confirm", who=HOLDER, limit=_LINKS, logged="accounts.email_changed")
route("accounts:account", who=OWN)
route("accounts:welcome", who=OWN)
route("accounts:details", who=OWN, logged="accounts.details_changed")
route("accounts:email", who=CONFIRMED, limit="3 mejl i timmen", logged="accounts.new_email_requested")
route("accounts:password", who=CONFIRMED, logged="accounts.password_changed")
route("accounts:notifications", who=OWN, logged="accounts.notifications_changed")
route("accounts:confirm", who=OWN, limit="5 försök i minuten, 10 i kvarten, per inloggning")
route("accounts:sign_ins", who=OWN)
route("accounts:end_sign_in", who=OWN, logged="accounts.sign_in_ended")
route("accounts:end_other_sign_ins", who=OWN, logged="accounts.other_sign_ins_ended")
route("accounts:security", who=OWN)
route("accounts:second_step_needed", who=OWN)
route("accounts:passkey_add", who=CONFIRMED, logged="accounts.factor_added")
route("accounts:passkey_rename", who=OWN, logged="accounts.passkey_renamed")
route("accounts:passkey_remove", who=CONFIRMED, logged="accounts.factor_removed")
route("accounts:totp_add", who=CONFIRMED, logged="accounts.factor_added")
route("accounts:totp_remove", who=CONFIRMED, logged="accounts.factor_removed")
route("accounts:recovery_codes", who=CONFIRMED, logged="accounts.recovery_codes_made")
