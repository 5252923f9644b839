"""
Errors that a person can do something about.

    DomainError                  a sentence in Swedish, shown on a page; answered with `status`
    ├── NotFound            404  does not exist, or is not this person's to see
    ├── NotAllowed          403  may not be done by this person
    ├── Conflict            409  somebody else was first
    └── TooMany             429  try again later

Each app's own errors descend from these and live beside the function that raises them.
"""

from django.utils.functional import Promise


class DomainError(Exception):
    """A fault that a person can mend. `sentence` says, in their language, what to do."""

    status = 400

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(DomainError):
    """What was asked for does not exist for this person."""

    status = 404


class NotAllowed(DomainError):
    """The person may see it but may not do this."""

    status = 403


class Conflict(DomainError):
    """Somebody else changed it first."""

    status = 409


class TooMany(DomainError):
    """Too many tries in a short time."""

    status = 429
