"""The console script `samsyn`: one place for all that is done from a terminal."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samsyn.config import backup

DONE, REFUSED, WRONG_CALL = 0, 1, 2
WAIT_FOR_WORKER_S = 60


def _use_settings() -> None:
    """Choose settings: those asked for, else production's when it has a key, else the demo's."""
    secret = os.environ.get("SAMSYN_SECRET_KEY") or os.environ.get("SAMSYN_SECRET_KEY_FILE")
    module = "samsyn.config.settings.prod" if secret else "samsyn.config.settings.dev"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)


def _start_django() -> None:
    _use_settings()
    import django
    from django.conf import settings
    from django.utils import translation

    settings.DATA.mkdir(parents=True, exist_ok=True)
    django.setup()
    translation.activate("sv")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _install() -> None:
    """Bring the database and the static files up to date."""
    from django.core.management import call_command

    from samsyn.config import build

    build.compile_texts()
    call_command("migrate", verbosity=0, interactive=False)
    build.collect_static()


def _setup(args: argparse.Namespace) -> int:
    _install()
    from samsyn.organisations import services

    municipality, created = services.set_up_municipality(code=args.municipality, name=args.name)
    known = f"{municipality.name} fanns redan. Installationen är uppdaterad."
    _say(f"{municipality.name} är inlagd." if created else known)
    for host in args.host or []:
        services.give_host(municipality=municipality, name=host)
        _say(f"{municipality.name} har värdnamnet {host}.")
    from samsyn.core import clock
    from samsyn.organisations.services import first_run

    if not first_run.has_administrator(municipality):
        token = first_run.make_link(municipality=municipality, now=clock.now())
        _say("Öppna länken i en webbläsare och bli kommunens första administratör. Den gäller en gång, i sju dagar:")
        print(_link(municipality, token))
    return DONE


def _administrator(args: argparse.Namespace) -> int:
    from samsyn.core import clock
    from samsyn.organisations.models import Municipality
    from samsyn.organisations.services import first_run, people

    towns = Municipality.objects.filter(code=args.municipality) if args.municipality else Municipality.objects.all()
    found = list(towns[:2])
    if len(found) != 1:
        _say("Ange vilken kommun: --municipality KOD." if found else "Kommunen finns inte. Kör ”samsyn setup” först.")
        return REFUSED
    if "@" not in args.email:
        _say("Skriv hela e-postadressen, till exempel namn@kommunen.se.")
        return WRONG_CALL
    now = clock.now()
    user = people.make_administrator(municipality=found[0], email=args.email, name=args.name, now=now)
    if user.has_usable_password():
        _say(f"Kontot fanns redan och är nu administratör för {found[0].name}. Logga in som vanligt.")
        return DONE
    token = first_run.make_link(municipality=found[0], user=user, now=now)
    _say("Öppna länken i en webbläsare och välj lösenord. Den gäller en gång, i sju dagar:")
    print(_link(found[0], token))
    return DONE


def _link(municipality: Any, token: str) -> str:
    """Return the address at which a one-time link is opened, as well as the terminal can know it."""
    from django.conf import settings
    from django.urls import reverse

    host = municipality.hosts.first() if settings.SAMSYN_TOWNS == "host" else None
    base = _address() if settings.SAMSYN_DEMO else f"https://{host.name if host else settings.ALLOWED_HOSTS[0]}"
    part = f"/{municipality.slug}" if settings.SAMSYN_TOWNS == "path" else ""
    return base + part + reverse("desk:setup_link", args=[token])


def _demo(args: argparse.Namespace) -> int:
    from django.conf import settings

    if not settings.SAMSYN_DEMO:
        _say("Demon kan inte laddas i en installation för drift.")
        return REFUSED
    _install()
    from samsyn.core import clock
    from samsyn.demo import loader

    loader.load(now=clock.now(), say=_say)
    if args.load_only:
        return DONE
    for line in loader.sign_ins(_address()):
        _say(line)
    return _serve(args)


def _host_and_port() -> tuple[str, int]:
    return os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))


def _address() -> str:
    host, port = _host_and_port()
    return f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{port}"  # noqa: S104


def _missing_worker(*, wait: bool) -> str:
    """Return why the site may not start yet; with `wait`, after having given the worker some time to come."""
    import time

    from samsyn.config import readiness

    if readiness.worker_is_here():
        return ""
    last = time.monotonic() + (WAIT_FOR_WORKER_S if wait else 0)
    fault = readiness.worker_fault()
    while fault and time.monotonic() < last:
        time.sleep(0.5)
        fault = readiness.worker_fault()
    return fault


def _serve(args: argparse.Namespace) -> int:
    import socket

    import uvicorn
    from django.db import connection

    from samsyn.config import env
    from samsyn.core.checks import sqlite_faults

    faults = sqlite_faults()
    n_processes = env.number("SAMSYN_PROCESSES", 1)
    if n_processes > 1 and connection.vendor == "sqlite":
        faults.append("Flera processer kräver PostgreSQL. Ta bort SAMSYN_PROCESSES, eller sätt DATABASE_URL.")
    if faults:
        for fault in faults:
            _say(fault)
        return REFUSED
    fault = _missing_worker(wait=getattr(args, "wait_for_worker", False))
    if fault:
        _say(fault)
        return REFUSED
    host, port = _host_and_port()
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        _say(f"Port {port} är upptagen. Stäng det andra programmet eller välj en annan port: PORT=8001 make demo")
        return REFUSED
    finally:
        listener.close()
    _say(f"Samsyn svarar på {_address()}. Avsluta med Ctrl+C.")
    # An open stream would otherwise hold the stop back. No access log: it would keep residents' addresses.
    uvicorn.run(
        "samsyn.config.asgi:application",
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # all goes through the settings, where personal data is taken out
        log_level="warning",
        timeout_graceful_shutdown=2,
        server_header=False,
        workers=max(1, n_processes),
    )
    return DONE


def _worker(args: argparse.Namespace) -> int:
    import signal
    import threading

    from samsyn.config import readiness
    from samsyn.core import worker

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    stop_metrics = readiness.serve_metrics()
    worker.run(stop)
    if stop_metrics is not None:
        stop_metrics()
    return DONE


def _check(args: argparse.Namespace) -> int:
    from samsyn.config import doctor

    faults = doctor.faults()
    if args.json:
        print(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
    elif faults:
        print("\n".join(f"– {fault}" for fault in faults))
    else:
        print("Allt är som det ska.")
    return REFUSED if faults else DONE


def _backup(args: argparse.Namespace) -> int:
    from samsyn.config import backup
    from samsyn.core import clock

    contents = backup.write(Path(args.file).resolve(), now=clock.now(), say=_say)
    return _say_contents(contents, "Kopian är gjord och har återställts på prov", args)


def _restore(args: argparse.Namespace) -> int:
    from samsyn.config import backup, build
    from samsyn.core import clock

    contents = backup.restore(Path(args.file).resolve(), overwrite=args.overwrite, now=clock.now(), say=_say)
    build.compile_texts()
    build.collect_static()
    return _say_contents(contents, "Återställd", args)


def _say_contents(contents: backup.Contents, head: str, args: argparse.Namespace) -> int:
    if args.json:
        print(json.dumps({"ok": True, **dataclasses.asdict(contents)}, ensure_ascii=False))
    else:
        print(
            f"{head}: {contents.n_rows} rader i {contents.n_tables} tabeller och {contents.n_files} filer, "
            f"från {contents.made_at}, version {contents.version}."
        )
    return DONE


def _import(args: argparse.Namespace) -> int:
    from samsyn.core import clock
    from samsyn.core.importing.base import kinds
    from samsyn.core.importing.runner import run_import

    if args.kind not in kinds():
        _say(f"Slaget ”{args.kind}” finns inte. Välj bland: {', '.join(kinds())}.")
        return WRONG_CALL
    result = run_import(
        args.kind,
        Path(args.file),
        municipality=args.municipality or "",
        dry_run=args.dry_run,
        good_rows_only=args.good_rows_only,
        now=clock.now(),
        options={"level": args.level} if args.level else {},
    )
    found = result.as_dict()
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(_result_text(found, dry_run=args.dry_run))
    return DONE if result.accepted else REFUSED


def _result_text(found: dict[str, Any], *, dry_run: bool) -> str:
    lines = [f"Fel: {text}" for text in found["file_errors"]]
    lines += [f"Rad {e['row']}, {e['column']}: {e['text']}" for e in found["row_errors"]]
    lines += [f"Obs: {text}" for text in found["warnings"]]
    if found["accepted"]:
        head = "Provläst, inget är sparat" if dry_run else "Inläst"
        lines.append(
            f"{head}: {found['rows']} rader, {found['created']} nya, {found['updated']} ändrade, "
            f"{found['unchanged']} oförändrade."
        )
    else:
        lines.append("Inget lästes in.")
    return "\n".join(lines)


def _export(args: argparse.Namespace) -> int:
    from samsyn.core import exporting

    if args.kind not in exporting.kinds():
        _say(f"Slaget ”{args.kind}” finns inte. Välj bland: {', '.join(exporting.kinds())}.")
        return WRONG_CALL
    content = exporting.run_export(args.kind, args.format, municipality=args.municipality or "")
    if args.output:
        Path(args.output).write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="samsyn", description="Samsyn: kommun och polis i samma bild, i det öppna.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="KOMMANDO")

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:  # noqa: A002
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        return sub

    setup = command("setup", _setup, "Lägg upp eller uppdatera en installation för en kommun.")
    setup.add_argument("--municipality", required=True, metavar="KOD", help="kommunkod, fyra siffror")
    setup.add_argument("--name", required=True, metavar="NAMN", help="kommunens namn")
    setup.add_argument("--host", metavar="VÄRDNAMN", action="append", help="kommunens eget värdnamn, om den har ett")
    administrator = command("administrator", _administrator, "Ge någon rollen administratör.")
    administrator.add_argument("email", metavar="EPOST")
    administrator.add_argument("--name", required=True, metavar="NAMN", help="personens namn")
    administrator.add_argument("--municipality", metavar="KOD", help="kommunkod, om det finns flera kommuner")
    demo = command("demo", _demo, "Ladda demostaden och visa den.")
    demo.add_argument("--load-only", action="store_true", help="ladda, men starta inte webbplatsen")
    serve = command("serve", _serve, "Starta webbplatsen.")
    serve.add_argument(
        "--wait-for-worker", action="store_true", help="vänta en minut på bakgrundsarbetet i stället för att vägra"
    )
    command("worker", _worker, "Starta bakgrundsarbetet.")
    command("check", _check, "Undersök installationen.").add_argument("--json", action="store_true")
    backups = command("backup", _backup, "Kopiera hela installationen till en fil, och pröva att återställa den.")
    backups.add_argument("file", metavar="FIL")
    backups.add_argument("--json", action="store_true")
    restores = command("restore", _restore, "Återställ en installation från en kopia.")
    restores.add_argument("file", metavar="FIL")
    restores.add_argument("--overwrite", action="store_true", help="lägg undan den installation som redan finns")
    restores.add_argument("--json", action="store_true")
    imports = command("import", _import, "Läs in en fil.")
    imports.add_argument("kind", metavar="SLAG")
    imports.add_argument("file", metavar="FIL")
    imports.add_argument("--municipality", metavar="KOD")
    imports.add_argument("--dry-run", action="store_true", help="prova utan att spara")
    imports.add_argument("--good-rows-only", action="store_true", help="läs in de rader som går, även om andra har fel")
    imports.add_argument("--level", metavar="NIVÅ", help="områdenas nivå, för slaget areas")
    imports.add_argument("--json", action="store_true", help="resultatet som JSON")
    exports = command("export", _export, "Skriv ut det som finns.")
    exports.add_argument("kind", metavar="SLAG")
    exports.add_argument("--municipality", metavar="KOD")
    exports.add_argument("--format", choices=["json", "csv", "xlsx", "geojson"], default="json")
    exports.add_argument("-o", "--output", metavar="FIL")

    from samsyn.analysis import cli as analysis

    analysis.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 done, 1 refused or faults found, 2 wrong call."""
    try:
        args = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if args.command == "analyse":
        return int(args.run(args))
    # The database and the files that were read in are for this account alone.
    os.umask(0o077)
    from django.core.exceptions import ImproperlyConfigured

    try:
        _start_django()
    except ImproperlyConfigured as fault:
        _say(str(fault))
        return REFUSED
    from samsyn.core.errors import DomainError

    try:
        return int(args.run(args))
    except DomainError as fault:
        _say(str(fault))
        return REFUSED
    except KeyboardInterrupt:
        return DONE


if __name__ == "__main__":
    sys.exit(main())
