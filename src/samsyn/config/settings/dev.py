"""Settings for the demo and for development on one's own machine."""

import os

from samsyn.config import env
from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names

SECRET_KEY = env.text("SAMSYN_SECRET_KEY", "demo-only-this-key-is-public-and-refused-in-production")
DEBUG = env.flag("SAMSYN_DEBUG", False)
SAMSYN_DEMO = True
# Whoever opens the demo to other machines with HOST will reach it by names that cannot be known here.
if os.environ.get("HOST", "127.0.0.1") not in {"127.0.0.1", "localhost", "::1"}:
    ALLOWED_HOSTS = ["*"]
# Passkeys need https, but for a machine's own localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
