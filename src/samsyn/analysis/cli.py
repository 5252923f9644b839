"""
`samsyn analyse NAME`: CSV in, JSON out.

The answer holds the version, every setting and the checksum of what was read, so that it can be run again.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from types import ModuleType

from samsyn.analysis.commands.base import EXIT_WRONG_CALL, FileNotReadable

COMMANDS = ("compare", "suppress", "outbreak", "scan", "estimate", "hotspots", "cover", "route")
"""The methods that can be run from a terminal, each a module in `samsyn.analysis.commands`."""

EPILOG = "Utgångskod: 0 klart, 1 fel i filen (felen står i svaret), 2 fel i anropet."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `analyse` to the program's commands; afterwards `args.run(args)` answers the exit code."""
    analyse = subparsers.add_parser("analyse", help="räkna på egna siffror: CSV in, JSON ut")
    methods = analyse.add_subparsers(dest="analysis", metavar="METOD", required=True)
    for name in COMMANDS:
        command = import_module(f"samsyn.analysis.commands.{name}")
        parser = methods.add_parser(
            name,
            help=command.HELP,
            description=command.DESCRIPTION,
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(parser)
        parser.set_defaults(run=run, command_module=command)


def run(args: argparse.Namespace) -> int:
    """Run the command that was asked for; return its exit code."""
    command: ModuleType = args.command_module
    try:
        return int(command.run(args))
    except FileNotReadable as fault:
        print(str(fault), file=sys.stderr)
        return EXIT_WRONG_CALL
