"""Settings that every installation shares. What differs stands in dev, test and prod."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from samsyn import __version__
from samsyn.config import env
from samsyn.config.hosts import TownHosts
from samsyn.core import logs

PACKAGE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SAMSYN_DATA") or Path.cwd() / ".data").resolve()
VERSION = __version__

DEBUG = False
# How an address says which municipality it is about: the only one, by host name, or by its first part.
SAMSYN_TOWNS = env.choice("SAMSYN_TOWNS", ("single", "host", "path"), "single")
# Which municipality the addresses are about while there are several and they have none of their own: a code.
SAMSYN_TOWN = os.environ.get("SAMSYN_TOWN", "")
ALLOWED_HOSTS = env.names("SAMSYN_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
if SAMSYN_TOWNS == "host":
    ALLOWED_HOSTS = TownHosts(ALLOWED_HOSTS)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # "allauth" itself is left out: its templates must not be found, for every page is ours.
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "samsyn.core",
    "samsyn.ui",
    "samsyn.accounts",
    "samsyn.organisations",
    "samsyn.places",
    "samsyn.observations",
    "samsyn.statistics",
    "samsyn.dialogues",
    "samsyn.commitments",
    "samsyn.desk",
    "samsyn.public",
    "samsyn.api",
    "samsyn.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "samsyn.organisations.middleware.TownAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "samsyn.accounts.middleware.SignedInMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "samsyn.core.middleware.ErrorPageMiddleware",
    "samsyn.organisations.middleware.ChooseTownMiddleware",
]

ROOT_URLCONF = "samsyn.config.urls"
WSGI_APPLICATION = "samsyn.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "samsyn.organisations.context_processors.site",
            ],
        },
    },
]

DATABASES = {
    "default": env.database(
        os.environ.get("DATABASE_URL"), DATA, wait_s=env.number("SAMSYN_DATABASE_WAIT_S", env.WAIT_S)
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "desk:year"
LOGOUT_REDIRECT_URL = "public:start"

# Where links in mails lead, and what the organisation's sign-in comes back to.
SITE_URL = env.text("SAMSYN_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")

# Roles that must sign in in two steps; see docs/adr/0013-sign-in.md
SAMSYN_SECOND_STEP_ROLES = env.names("SAMSYN_SECOND_STEP_ROLES", [])

# django-allauth is the engine of the second step and of single sign-on; every page and address is ours.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "samsyn.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
SOCIALACCOUNT_ADAPTER = "samsyn.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = env.single_sign_on()
SAMSYN_OIDC_HOSTS = env.names("SAMSYN_OIDC_HOSTS", [])
SAMSYN_OIDC_CREATE = env.flag("SAMSYN_OIDC_CREATE", False)

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"  # for showing only; instants are stored in UTC

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA / "files"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Security: see docs/security.md
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# "no-referrer" would make browsers send `Origin: null`, and every form would fail its CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "samsyn.core.views.csrf_failed"

LOGGING = logs.configuration(env.choice("SAMSYN_LOG", ("plain", "json"), "plain"))
# HOST:PORT for those who measure, on a private address; empty is nowhere.
METRICS = env.text("SAMSYN_METRICS", "")

# Messages out: see docs/guide/drift.md
MESSAGES_TO_FILES = True  # what has no other way becomes a file; production turns it off
MAIL_FROM = env.text("SAMSYN_MAIL_FROM", "Samsyn <samsyn@localhost>")
SMTP_HOST = env.text("SAMSYN_SMTP_HOST", "")
SMTP_SECURITY = env.choice("SAMSYN_SMTP_SECURITY", ("starttls", "tls", "none"), "starttls")
SMTP_PORT = env.number("SAMSYN_SMTP_PORT", {"starttls": 587, "tls": 465, "none": 25}[SMTP_SECURITY])
SMTP_USER = env.text("SAMSYN_SMTP_USER", "")
SMTP_PASSWORD = env.text("SAMSYN_SMTP_PASSWORD", "")
ELKS_URL = "https://api.46elks.com/a1/sms"
ELKS_USER = env.text("SAMSYN_46ELKS_USER", "")
ELKS_PASSWORD = env.text("SAMSYN_46ELKS_PASSWORD", "")
ELKS_DRY_RUN = env.flag("SAMSYN_46ELKS_DRYRUN", False)
SMS_FROM = env.text("SAMSYN_SMS_FROM", "Samsyn")
# The only hosts that are ever asked for anything, and those of them (HOST:PORT) that are the municipality's own.
OUTGOING_INSIDE = env.names("SAMSYN_OUTGOING_INSIDE", [])
OUTGOING_HOSTS = ["api.46elks.com", *env.names("SAMSYN_OUTGOING_HOSTS", [])]
