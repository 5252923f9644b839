"""`samsyn analyse compare`: before and after, row by row."""

from __future__ import annotations

import argparse
import dataclasses

from samsyn.analysis.commands.base import add_file, add_seed, described, give, probability, read

HELP = "före och efter: är förändringen tydlig?"

METHODS = ("rows", "differences", "series", "shrink", "chosen", "dispersion", "trend", "power")

DESCRIPTION = """\
Jämför två perioder och säger om förändringen är tydlig eller kan bero på slumpen.

Filen är CSV med rubrikrad. Utan --method är varje rad en jämförelse av ett av tre slag:

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

Med --method räknas hela filen på en gång:

  differences   ett område mot andra: area, period, count, exposure;
                --target OMRÅDE --from PERIOD --chosen-beforehand
  series        månader före och efter: period (2024-03), count, exposure;
                --from 2024-03, --slope, --variance
  shrink        områdens tal dragna mot medelvärdet, med rang: area, count, exposure
  chosen        ett område valt för sin höga siffra: area, before, after,
                exposure_before, exposure_after; --target OMRÅDE
  dispersion    hur mycket talet brukar variera: period, count, exposure; --with-trend
  trend         andelars trend: period (år), numerator, denominator
  power         minsta förändring som kan synas, rad för rad: before, eller share och cases
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
    parser.add_argument(
        "--method", choices=METHODS, default="rows", metavar="SÄTT", help=f"{', '.join(METHODS)} (standard rows)"
    )
    parser.add_argument("--target", metavar="OMRÅDE", help="området som något gjordes i, eller som valdes")
    parser.add_argument("--from", dest="first_after", metavar="PERIOD", help="första perioden efter")
    parser.add_argument(
        "--chosen-beforehand",
        action="store_true",
        help="jämförelseområdena valdes innan någon såg siffrorna; annars bedöms inget",
    )
    parser.add_argument("--slope", action="store_true", help="även trenden får ändras (series)")
    parser.add_argument("--with-trend", action="store_true", help="ta bort en jämn trend först (dispersion)")
    parser.add_argument(
        "--variance",
        choices=("quasi-poisson", "negative-binomial"),
        default="quasi-poisson",
        metavar="SÄTT",
        help="quasi-poisson eller negative-binomial (series)",
    )
    parser.add_argument(
        "--dispersion",
        type=dispersion,
        metavar="TAL",
        help="varians delad med medelvärde enligt historiken, från 1 (gäller hela filen med --method)",
    )
    parser.add_argument(
        "--many",
        choices=("bh", "by"),
        metavar="SÄTT",
        help="skärp efter hur många rader som bedöms: bh, eller by när talen överlappar",
    )
    parser.add_argument(
        "--rate", type=probability, default=0.05, metavar="TAL", help="andel falska bland de tydliga (standard 0.05)"
    )
    add_seed(parser, help_text="bara shrink använder slump, då från 1; fröet upprepas i svaret")


def run(args: argparse.Namespace) -> int:
    """Print the answer; return the exit code."""
    raw = read(args.file)
    settings = {
        "confidence": args.confidence,
        "power": args.power,
        "rounded_to": args.rounded_to,
        "seed": args.seed,
    }
    if args.method == "rows":
        from samsyn.analysis.compare_csv import compare_file

        answer = compare_file(
            raw,
            confidence=args.confidence,
            power=args.power,
            rounded_to=args.rounded_to,
            many=args.many,
            rate=args.rate,
        )
        if args.many:
            settings |= {"many": args.many, "rate": args.rate}
        return give("compare", answer, settings=settings, inputs=described(args.file, raw))

    from samsyn.analysis.compare_methods_csv import Options, compare_whole

    options = Options(
        confidence=args.confidence,
        power=args.power,
        dispersion=args.dispersion,
        target=args.target,
        first_after=args.first_after,
        comparison_fixed_before=args.chosen_beforehand,
        with_slope=args.slope,
        with_trend=args.with_trend,
        variance=args.variance,
        seed=1 if args.seed is None else args.seed,
    )
    answer = compare_whole(raw, method=args.method, options=options)
    settings = {"method": args.method, **dataclasses.asdict(options)}
    return give("compare", answer, settings=settings, inputs=described(args.file, raw))


def dispersion(text: str) -> float:
    """
    Return an option's value from 1.

    :raises argparse.ArgumentTypeError: anything else
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} ligger inte mellan 1 och 1000, till exempel 1.8")
    return value
