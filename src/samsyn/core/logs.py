"""
How the log is written: as one JSON object a line, or as plain lines for a person at a terminal.

Whatever a fault or a library says, the log holds no e-mail addresses, telephone numbers, personal identity numbers or
keys. They are taken out of the finished line, traces included, where nobody can forget to.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

_MAIL = re.compile(r"[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
# Month and day within bounds, with 60 added to the day in a coordination number.
_IDENTITY = re.compile(
    r"(?<![\d.])(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])[-+ ]?\d{4}(?![\d.])"
)
_TELEPHONE = re.compile(r"(?<![\w.:-])(?:(?:\+|00)\d[\d ()\-]{6,16}\d|0[1-9][\d ()\-]{5,13}\d)(?![\w:])")
# After a word that says so, or long and random within an address.
_NAMED_KEY = re.compile(
    r"(?i)\b((?:[\w-]*(?:token|key|secret|password|passwd|sig|signature|code|session(?:id)?|csrf\w*))[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s&;,\"']{4,}"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.+/=-]{8,}")
# Large and small letters and digits, or hexadecimal: the readable names in our own addresses are neither.
_KEY_IN_PATH = re.compile(
    r"(?<=/)(?:(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{20,}|[0-9a-f-]{24,})(?=[/?#\s\"']|$)"
)
_LOGIN_IN_ADDRESS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+@")


def scrub(text: str) -> str:
    """
    Return a text without what could lead to a person or open a door.

    >>> scrub("Mail to anna.berg@example.se, 070-123 45 67, failed after 120 ms")
    'Mail to [e-post], [telefon], failed after 120 ms'
    """
    text = _LOGIN_IN_ADDRESS.sub("[nyckel]@", text)
    text = _MAIL.sub("[e-post]", text)
    text = _BEARER.sub(r"\1 [nyckel]", text)
    text = _NAMED_KEY.sub(r"\1[nyckel]", text)
    text = _KEY_IN_PATH.sub("[nyckel]", text)
    text = _IDENTITY.sub("[personnummer]", text)
    return _TELEPHONE.sub("[telefon]", text)


class PlainFormatter(logging.Formatter):
    """A line for a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, scrubbed; only its time, level and name are ours and stay as they are."""
        text = super().format(record)
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name} {scrub(text)}"


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, event, and reference and trace when there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as a line."""
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": scrub(record.getMessage()),
        }
        reference = getattr(record, "reference", None)
        if reference:
            line["reference"] = str(reference)
        if record.exc_info:
            line["trace"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


FORMATTERS = {"plain": "samsyn.core.logs.PlainFormatter", "json": "samsyn.core.logs.JsonFormatter"}


def configuration(form: str) -> dict[str, Any]:
    """Return the logging settings: everything to standard error, in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": FORMATTERS[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
    }
