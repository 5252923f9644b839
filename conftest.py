"""What all tests share, those beside the apps as well as those in tests/."""

from hypothesis import settings

# Two cores with a browser beside make single examples slow now and then; that is not a fault.
settings.register_profile("samsyn", deadline=None)
settings.load_profile("samsyn")

# Modules that are entries or need an environment of their own; looking for doctests in them would start them.
collect_ignore_glob = [
    "src/samsyn/__main__.py",
    "src/samsyn/config/asgi.py",
    "src/samsyn/config/wsgi.py",
    "src/samsyn/config/settings/*",
    "src/samsyn/*/migrations/*",
]
