"""
What the commands share: reading files, options, and the answer's frame.

A command is a module here with `HELP`, `DESCRIPTION`, `add_arguments(parser)` and `run(args)`, which returns an
exit code. It is entered by its name in `samsyn.analysis.cli.COMMANDS`. It imports its method, and NumPy with it, inside
`run`: every other command of the program would otherwise pay for that at its start.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import samsyn
from samsyn.analysis.csv_input import MAX_BYTES

EXIT_DONE = 0
EXIT_FAULTS = 1
EXIT_WRONG_CALL = 2

MAX_REPORTED_FAULTS = 1_000


class FileNotReadable(Exception):
    """A file that was named cannot be opened; the command exits with 2."""


@dataclass(slots=True)
class Answer:
    """
    What became of a file.

    `results` is a list with one entry a row for methods that judge row by row; others leave it empty and put
    what they found in `found`, whose keys then stand beside the rest in the answer.
    """

    results: list[dict[str, Any]] = field(default_factory=list)
    row_errors: list[dict[str, Any]] = field(default_factory=list)
    file_errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    n_rows: int | None = None
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def has_faults(self) -> bool:
        """Whether the file, or any row of it, could not be read."""
        return bool(self.row_errors or self.file_errors)


def add_file(
    parser: argparse.ArgumentParser, *, help_text: str = "CSV-fil; utan FIL, eller med -, läses standard in"
) -> None:
    """Add the argument for the file to read."""
    parser.add_argument("file", nargs="?", default="-", metavar="FIL", help=help_text)


def add_seed(parser: argparse.ArgumentParser, *, help_text: str, default: int | None = None) -> None:
    """Add the option for the seed, which every method has and repeats in its answer."""
    parser.add_argument("--seed", type=int, default=default, metavar="HELTAL", help=help_text)


def read(file: str) -> bytes:
    """
    Return what a file, or standard input for `-`, holds: at most one byte more than is allowed.

    :raises FileNotReadable: the file cannot be opened
    """
    # One byte more than is allowed is enough for the reader to refuse the file.
    limit = MAX_BYTES + 1
    if file == "-":
        return sys.stdin.buffer.read(limit)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(limit)
    except OSError:
        raise FileNotReadable(f"Filen {file} går inte att läsa. Kontrollera sökvägen.") from None


def described(file: str, raw: bytes) -> dict[str, Any]:
    """Return what the answer says of a file that was read: its name and checksum."""
    return {"name": None if file == "-" else Path(file).name, "sha256": hashlib.sha256(raw).hexdigest()}


def give(
    name: str, answer: Answer, *, settings: Mapping[str, Any], inputs: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> int:
    """Print the answer as JSON, with the version, every setting and what was read; return the exit code."""
    n_rows = len(answer.results) + len(answer.row_errors) if answer.n_rows is None else answer.n_rows
    report = {
        "analysis": name,
        "version": samsyn.__version__,
        "settings": dict(settings),
        "input": inputs,
        "rows": n_rows,
        "results": answer.results,
        **answer.found,
        "n_row_errors": len(answer.row_errors),
        "row_errors": answer.row_errors[:MAX_REPORTED_FAULTS],
        "file_errors": answer.file_errors,
        "warnings": answer.warnings,
    }
    print(json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False))
    return EXIT_FAULTS if answer.has_faults else EXIT_DONE


def probability(text: str) -> float:
    """
    Return an option's value between 0 and 1, both excluded; decimal comma works too.

    :raises argparse.ArgumentTypeError: anything else
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} ligger inte mellan 0 och 1, till exempel 0.95")
    return value
