"""Settings for the demo and for development on one's own machine."""

from samsyn.config import env
from samsyn.config.settings.base import *  # noqa: F403 - a settings module is its names

SECRET_KEY = env.text("SAMSYN_SECRET_KEY", "demo-only-this-key-is-public-and-refused-in-production")
DEBUG = env.flag("SAMSYN_DEBUG", False)
SAMSYN_DEMO = True
