"""`samsyn analyse route`: rounds with time windows, shifts, breaks and the two-person rule."""

from __future__ import annotations

import argparse

from samsyn.analysis.commands.base import add_file, add_seed, described, give, read

HELP = "ronder: vem går vart och när, med rast och tvåpersonsregel"

DESCRIPTION = """\
Lägger ronder så att så många stopp som möjligt blir besökta i tid med så lite färd
som möjligt, och kontrollerar varje plan för sig innan den visas.

Filen är CSV med rubrikrad, ett stopp per rad:

  id, x, y            stoppet, med öst och nord i meter (SWEREF 99 TM)
  earliest, latest    när besöket får börja (21:30; efter midnatt 25:30)
  minutes             hur länge det tar
  why                 varför just här; utan svar läggs inget stopp i ronden
  people, weight      personer som krävs (1 eller 2), och vikt när inte alla ryms

Lagen står i en egen fil, --teams: id, start, end och vid behov people (1 eller 2,
annars 2), break_minutes, break_earliest, break_latest. Rasten tas i basen.
Svenska rubriker går också bra: öst, nord, tidigast, senast, minuter, varför,
personer, vikt, börjar, slutar, rast_minuter, rast_tidigast, rast_senast.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument("--teams", required=True, metavar="FIL", help="CSV med lagen")
    parser.add_argument("--base", type=point, required=True, metavar="ÖST,NORD", help="basens koordinater i meter")
    parser.add_argument("--speed-km-h", type=float, default=5.0, metavar="TAL", help="fart (standard 5, till fots)")
    parser.add_argument(
        "--detour", type=float, default=1.3, metavar="TAL", help="gatornas längd mot fågelvägen (standard 1.3)"
    )
    parser.add_argument("--iterations", type=int, default=1_500, metavar="HELTAL", help="sökningens steg (1500)")
    parser.add_argument(
        "--max-seconds", type=float, metavar="TAL", help="avbryt efter så många sekunder; svaret kan då skifta"
    )
    parser.add_argument(
        "--variety", type=float, default=0.05, metavar="TAL", help="hur mycket längre ett förslag får vara (0.05)"
    )
    parser.add_argument("--alternatives", type=int, default=0, metavar="HELTAL", help="antal andra förslag (0)")
    add_seed(parser, help_text="frö för sökningen; samma frö ger samma rond (standard 1)", default=1)


def point(text: str) -> tuple[float, float]:
    """
    Return a point from EAST,NORTH.

    :raises argparse.ArgumentTypeError: anything but two numbers
    """
    try:
        east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är ingen punkt. Skriv till exempel 342000,6463000.") from None
    return east, north


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.route_csv import Settings, route_file

    raw, teams = read(args.file), read(args.teams)
    settings = Settings(
        base=args.base,
        speed_km_h=args.speed_km_h,
        detour=args.detour,
        iterations=args.iterations,
        max_seconds=args.max_seconds,
        variety=args.variety,
        n_alternatives=args.alternatives,
        seed=args.seed,
    )
    answer = route_file(raw, settings, teams=teams)
    shown = {
        "base": list(args.base),
        "speed_km_h": args.speed_km_h,
        "detour": args.detour,
        "iterations": args.iterations,
        "max_seconds": args.max_seconds,
        "variety": args.variety,
        "alternatives": args.alternatives,
        "seed": args.seed,
    }
    return give("route", answer, settings=shown, inputs=[described(args.file, raw), described(args.teams, teams)])
