"""
A document for the municipality's archive: one ZIP file that can be read without Samsyn.

`dokument.json` is the whole document with everything that has been reported, in the published format, and
`dokument.schema.json` says what each field means. `sa-gick-det.pdf` is the follow-up as PDF/A. `historik.csv` tells
who, by role, did what and when. `CHECKSUMS.sha256` lets anybody see that nothing has been changed since.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime

from django.utils import translation

from samsyn.commitments import exchange, queries
from samsyn.commitments.exporters import pdf
from samsyn.commitments.models import CommitmentDocument, Outcome
from samsyn.core import audit, exporting

LASMIG = """\
{title}
{municipality}

Uttag för arkiv, gjort {made_at}.

dokument.json         dokumentet med allt som hör till det, formatet {format}
dokument.schema.json  vad varje fält betyder (JSON Schema)
sa-gick-det.pdf       uppföljningen, gjord som PDF/A-2a
historik.csv          vad som gjorts, när, och av vilken roll
CHECKSUMS.sha256      kontrollsummor; pröva med: sha256sum -c CHECKSUMS.sha256
"""


def archive_of(document: CommitmentDocument, *, now: datetime) -> bytes:
    """Return a document's archive file. What is not public is in it too: the archive decides what it gives out."""
    with translation.override("sv"):
        files = {
            "dokument.json": _json(exchange.export_document(document)),
            "dokument.schema.json": _json(exchange.schema()),
            "sa-gick-det.pdf": pdf.outcomes_pdf(document, queries.readings_of(document), language="sv"),
            "historik.csv": exporting.write_csv(_history(document)),
            "LASMIG.txt": LASMIG.format(
                title=document.title,
                municipality=document.municipality.official_name,
                made_at=now.isoformat(timespec="seconds"),
                format=exchange.FORMAT,
            ).encode(),
        }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {**files, "CHECKSUMS.sha256": sums.encode()}.items():
            # The time is the archiving's own, so that the same document gives the same file.
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return out.getvalue()


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _history(document: CommitmentDocument) -> exporting.Table:
    lines = audit.history(document)
    for outcome in Outcome.objects.filter(commitment__document=document):
        lines += audit.history(outcome)
    lines.sort(key=lambda line: (line.at, line.pk))
    rows = [(line.at, line.actor_label, line.verb, line.object_label) for line in lines]
    return exporting.Table(["tid", "roll", "händelse", "vad"], rows)
