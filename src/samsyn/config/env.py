"""Typed reading of the environment; what is wrong is said at once, with the variable's name."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """
    Return a setting as text, from `NAME` or from the file named by `NAME_FILE`.

    :raises ImproperlyConfigured: neither is set and there is no default
    """
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Miljövariabeln {name} saknas. Sätt {name} eller {name}_FILE.")
    return value


def flag(name: str, default: bool) -> bool:
    """
    Return a setting that is on or off.

    :raises ImproperlyConfigured: anything but 1, 0, true, false, on, off, yes, no
    """
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    words = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False, "off": False, "no": False}
    try:
        return words[value.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"Miljövariabeln {name} ska vara 1 eller 0, inte {value!r}.") from None


def one_of(name: str, allowed: list[str]) -> str:
    """
    Return a setting that has one of a few values, the first by default.

    :raises ImproperlyConfigured: it has another
    """
    value = os.environ.get(name, "").strip().lower() or allowed[0]
    if value not in allowed:
        raise ImproperlyConfigured(f"Miljövariabeln {name} ska vara {' eller '.join(allowed)}, inte {value!r}.")
    return value


def names(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated setting as a list."""
    value = os.environ.get(name)
    return default if value is None else [part.strip() for part in value.split(",") if part.strip()]


def database(url: str | None, data: Path) -> dict[str, object]:
    """
    Return Django's settings for the database at `url`, or for SQLite in the folder `data`.

    :raises ImproperlyConfigured: the address is of a kind that is not supported
    """
    if not url:
        return sqlite(data / "samsyn.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgres", "postgresql"}:
        options: dict[str, object] = {**dict(parse_qsl(parts.query)), "pool": {"min_size": 2, "max_size": 4}}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or str(options.pop("host", ""))),
            "PORT": parts.port or "",
            "CONN_MAX_AGE": 0,  # the pool keeps them; both at once is refused by Django
            "OPTIONS": options,
        }
    raise ImproperlyConfigured("DATABASE_URL ska börja med postgresql:// eller sqlite:///.")


def sqlite(file: Path) -> dict[str, object]:
    """Return settings for SQLite by the project's rules: WAL, FULL, foreign keys, IMMEDIATE."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A deferred transaction that later writes fails with "database is locked"; IMMEDIATE waits its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }
