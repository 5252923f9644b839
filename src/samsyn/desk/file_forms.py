"""The form by which a file is left."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samsyn.core.importing import importer_of
from samsyn.core.importing.limits import MAX_BYTES
from samsyn.places.enums import AreaLevel


class FileForm(forms.Form):
    """Which kind of file, and the file."""

    kind = forms.ChoiceField(label=_("Vad innehåller filen?"))
    level = forms.ChoiceField(
        label=_("Områdenas nivå"),
        required=False,
        choices=[("", _("Se på koden i filen")), *AreaLevel.choices],
        help_text=_("Gäller bara områden."),
    )
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV, XLSX, JSON eller GeoJSON, högst 20 megabyte."),
        error_messages={
            "required": _("Välj en fil."),
            "empty": _("Filen är tom. Välj den igen, eller fyll i den."),
            "missing": _("Välj en fil."),
            "invalid": _("Välj en fil."),
        },
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, kinds: list[str]) -> None:
        super().__init__(data, files, initial={"client_key": uuid.uuid4()})
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Välj")), *((kind, importer_of(kind).label) for kind in kinds)
        ]  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse what is larger than any file that is read in."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("Filen är större än 20 megabyte. Dela upp den i flera filer."))
        return file
