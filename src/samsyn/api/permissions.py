"""Who reaches the API. What may be done is decided by the apps whose services it calls."""

from samsyn.core.permissions import STRANGER, route

READERS = "de som får läsa observationer"

for _name in ("openapi-json", "api-root", "municipality", "areas", "series", "commitments"):
    route(f"api:{_name}", who=STRANGER)
# One address, with a name for reading and one for writing.
route("api:observations", who=READERS)
route(
    "api:observation_new",
    who="analytiker, strateg",
    limit="60 på en minut per konto",
    logged="observations.recorded",
)
route("api:observation", who=READERS)
route("api:import", who="analytiker, strateg")
