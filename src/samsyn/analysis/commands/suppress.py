"""`samsyn analyse suppress`: a table that may be published, or the reason why it may not."""

from __future__ import annotations

import argparse

from samsyn.analysis.commands.base import add_file, add_seed, described, give, read

HELP = "publicera en tabell utan att röja någon"

DESCRIPTION = """\
Döljer små antal i en tabell, och så få andra celler som behövs för att ingen ska
kunna räkna ut dem. Granskar sedan svaret som en utomstående skulle göra.

Filen är CSV med rubrikrad: en kolumn för varje dimension och count (antal). Bara de
inre cellerna behövs, summorna räknas ut. En kombination som inte finns i filen är 0.

Tabeller som redan är publicerade ges med --earlier, en gång för varje. De har samma
kolumner, eller bara några av dem, och dessutom hidden: ja för en cell som doldes då. Skriv Totalt i en kolumn
för att peka ut en summa som doldes.

I svaret är count null för en dold cell. Skriv alla dolda celler med samma tecken:
why är för dig och får inte publiceras. Går det inte att skydda tabellen blir
utgångskoden 1, och svaret säger vilken cell som röjs.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument(
        "--dimensions",
        type=names,
        default=("area", "category"),
        metavar="NAMN,NAMN",
        help="kolumnerna som är dimensioner, högst tre (standard area,category)",
    )
    parser.add_argument(
        "--largest", type=int, default=4, metavar="HELTAL", help="största antal som skyddas (standard 4)"
    )
    parser.add_argument(
        "--one-category", metavar="DIMENSION", help="skydda också rader där alla har samma svar i den här dimensionen"
    )
    parser.add_argument("--earlier", action="append", default=[], metavar="FIL", help="en tabell som redan är ute")
    parser.add_argument("--base", type=int, metavar="HELTAL", help="avrunda till 3 eller 5 i stället för att dölja")
    add_seed(parser, help_text="avgör mellan lika bra avrundningar (standard 1)", default=1)


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.suppress_csv import protect_files

    raw = read(args.file)
    earlier = [read(file) for file in args.earlier]
    answer = protect_files(
        raw,
        earlier,
        dimensions=args.dimensions,
        largest=args.largest,
        category=args.one_category,
        base=args.base,
        seed=args.seed,
    )
    settings = {
        "dimensions": list(args.dimensions),
        "largest": args.largest,
        "one_category": args.one_category,
        "base": args.base,
        "seed": args.seed,
    }
    inputs = [described(args.file, raw), *(described(f, r) for f, r in zip(args.earlier, earlier, strict=True))]
    return give("suppress", answer, settings=settings, inputs=inputs)


def names(text: str) -> tuple[str, ...]:
    """
    Return an option's names, parted by commas: one to three, none twice.

    :raises argparse.ArgumentTypeError: anything else
    """
    found = tuple(name.strip().casefold() for name in text.split(","))
    if not 1 <= len(found) <= 3 or len(set(found)) != len(found) or not all(found) or {"count", "hidden"} & set(found):
        raise argparse.ArgumentTypeError(f"{text}: skriv en till tre kolumnnamn, till exempel area,year")
    return found
