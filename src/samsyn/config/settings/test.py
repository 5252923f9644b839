"""Settings for the test suite."""

import tempfile
from pathlib import Path

from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names

SECRET_KEY = "only-for-tests"  # noqa: S105 - not a secret
SAMSYN_DEMO = True
SITE_URL = "http://testserver"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
DATA = Path(tempfile.mkdtemp(prefix="samsyn-test-"))
MEDIA_ROOT = DATA / "files"
STATIC_ROOT = DATA / "static"
# Tests of rights put a second town beside the first; those about addresses choose how they are told apart.
SAMSYN_TOWNS = "single"
SAMSYN_TOWN = "1488"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
