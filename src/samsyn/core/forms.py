"""What every form that writes has in common."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from samsyn.core import idempotency


class OnceForm(forms.Form):
    """
    A form that does what it is for once, however often it is sent.

    It carries a key that was made when the page was, in a hidden field that the template shows with the others
    (`{{ form.client_key }}`, or as one of its hidden fields). A view calls `once` instead of the service:

        answer, is_replay = form.once("places.area_drawn", by=user, now=now, act=lambda: {"area": draw(...).pk})
    """

    client_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Formuläret saknar sin nyckel. Ladda om sidan och skicka igen."),
            "invalid": _("Formuläret saknar sin nyckel. Ladda om sidan och skicka igen."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each page that is shown gets its own; one that is shown again because of a fault keeps what was sent.
        self.initial.setdefault("client_key", uuid.uuid4())

    def content(self) -> dict[str, Any]:
        """Return what was sent, so that the same key with something else can be told from a second press."""
        return {name: _told(value) for name, value in self.cleaned_data.items() if name != "client_key"}

    def once(
        self, what: str, *, by: Model | None, now: datetime, act: Callable[[], dict[str, Any]]
    ) -> tuple[dict[str, Any], bool]:
        """
        Do `act` once; return its answer, and whether this was a second press that got the first one's answer.

        Call it when the form is valid. `what` names the act, `by` is whose form it is; None is a stranger's.

        :raises KeyReused: the key was used for something else
        """
        scope = f"{what}:{by.pk if by else '-'}"
        return idempotency.once(scope, self.cleaned_data["client_key"], self.content(), act, now=now)


def _told(value: Any) -> Any:
    """Return a value as something that can be compared: a file by its content, a row by its key."""
    if isinstance(value, UploadedFile):
        found = hashlib.sha256()
        for chunk in value.chunks():
            found.update(chunk)
        value.seek(0)
        return found.hexdigest()
    if isinstance(value, Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, list | tuple | set) or hasattr(value, "iterator"):
        return sorted(str(_told(each)) for each in value)
    return value
