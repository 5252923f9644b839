"""The environment in which measured processes run: the demo's settings and a folder of their own."""

import os
from pathlib import Path


def samsyn(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment for Samsyn with its data in `folder`, on SQLite whatever is set here."""
    own = ("SAMSYN_", "DATABASE_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "samsyn.config.settings.dev",
        "SAMSYN_DATA": str(folder),
        **more,
    }
