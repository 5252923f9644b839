"""Settings for a town's own installation. Everything secret comes from the environment."""

from django.core.exceptions import ImproperlyConfigured

from samsyn.config import env
from samsyn.config.hosts import TownHosts
from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names

SECRET_KEY = env.text("SAMSYN_SECRET_KEY")
if len(SECRET_KEY) < 40 or SECRET_KEY.startswith("demo-only"):
    raise ImproperlyConfigured("SAMSYN_SECRET_KEY ska vara minst 40 slumpade tecken och bara din.")
ALLOWED_HOSTS = env.names("SAMSYN_HOSTS", [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("SAMSYN_HOSTS saknas. Sätt den till webbplatsens namn, till exempel trygg.kommunen.se.")
if SAMSYN_TOWNS == "host":
    ALLOWED_HOSTS = TownHosts(ALLOWED_HOSTS)
SAMSYN_DEMO = False

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
