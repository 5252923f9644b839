"""Write the published JSON Schemas from the code. A test fails when they are out of date."""

import json
import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samsyn.config.settings.dev")

import django

django.setup()

from django.utils import translation

from samsyn.commitments import exchange

with translation.override("sv"):
    text = json.dumps(exchange.schema(), ensure_ascii=False, indent=2) + "\n"
Path("docs/schemas/commitments.json").write_text(text, encoding="utf-8")
