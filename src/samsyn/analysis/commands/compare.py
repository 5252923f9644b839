"""`samsyn analyse compare`: before and after, row by row."""

from __future__ import annotations

import argparse

from samsyn.analysis.commands.base import add_file, add_seed, described, give, probability, read

HELP = "före och efter: är förändringen tydlig?"

DESCRIPTION = """\
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument(
        "--confidence", type=probability, default=0.95, metavar="TAL", help="konfidensgrad (standard 0.95)"
    )
    parser.add_argument(
        "--power",
        type=probability,
        default=0.8,
        metavar="TAL",
        help="styrka när antalet fall som behövs räknas ut (standard 0.8)",
    )
    parser.add_argument(
        "--rounded-to",
        type=probability,
        metavar="TAL",
        help="steget som andelarna är avrundade till, 0.001 för en decimal i procent",
    )
    add_seed(parser, help_text="jämförelsen använder ingen slump; fröet upprepas i svaret")


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.compare_csv import compare_file

    raw = read(args.file)
    answer = compare_file(raw, confidence=args.confidence, power=args.power, rounded_to=args.rounded_to)
    settings = {
        "confidence": args.confidence,
        "power": args.power,
        "rounded_to": args.rounded_to,
        "seed": args.seed,
    }
    return give("compare", answer, settings=settings, inputs=described(args.file, raw))
