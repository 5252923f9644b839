"""What is made from the sources once, before the site starts: translations and static files."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command


def compile_texts() -> int:
    """Compile the translations that are newer than their compiled form; return how many."""
    n_compiled = 0
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as opened:
                catalog = read_po(opened)
            with target.open("wb") as opened:
                write_mo(opened, catalog)
            n_compiled += 1
    return n_compiled


def collect_static() -> None:
    """Gather, hash and compress the static files, unless nothing has changed since last time."""
    static = Path(settings.STATIC_ROOT)
    stamp = static / ".stamp"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted, encoding="utf-8")


def _fingerprint() -> str:
    """Return what tells one set of static files from another: the version, and each file's size and time."""
    lines = [settings.VERSION]
    for folder in sorted(settings.PACKAGE.glob("*/static")):
        files = (file for file in sorted(folder.rglob("*")) if file.is_file())
        lines += [
            f"{file.relative_to(settings.PACKAGE)} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files
        ]
    return "\n".join(lines)
