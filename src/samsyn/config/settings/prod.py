"""Settings for a town's own installation. Everything secret comes from the environment."""

from django.core.exceptions import ImproperlyConfigured

from samsyn.config import env
from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names

SECRET_KEY = env.text("SAMSYN_SECRET_KEY")
if len(SECRET_KEY) < 40 or SECRET_KEY.startswith("demo-only"):
    raise ImproperlyConfigured("SAMSYN_SECRET_KEY ska vara minst 40 slumpade tecken och bara din.")
ALLOWED_HOSTS = env.names("SAMSYN_HOSTS", [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("SAMSYN_HOSTS saknas. Sätt den till webbplatsens namn, till exempel trygg.kommunen.se.")
SAMSYN_DEMO = False
SITE_URL = env.text("SAMSYN_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
if not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("SAMSYN_URL ska börja med https://, till exempel https://trygg.kommunen.se.")
# Those who can change others' accounts or read the log; SAMSYN_SECOND_STEP_ROLES may name more, or none.
SAMSYN_SECOND_STEP_ROLES = env.names("SAMSYN_SECOND_STEP_ROLES", ["ADMINISTRATOR", "AUDITOR"])

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
