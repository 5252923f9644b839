"""`samsyn analyse scan`: clusters in space and time."""

from __future__ import annotations

import argparse
import sys

from samsyn.analysis.commands.base import EXIT_WRONG_CALL, add_file, add_seed, described, give, probability, read

HELP = "kluster i rum och tid: händer det mer här just nu?"

DESCRIPTION = """\
Söker efter cirklar och tidsfönster med fler fall än slumpen ger.

Filen är CSV med rubrikrad. Varje rad är antalet i ett område under ett tidssteg:

  area              områdets namn
  x, y              områdets mitt i meter (SWEREF 99 TM)
    eller lon, lat  i grader
  time              veckans nummer, räknat utan hopp
  count             antal fall; utan kolumnen är varje rad ett fall
  expected          förväntat antal, bara för --model poisson
    eller population, och om du vill stratum: skikt som var för sig har
                    samma risk

En vecka utan rad är en vecka utan fall. En tom cell i count är ett antal som
saknas, och då går det inte att bedöma. Den sista veckan ska vara slut.
Svenska rubriker går också bra: område, longitud, latitud, vecka, antal,
förväntat, befolkning, skikt.

Svaret har också de koordinater där flest fall ligger (top_coordinates). Är en
av dem en polisstation eller en orts mitt har adresser satts där i brist på
bättre; ta bort dem först.
"""

MODELS = {"permutation": "SPACE_TIME_PERMUTATION", "poisson": "POISSON"}
PERIODS = {"nu": "PROSPECTIVE", "alla": "RETROSPECTIVE"}


def _positive(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} är inte ett tal från 0 och uppåt")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="permutation",
        help="permutation jämför med områdets och veckans egna tal, poisson med förväntade (standard permutation)",
    )
    parser.add_argument(
        "--period", choices=PERIODS, default="nu", help="fönster som slutar nu, eller alla (standard nu)"
    )
    parser.add_argument("--max-share", type=_positive, default=0.5, metavar="TAL", help="högsta andel i en cirkel")
    parser.add_argument(
        "--max-distance", type=_positive, metavar="TAL", help="största radie, i x och y:s enhet eller km"
    )
    parser.add_argument("--min-window", type=int, default=1, metavar="HELTAL", help="kortaste fönster i steg")
    parser.add_argument("--max-window", type=int, metavar="HELTAL", help="längsta fönster i steg (standard hälften)")
    parser.add_argument("--min-cases", type=int, default=2, metavar="HELTAL", help="minsta antal fall (standard 2)")
    parser.add_argument("--replicates", type=int, default=999, metavar="HELTAL", help="antal repliker, minst 999")
    parser.add_argument(
        "--dispersion", type=_positive, metavar="TAL", help="varians delad med medelvärde; uppskattas annars ur filen"
    )
    parser.add_argument(
        "--alpha", type=probability, metavar="TAL", help="gräns för p (standard 1/52 för nu, 0.05 för alla)"
    )
    add_seed(parser, help_text="frö för slumpen (standard 0); samma frö ger samma svar", default=0)


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    if args.replicates < 999:
        print("Ange minst 999 repliker med --replicates.", file=sys.stderr)
        return EXIT_WRONG_CALL
    from samsyn.analysis.scan import Model, Period
    from samsyn.analysis.scan_csv import scan_file

    raw = read(args.file)
    settings = {
        "period": Period(PERIODS[args.period]),
        "max_share": args.max_share,
        "max_distance": args.max_distance,
        "min_window": args.min_window,
        "max_window": args.max_window,
        "min_cases": args.min_cases,
        "n_replicates": args.replicates,
        "seed": args.seed,
        "dispersion": args.dispersion,
        "alpha": args.alpha,
    }
    answer = scan_file(raw, model=Model(MODELS[args.model]), **settings)
    told = {"model": MODELS[args.model], **settings, "period": PERIODS[args.period]}
    return give("scan", answer, settings=told, inputs=described(args.file, raw))
