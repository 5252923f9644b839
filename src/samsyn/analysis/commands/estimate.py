"""`samsyn analyse estimate`: what a population answers, from those who were asked."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from samsyn.analysis.commands.base import add_file, add_seed, described, give, probability, read

HELP = "enkäter: skatta för alla ur dem som svarade, och säg när det inte går"

DESCRIPTION = """\
Skattar andelar, medelvärden och summor ur enkätsvar, med osäkerhet.

Filen är CSV med rubrikrad. --data säger vad den är:

  random   svar från ett slumpmässigt urval, en rad per person: value (ja, nej,
           1, 0 eller ett tal; tom cell är inget svar). Om de finns: weight
           (hur många personen står för), stratum, cluster, population (hur
           många stratumet rymmer), domain (grupp att redovisa för sig), year
           och series (byter värde när frågan eller sättet att fråga ändras),
           choices (flera val skilda med |; tom cell är att inget valdes)
  open     svar från en öppen länk, samma kolumner. Svaret har ingen
           felmarginal och visar vad sådana svar är värda
  areas    en rad per område: area, direct (skattning), se (medelfel) och de
           kolumner som nämns i --covariates. Svaret är modellskattningar

--margins är en CSV-fil med befolkningens fördelning: variable, category, count.
Varje variabel ska finnas som kolumn i svarsfilen; svaren viktas till den.
--cells är i stället befolkningen i alla kombinationer, en kolumn per variabel i
--factors och count. Då skattas andelen i varje område (--by) med en modell över
slags människor: för områden med för få egna svar, märkt modellskattning.
Svenska rubriker går också bra: värde, svar, val, vikt, kluster, antal_i_stratum,
grupp, år, serie, variabel, kategori, antal, område, skattning, medelfel.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command can be told."""
    add_file(parser)
    parser.add_argument("--data", choices=("random", "open", "areas"), required=True, help="vad filen är")
    parser.add_argument("--margins", metavar="FIL", help="CSV-fil med befolkningens fördelning")
    parser.add_argument(
        "--quantity",
        choices=("share", "mean", "total"),
        default="share",
        help="andel, medelvärde eller summa (standard share)",
    )
    parser.add_argument(
        "--confidence", type=probability, default=0.95, metavar="TAL", help="konfidensgrad (standard 0.95)"
    )
    parser.add_argument(
        "--population", type=_count, metavar="ANTAL", help="hur många som kunde ha svarat; behövs med --data open"
    )
    parser.add_argument(
        "--largest-ratio",
        type=_above_one,
        metavar="TAL",
        help="ingen vikt blir större än så många gånger medelvikten, till exempel 5",
    )
    parser.add_argument(
        "--replicates",
        type=_count,
        default=0,
        metavar="ANTAL",
        help="räkna också medelfelet med så många viktade upprepningar, till exempel 1000 (standard inga)",
    )
    parser.add_argument(
        "--centre-lonely",
        action="store_true",
        help="jämför ett stratum med ett enda kluster med medelvärdet av alla, i stället för att neka",
    )
    parser.add_argument("--covariates", default="", metavar="NAMN,NAMN", help="förklarande kolumner, med --data areas")
    parser.add_argument("--cells", metavar="FIL", help="CSV-fil med befolkningen i alla kombinationer, för modellen")
    parser.add_argument("--factors", default="", metavar="NAMN,NAMN", help="variablerna i modellen, med --cells")
    parser.add_argument("--by", metavar="NAMN", help="variabeln vars kategorier redovisas, med --cells")
    add_seed(parser, help_text="frö för upprepningarna (standard 1)", default=1)


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    from samsyn.analysis.estimate import Quantity
    from samsyn.analysis.estimate_csv import Settings, estimate_files

    raw = read(args.file)
    raw_margins = None if args.margins is None else read(args.margins)
    raw_cells = None if args.cells is None else read(args.cells)
    settings = Settings(
        data=args.data,
        quantity=Quantity[args.quantity.upper()],
        confidence=args.confidence,
        population=args.population,
        largest_ratio=args.largest_ratio,
        replicates=args.replicates,
        centre_lonely=args.centre_lonely,
        covariates=_names(args.covariates),
        factors=_names(args.factors),
        by=None if args.by is None else args.by.strip().casefold(),
        seed=args.seed,
    )
    answer = estimate_files(raw, raw_margins, settings, raw_cells=raw_cells)
    inputs = [described(args.file, raw)]
    inputs += [
        described(name, content)
        for name, content in ((args.margins, raw_margins), (args.cells, raw_cells))
        if content is not None
    ]
    told = {**asdict(settings), "covariates": list(settings.covariates), "factors": list(settings.factors)}
    return give("estimate", answer, settings=told, inputs=inputs)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().casefold() for name in text.split(",") if name.strip())


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 < value <= 1_000_000_000:
        raise argparse.ArgumentTypeError(f"{text} är inte ett antal, till exempel 1000")
    return value


def _above_one(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 1 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} är inte ett tal över 1, till exempel 5")
    return value
