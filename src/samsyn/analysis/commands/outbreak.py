"""`samsyn analyse outbreak`: a week against its own history."""

from __future__ import annotations

import argparse
from typing import Any

from samsyn.analysis.commands.base import add_file, add_seed, described, give, probability, read

HELP = "tidig varning: är veckans antal högre än väntat?"

DESCRIPTION = """\
Jämför de senaste perioderna i varje område med områdets egen historik.

Filen är CSV med rubrikrad. Varje rad är antalet i ett område under en period:

  area    områdets namn
  time    veckans, månadens eller kvartalets nummer, räknat utan hopp
  count   antal händelser

En period utan rad är en period utan händelser. En tom cell i count är ett antal
som saknas. Den sista perioden ska vara slut. Svenska rubriker går också bra:
område, vecka (eller tid), antal.

Metoder:
  farrington            samma årstid tidigare år; kräver minst tre år
  farrington-original   samma metod som den såg ut 1996
  gamma-poisson         enkel metod: perioderna just före
  ears-c1, -c2, -c3     enkla metoder: de sju perioderna just före
"""

METHODS = ("farrington", "farrington-original", "gamma-poisson", "ears-c1", "ears-c2", "ears-c3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument("--method", choices=METHODS, default="farrington", help="metod (standard farrington)")
    parser.add_argument(
        "--periods", type=int, default=1, metavar="HELTAL", help="antal perioder som bedöms, räknat från den sista"
    )
    parser.add_argument(
        "--per-year", type=int, default=52, metavar="HELTAL", help="perioder per år: 52, 12 eller 4 (standard 52)"
    )
    parser.add_argument("--years", type=int, default=5, metavar="HELTAL", help="år att jämföra med (standard 5)")
    parser.add_argument(
        "--half-window",
        type=int,
        metavar="HELTAL",
        help="perioder åt varje håll med samma årstid (standard 3 för veckor)",
    )
    parser.add_argument(
        "--excluded", type=int, metavar="HELTAL", help="perioder just före som utelämnas (standard ett halvår)"
    )
    parser.add_argument(
        "--baseline",
        type=int,
        metavar="HELTAL",
        help="perioder att jämföra med i de enkla metoderna (standard 26 och 7)",
    )
    parser.add_argument("--dispersion", type=float, metavar="TAL", help="varians delad med medelvärde, gamma-poisson")
    parser.add_argument("--alpha", type=probability, default=0.005, metavar="TAL", help="tröskel (standard 0.005)")
    parser.add_argument(
        "--false-discovery",
        type=probability,
        default=0.05,
        metavar="TAL",
        help="högsta andel falska larm bland periodens larm (standard 0.05)",
    )
    parser.add_argument(
        "--as-published", action="store_true", help="tröskeln som i artikeln, utan påslag för skattningens osäkerhet"
    )
    add_seed(parser, help_text="metoderna använder ingen slump; fröet upprepas i svaret")


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.outbreak import Ears, OutbreakResult, Setting, ears, farrington, gamma_poisson
    from samsyn.analysis.outbreak_csv import judge_file

    raw = read(args.file)
    half_window = args.half_window
    if half_window is None:
        half_window = 3 if args.per_year >= 52 else 0
    excluded = args.per_year // 2 if args.excluded is None else args.excluded

    def judge(counts: Any) -> OutbreakResult:
        if args.method == "gamma-poisson":
            return gamma_poisson(
                counts,
                n_baseline=args.baseline or 26,
                n_evaluated=args.periods,
                dispersion=args.dispersion,
                alpha=args.alpha,
                max_false_discovery=args.false_discovery,
            )
        if args.method.startswith("ears"):
            kind = Ears(args.method.removeprefix("ears-").upper())
            return ears(counts, kind=kind, n_baseline=args.baseline or 7, n_evaluated=args.periods)
        return farrington(
            counts,
            setting=Setting.ORIGINAL if args.method.endswith("original") else Setting.IMPROVED,
            periods_per_year=args.per_year,
            years=args.years,
            half_window=half_window,
            n_evaluated=args.periods,
            n_excluded=excluded,
            alpha=args.alpha,
            max_false_discovery=args.false_discovery,
            allow_for_estimation=not args.as_published,
        )

    answer = judge_file(raw, judge)
    settings = {"method": args.method, "seed": args.seed}
    return give("outbreak", answer, settings=settings, inputs=described(args.file, raw))
