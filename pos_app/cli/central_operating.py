"""Sub-commands of `central` for who operates it: config, migrate, backup, trace."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pos_app.settings import default_data_folder
from sync.central.errors import StartError
from sync.central.migrations import MIGRATIONS, migrate, schema_version
from sync.central.service import SECRETS_FILE, CentralService, open_database
from sync.central.settings import KEYS, CentralSettings
from sync.central.tracing import Followed, follow
from sync.central.vault import Vault

AddAction = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
ReadSettings = Callable[[argparse.Namespace], CentralSettings]
OpenService = Callable[[argparse.Namespace], CentralService]


def data_folder(settings: CentralSettings) -> Path:
    """The folder of secrets and SQLite file."""
    return Path(settings.data) if settings.data else default_data_folder() / "central"


def add_arguments(
    action: AddAction, settings_of: ReadSettings, open_service: OpenService
) -> list[argparse.ArgumentParser]:
    """The sub-commands' parsers."""
    config = action("config", lambda args: _config(args, settings_of(args)), "check the configuration, or explain it")
    config.add_argument("what", choices=("check", "show", "keys"), help="keys: all that can be set, and what for")
    migrates = action("migrate", lambda args: _migrate(args, settings_of(args)), "bring the schema up to date")
    migrates.add_argument(
        "--check", action="store_true", help="only say what there is to do; 1 when there is something"
    )
    backup = action(
        "backup", lambda args: _backup(args, settings_of(args)), "copy a SQLite database and prove the copy"
    )
    backup.add_argument("file", type=Path, help="the copy, which must not be there yet")
    trace = action("trace", lambda args: _trace(args, open_service), "follow an event or sale from till to ledger")
    trace.add_argument("id", help="an event's or transaction's id, or a receipt number")
    return [config, migrates, backup, trace]


# --- configuration ----------------------------------------------------------------------------------------------------


def _config(args: argparse.Namespace, settings: CentralSettings) -> int:
    if args.what == "keys":
        for key in KEYS:
            print(f"{key.name:<28}{key.about}")
        return 0
    for key in KEYS:
        value = getattr(settings, key.name)
        shown = "(set)" if key.secret and value else value
        print(f"{key.name:<28}{_shown(shown):<34}{settings.source(key.name)}")
    if args.what == "show":
        return 0
    print(_checked_surroundings(settings))
    return 0


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value) if value != "" else "-"


def _checked_surroundings(settings: CentralSettings) -> str:
    """What the service would meet at its start, in a sentence. Nothing is made or changed. Raises StartError."""
    folder = data_folder(settings)
    if not folder.is_dir():
        raise StartError(f"{folder} is no folder; it is made at the first start, with new secrets in it.")
    if not (folder / SECRETS_FILE).exists() and not Vault.in_environment():
        raise StartError(
            f"{folder / SECRETS_FILE} is missing; new ones would be made, which cannot read what is sealed."
        )
    Vault.load(folder / SECRETS_FILE)
    with closing(open_database(folder, settings.database)) as database:
        version = schema_version(database)
    state = "as this program needs it" if version == len(MIGRATIONS) else f"this program needs {len(MIGRATIONS)}"
    said = f"The configuration is right. The database answers; its schema is {version}, {state}."
    if settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.tls_certificate:
        said += " It listens beyond this machine without TLS: put a proxy in front that speaks it."
    return said


# --- schema -----------------------------------------------------------------------------------------------------------


def _migrate(args: argparse.Namespace, settings: CentralSettings) -> int:
    folder = data_folder(settings)
    if not settings.database:
        folder.mkdir(parents=True, exist_ok=True)
    with closing(open_database(folder, settings.database)) as database:
        before = schema_version(database)
        if args.check:
            print(f"The schema has version {before}; this program needs {len(MIGRATIONS)}.")
            return 0 if before == len(MIGRATIONS) else 1
        steps = migrate(database, lambda words: print(words, flush=True))
    print("Done. Processes of the older program go on until you restart them." if steps else "There was nothing to do.")
    return 0


# --- backup -----------------------------------------------------------------------------------------------------------


def _backup(args: argparse.Namespace, settings: CentralSettings) -> int:
    with closing(open_database(data_folder(settings), settings.database)) as database:
        database.copy_to(args.file)
    with closing(CentralService.open(data_folder(settings), f"sqlite:///{args.file}")) as copied:
        report = copied.verify()
    for finding in report.findings:
        print(f"OFF {finding}", file=sys.stderr)
    print(
        f"{args.file}: {report.entries:,} ledger entries, {report.events:,} events of {report.terminals:,} terminals."
    )
    print("The copy is proved." if report.clean else "The copy is not right, and neither is the database, see above.")
    print(f"Keep {SECRETS_FILE} too, and apart from it: without it the addresses cannot be read.")
    return 0 if report.clean else 1


# --- trace ------------------------------------------------------------------------------------------------------------


def _trace(args: argparse.Namespace, open_service: OpenService) -> int:
    with closing(open_service(args)) as service:
        found = service.office.database.read(lambda connection: follow(connection, args.id))
    for one in found:
        _print_followed(one)
    if not found:
        print(
            f"Nothing came in under {args.id}. Look at the till: its journal may still wait to be sent.",
            file=sys.stderr,
        )
    return 0 if found else 1


def _print_followed(one: Followed) -> None:
    print(f"{one.kind} {one.event_id}: entry {one.sequence} of {one.terminal_id} ({one.incarnation})")
    print(f"  happened   {one.occurred_at}")
    print(f"  came in    {one.received_at}   {one.status}   {one.reason}".rstrip())
    for entry in one.entries:
        print(f"  ledger     {entry.points:>+10,}  {entry.kind:<16}{entry.pool:<10}member {entry.member_id}")
    print(f'  log lines  "first" <= {one.sequence} <= "last", "terminal": "{one.terminal_id}", {one.received_at[:19]}Z')
