"""
`samsyn analyse NAME`: CSV in, JSON out.

The answer holds the version, every setting and the checksum of what was read, so that it can be run again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import samsyn
from samsyn.analysis.csv_input import MAX_BYTES

EXIT_DONE = 0
EXIT_FAULTS = 1
EXIT_WRONG_CALL = 2

MAX_REPORTED_FAULTS = 1_000

COMPARE_DESCRIPTION = """\
Jämför två perioder och säger om förändringen är tydlig eller kan bero på slumpen.

Filen är CSV med rubrikrad. Varje rad är en jämförelse av ett av tre slag:

  antal             before, after; är perioderna olika långa eller olika stora också
                    exposure_before, exposure_after (dagar, invånare); vet du från
                    tidigare år hur mycket talen brukar variera också dispersion
                    (varians delad med medelvärde)
  andelar           numerator_before, denominator_before,
                    numerator_after, denominator_after
  bara procenttal   share_before, share_after (0,16 för 16 procent);
                    svaret säger vad som saknas

Kolumnen id följer med till svaret. En tom cell betyder att uppgiften saknas.
Svenska rubriker går också bra: före, efter, exponering_före, täljare_före,
nämnare_före, andel_före och på samma sätt för efter.
"""

COMPARE_EPILOG = "Utgångskod: 0 klart, 1 fel i filen (felen står i svaret), 2 fel i anropet."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `analyse` to the program's commands; afterwards `args.run(args)` answers the exit code."""
    analyse = subparsers.add_parser("analyse", help="räkna på egna siffror: CSV in, JSON ut")
    methods = analyse.add_subparsers(dest="analysis", metavar="METOD", required=True)
    parser = methods.add_parser(
        "compare",
        help="före och efter: är förändringen tydlig?",
        description=COMPARE_DESCRIPTION,
        epilog=COMPARE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FIL",
        help="CSV-fil; utan FIL, eller med -, läses standard in",
    )
    parser.add_argument(
        "--confidence", type=_probability, default=0.95, metavar="TAL", help="konfidensgrad (standard 0.95)"
    )
    parser.add_argument(
        "--power",
        type=_probability,
        default=0.8,
        metavar="TAL",
        help="styrka när antalet fall som behövs räknas ut (standard 0.8)",
    )
    parser.add_argument(
        "--rounded-to",
        type=_probability,
        metavar="TAL",
        help="steget som andelarna är avrundade till, 0.001 för en decimal i procent",
    )
    parser.add_argument(
        "--seed", type=int, metavar="HELTAL", help="jämförelsen använder ingen slump; fröet upprepas i svaret"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the answer to `samsyn analyse compare`; see `add_parser`."""
    # Imported here because SciPy takes a third of a second, which every other command would pay.
    from samsyn.analysis.compare_csv import compare_file

    try:
        raw = _read(args.file)
    except OSError:
        print(f"Filen {args.file} går inte att läsa. Kontrollera sökvägen.", file=sys.stderr)
        return EXIT_WRONG_CALL

    answer = compare_file(raw, confidence=args.confidence, power=args.power, rounded_to=args.rounded_to)
    report = {
        "analysis": "compare",
        "version": samsyn.__version__,
        "settings": {
            "confidence": args.confidence,
            "power": args.power,
            "rounded_to": args.rounded_to,
            "seed": args.seed,
        },
        "input": {
            "name": None if args.file == "-" else Path(args.file).name,
            "sha256": hashlib.sha256(raw).hexdigest(),
        },
        "rows": len(answer.results) + len(answer.row_errors),
        "results": answer.results,
        "n_row_errors": len(answer.row_errors),
        "row_errors": answer.row_errors[:MAX_REPORTED_FAULTS],
        "file_errors": answer.file_errors,
        "warnings": answer.warnings,
    }
    print(json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False))
    return EXIT_FAULTS if answer.has_faults else EXIT_DONE


def _read(file: str) -> bytes:
    # One byte more than is allowed is enough for the reader to refuse the file.
    limit = MAX_BYTES + 1
    if file == "-":
        return sys.stdin.buffer.read(limit)
    with Path(file).open("rb") as stream:
        return stream.read(limit)


def _probability(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} ligger inte mellan 0 och 1, till exempel 0.95")
    return value
