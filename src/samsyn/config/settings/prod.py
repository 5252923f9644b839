"""Settings for a town's own installation. Everything secret comes from the environment."""

import os

from django.core.exceptions import ImproperlyConfigured

from samsyn.config import env
from samsyn.config.hosts import TownHosts
from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names
from samsyn.core import logs

SECRET_KEY = env.text("SAMSYN_SECRET_KEY")
if len(SECRET_KEY) < 40 or SECRET_KEY.startswith("demo-only"):
    raise ImproperlyConfigured("SAMSYN_SECRET_KEY ska vara minst 40 slumpade tecken och bara din.")
ALLOWED_HOSTS = env.names("SAMSYN_HOSTS", [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("SAMSYN_HOSTS saknas. Sätt den till webbplatsens namn, till exempel trygg.kommunen.se.")
if env.flag("SAMSYN_DEBUG", False):
    raise ImproperlyConfigured("SAMSYN_DEBUG är på. I drift visar det källkod för vem som helst: ta bort den.")
if SAMSYN_TOWNS == "host":
    ALLOWED_HOSTS = TownHosts(ALLOWED_HOSTS)
SAMSYN_DEMO = False
LOGGING = logs.configuration(env.choice("SAMSYN_LOG", ("plain", "json"), "json"))
# A file that nobody reads is no message: without a mail server mail waits, and "samsyn check" says so.
MESSAGES_TO_FILES = False
if SMTP_HOST and "SAMSYN_MAIL_FROM" not in os.environ:
    raise ImproperlyConfigured("SAMSYN_MAIL_FROM saknas. Sätt den till avsändaren, till exempel trygg@kommunen.se.")
if SMTP_SECURITY == "none" and SMTP_PASSWORD and SMTP_HOST not in {"localhost", "127.0.0.1", "::1"}:
    raise ImproperlyConfigured("SAMSYN_SMTP_SECURITY får inte vara none med lösenord: det skulle gå i klartext.")
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
