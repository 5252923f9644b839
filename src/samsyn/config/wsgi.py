"""WSGI entry. `samsyn.config.asgi` wraps it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samsyn.config.settings.dev")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
