"""Who reaches the pages for signing in and out."""

from samsyn.core.permissions import STRANGER, route

route(
    "accounts:sign_in",
    who=STRANGER,
    limit="10 försök på 15 minuter, per nätadress och per e-postadress",
    logged="accounts.signed_in",
)
route("accounts:sign_out", who=STRANGER, logged="accounts.signed_out")
