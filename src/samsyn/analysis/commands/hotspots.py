"""`samsyn analyse hotspots`: where events gather, and whether that is more than chance."""

from __future__ import annotations

import argparse
from datetime import date

from samsyn.analysis.commands.base import add_file, add_seed, described, give, probability, read

HELP = "var det samlas: områden, upprepningar, yta, koncentration"

KINDS = ("g-star", "moran", "near-repeats", "density", "concentration", "map-score")

DESCRIPTION = """\
Säger var händelser samlas och om det är mer än slumpen ger.

Filen är CSV med rubrikrad. Kolumnerna beror på --kind:

  g-star, moran   ett område per rad: id, events och population (eller value), och
                  neighbours med grannarnas id, skilda åt av blanksteg; i stället för
                  neighbours går x och y i meter med --distance-m
  near-repeats    en händelse per rad: x, y (meter), date (2025-01-31), gärna id
  density         en händelse per rad: x, y (meter); kommungränsens hörn i --border
  concentration   en plats per rad, också de tomma: events, gärna risk
  map-score       en ruta per rad: chosen (0 eller 1), earlier, later, area_km2;
                  kräver --chosen-until och --judged-from

Koordinater är meter i SWEREF 99 TM, aldrig mitten av en kommun eller ett område.
Svenska rubriker går också bra: händelser, folkmängd, värde, öst, nord, grannar,
datum, vald, tidigare, senare, yta_km2. Inget här bedömer en person eller ett hem.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument("--kind", choices=KINDS, required=True, help="vad som ska räknas ut")
    parser.add_argument(
        "--alpha", type=probability, default=0.05, metavar="TAL", help="tillåten andel falska fynd (standard 0.05)"
    )
    parser.add_argument(
        "--fdr",
        choices=("BY", "BH"),
        default="BY",
        help="justering för många områden; BY gäller alltid, BH hittar mer (standard BY)",
    )
    parser.add_argument(
        "--permutations", type=int, metavar="HELTAL", help="antal slumpade ordningar eller städer, minst 99"
    )
    parser.add_argument("--distance-m", type=length, metavar="METER", help="längsta avstånd mellan grannar")
    parser.add_argument(
        "--distance-bands-m",
        type=bands,
        default=(100.0, 200.0, 300.0, 400.0),
        metavar="LISTA",
        help="övre gränser i meter (standard 100,200,300,400)",
    )
    parser.add_argument(
        "--day-bands",
        type=bands,
        default=(7.0, 14.0, 21.0, 28.0),
        metavar="LISTA",
        help="övre gränser i dagar (standard 7,14,21,28)",
    )
    parser.add_argument(
        "--bandwidth-m", type=length, default=500.0, metavar="METER", help="bandbredd, minst 100 (standard 500)"
    )
    parser.add_argument("--cell-m", type=length, metavar="METER", help="rutans sida (standard en fjärdedels bandbredd)")
    parser.add_argument("--border", metavar="FIL", help="CSV med gränsens hörn i ordning: x, y och vid behov ring")
    parser.add_argument("--chosen-until", type=day, metavar="DAG", help="sista dagen som kartan bygger på")
    parser.add_argument("--judged-from", type=day, metavar="DAG", help="första dagen som kartan prövas på")
    add_seed(parser, help_text="frö för slumpen; samma frö ger samma svar (standard 1)", default=1)


def length(text: str) -> float:
    """
    Return an option's value in metres; decimal comma works too.

    :raises argparse.ArgumentTypeError: not a number
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är inte ett tal. Skriv till exempel 500.") from None


def bands(text: str) -> tuple[float, ...]:
    """
    Return the limits in a list parted by commas.

    :raises argparse.ArgumentTypeError: a limit is not a number
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är ingen lista av tal. Skriv till exempel 100,200,400.") from None


def day(text: str) -> date:
    """
    Return a date.

    :raises argparse.ArgumentTypeError: not a date
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är ingen dag. Skriv till exempel 2025-01-31.") from None


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.hotspots_csv import Settings, analyse_file

    raw = read(args.file)
    border = None if args.border is None else read(args.border)
    settings = Settings(
        kind=args.kind,
        seed=args.seed,
        alpha=args.alpha,
        fdr=args.fdr,
        permutations=args.permutations,
        distance_m=args.distance_m,
        distance_bands_m=args.distance_bands_m,
        day_bands=args.day_bands,
        bandwidth_m=args.bandwidth_m,
        cell_m=args.cell_m,
        chosen_until=args.chosen_until,
        judged_from=args.judged_from,
    )
    answer = analyse_file(raw, settings, border=border)
    shown = {
        "kind": args.kind,
        "alpha": args.alpha,
        "fdr": args.fdr,
        "permutations": args.permutations,
        "distance_m": args.distance_m,
        "distance_bands_m": list(args.distance_bands_m),
        "day_bands": list(args.day_bands),
        "bandwidth_m": args.bandwidth_m,
        "cell_m": args.cell_m,
        "chosen_until": None if args.chosen_until is None else args.chosen_until.isoformat(),
        "judged_from": None if args.judged_from is None else args.judged_from.isoformat(),
        "seed": args.seed,
    }
    inputs = described(args.file, raw)
    if border is None:
        return give("hotspots", answer, settings=shown, inputs=inputs)
    return give("hotspots", answer, settings=shown, inputs=[inputs, described(args.border, border)])
