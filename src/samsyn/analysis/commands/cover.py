"""`samsyn analyse cover`: where and when hosts reach the most of what calls for them."""

from __future__ import annotations

import argparse

from samsyn.analysis.commands.base import add_file, add_seed, described, give, read

HELP = "var och när värdar gör mest nytta, och varför just där"

DESCRIPTION = """\
Väljer platser och tider så att så mycket som möjligt av behovet har en värd inom
räckhåll, och visar det bästa valet bredvid det som tar bästa platsen först.

Filen är CSV med rubrikrad, en rad för varje plats, tid och källa:

  id, x, y        platsen, med öst och nord i meter (SWEREF 99 TM)
  slot            tiden, till exempel fredag kväll; tomt om källan inte vet när
  source          vad som kallar: händelser, otrygghet i enkät, trasig belysning
  amount          hur mycket, i källans egen enhet

Varje källa räknas om till andelar av sin egen summa och viktas med --weight. Det
värdarna själva har antecknat anges med --patrol-source och får väga högst hälften,
annars går de dit de redan går. Varje vald plats svarar på frågan varför här.
Svenska rubriker går också bra: öst, nord, tid, källa, mängd.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument("--reach-m", type=number, required=True, metavar="METER", help="hur långt en värd når")
    parser.add_argument(
        "--hosts", type=whole_numbers, required=True, metavar="LISTA", help="värdar per tid: ett tal, eller ett per tid"
    )
    parser.add_argument("--stops", metavar="FIL", help="CSV med platser att välja bland: id, x, y; annars behovets")
    parser.add_argument("--max-visits", type=int, metavar="HELTAL", help="högst så många pass sammanlagt")
    parser.add_argument("--max-visits-per-place", type=int, metavar="HELTAL", help="högst så många pass på en plats")
    parser.add_argument(
        "--weight",
        type=named_number,
        action="append",
        default=[],
        metavar="KÄLLA=TAL",
        help="källans vikt (standard 1); kan ges flera gånger",
    )
    parser.add_argument(
        "--patrol-source",
        action="append",
        default=[],
        metavar="KÄLLA",
        help="källa som värdarna själva har antecknat; kan ges flera gånger",
    )
    parser.add_argument(
        "--variety", type=number, default=0.05, metavar="TAL", help="hur mycket sämre ett förslag får vara (0.05)"
    )
    parser.add_argument("--alternatives", type=int, default=0, metavar="HELTAL", help="antal andra förslag (0)")
    add_seed(parser, help_text="frö för de andra förslagen; samma frö ger samma (standard 1)", default=1)


def number(text: str) -> float:
    """
    Return an option's value; decimal comma works too.

    :raises argparse.ArgumentTypeError: not a number
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är inte ett tal. Skriv till exempel 300.") from None


def whole_numbers(text: str) -> tuple[int, ...]:
    """
    Return a list of whole numbers parted by commas.

    :raises argparse.ArgumentTypeError: one of them is not a whole number
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är inga hela tal. Skriv till exempel 2 eller 2,2,4.") from None


def named_number(text: str) -> tuple[str, float]:
    """
    Return a name and its number from NAME=NUMBER.

    :raises argparse.ArgumentTypeError: written in another way
    """
    name, sign, value = text.rpartition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError(f"{text} saknar likhetstecken. Skriv till exempel enkät=2.")
    return name, number(value)


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.cover_csv import Settings, cover_file

    raw = read(args.file)
    stops = None if args.stops is None else read(args.stops)
    settings = Settings(
        reach_m=args.reach_m,
        hosts=args.hosts,
        max_visits=args.max_visits,
        max_visits_per_place=args.max_visits_per_place,
        weights=dict(args.weight),
        patrol_sources=args.patrol_source,
        variety=args.variety,
        n_alternatives=args.alternatives,
        seed=args.seed,
    )
    answer = cover_file(raw, settings, stops=stops)
    shown = {
        "reach_m": args.reach_m,
        "hosts": list(args.hosts),
        "max_visits": args.max_visits,
        "max_visits_per_place": args.max_visits_per_place,
        "weights": dict(args.weight),
        "patrol_sources": args.patrol_source,
        "variety": args.variety,
        "alternatives": args.alternatives,
        "seed": args.seed,
    }
    inputs = described(args.file, raw)
    if stops is None:
        return give("cover", answer, settings=shown, inputs=inputs)
    return give("cover", answer, settings=shown, inputs=[inputs, described(args.stops, stops)])
