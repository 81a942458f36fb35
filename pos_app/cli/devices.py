"""The devices of a till: set them up, find, check and test them, and the versions of its settings.

It works on the settings and on the devices themselves, also while the till runs, which takes what was changed when
it starts again, or at once when the change is made in its own console.
"""

import argparse
import re
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from threading import Event

from hardware.registry import driver as registered
from pos_app import support_bundle
from pos_app.clock import SystemClock
from pos_app.errors import CashierError, WorldError
from pos_app.lone_printer import lone_printer
from pos_app.ports import DeviceState
from pos_app.ports.maintenance import DeviceRow, FoundDevice, TrialReport
from pos_app.sample_store import store_of
from pos_app.services.maintenance import ADDABLE_KINDS, take_out, write_device
from pos_app.settings import TerminalSettings, default_data_folder, load_settings
from pos_app.settings_book import SettingsFile
from pos_app.workbench import LocalWorkbench

_BY = "command line"
_PRINT_S = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="the devices that the settings name")
    adding = actions.add_parser("add", help="set a device up; there is one receipt printer and one card terminal")
    adding.add_argument("kind", choices=tuple(ADDABLE_KINDS), help="what it is")
    adding.add_argument("driver", help="how it is driven; 'devices drivers' lists them")
    adding.add_argument("address", nargs="?", default="", help="where it is: host, port, usb:VVVV:PPPP")
    adding.add_argument("--name", default="", help="what it is called; the same name again changes it")
    adding.add_argument("--unchecked", action="store_true", help="set a printer up although it does not answer now")
    setting = actions.add_parser("set", help="set another key of the settings, such as card_terminal_poi_id")
    setting.add_argument("key", help="its name, as in settings.toml")
    setting.add_argument("value", help="its value; empty takes it out. Never a secret: those are named by their place")
    removing = actions.add_parser("remove", help="take a device out of the settings")
    removing.add_argument("name", help="its name in the list")
    actions.add_parser("drivers", help="every way to drive a device")
    finding = actions.add_parser("find", help="what is plugged in and, only when asked for, on the network")
    finding.add_argument(
        "--network", nargs="?", const="", metavar="HOSTS", help="also a host, a network, or this machine's own"
    )
    health = actions.add_parser("health", help="ask every device how it is; nothing is printed")
    testing = actions.add_parser("test", help="print a test page on the receipt printer")
    storing = actions.add_parser(
        "store-logo", help="put the store's logo into the receipt printer's memory; the till must not be running"
    )
    history = actions.add_parser("history", help="the versions of the settings, newest first")
    rolling = actions.add_parser("rollback", help="make an earlier version of the settings the one that counts")
    rolling.add_argument("number", type=int, help="its number in the history")
    exporting = actions.add_parser("export", help="write the settings to a file for another counter")
    importing = actions.add_parser("import", help="take the settings that another counter exported")
    importing.add_argument("file", type=Path)
    bundling = actions.add_parser("bundle", help="list what a support bundle contains, then write it")
    bundling.add_argument("--list", action="store_true", dest="only_list", help="list only")
    for action in (
        *(listing, adding, setting, removing, health, testing, storing, history, rolling),
        *(exporting, importing, bundling),
    ):
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when all is well, 1 when not, which is said."""
    try:
        return _ACTIONS[args.action](args)
    except (CashierError, WorldError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _folder(args: argparse.Namespace) -> Path:
    folder: Path = args.data or default_data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _rows(folder: Path) -> list[DeviceRow]:
    settings = load_settings(folder)
    once = (
        ("receipt printer", "receipt_printer", settings.printer_driver, settings.printer_address),
        ("backup printer", "backup_printer", settings.backup_printer_driver, settings.backup_printer_address),
        ("card terminal", "payment_terminal", settings.card_terminal_driver, settings.card_terminal_address),
    )
    rows = [DeviceRow(*one, DeviceState.ABSENT) for one in once if one[2]]
    others = ((entry.name, entry.kind, entry.driver, entry.address) for entry in settings.devices)
    return rows + [DeviceRow(*one, DeviceState.ABSENT, entry=one[0]) for one in others]


def _list(args: argparse.Namespace) -> int:
    for row in _rows(_folder(args)):
        print(f"{row.name:<20} {row.kind:<18} {row.driver:<12} {row.address}".rstrip())
    return 0


def _add(args: argparse.Namespace) -> int:
    book = SettingsFile(_folder(args))
    choice = registered(args.kind, args.driver)
    if args.kind in ("receipt_printer", "backup_printer") and args.driver != "simulator":
        report = LocalWorkbench().check_address(args.driver, args.address)
        _show(report)
        if not report.good and not args.unchecked:
            print("Nothing was changed. With --unchecked it is set up all the same.", file=sys.stderr)
            return 1
    words = write_device(book, choice, args.address, args.name or ADDABLE_KINDS[args.kind].lower(), _BY)
    print(f"{words}. A till that runs takes it when it starts again.")
    return 0


def _set(args: argparse.Namespace) -> int:
    folder = _folder(args)
    known = {field.name: type(field.default) for field in fields(TerminalSettings)}
    value: str | int | None = args.value or None
    if known.get(args.key) is int and re.fullmatch("-?[0-9]{1,9}", args.value):
        value = int(args.value)
    # A key that there is not, or a value that makes no sense, is refused by name before anything is written.
    SettingsFile(folder).change({args.key: value}, _BY, f"{args.key} set" if args.value else f"{args.key} taken out")
    print(
        f"{args.key} is {value if value is not None else 'taken out'}. A till that runs takes it when it starts again."
    )
    return 0


def _remove(args: argparse.Namespace) -> int:
    folder, book = _folder(args), SettingsFile(_folder(args))
    row = next((row for row in _rows(folder) if row.name == args.name), None)
    if row is None:
        raise WorldError(f"There is no device {args.name!r}; 'devices list' names them.")
    print(f"{take_out(book, row, _BY)}. A till that runs lets go of it when it starts again.")
    return 0


def _drivers(args: argparse.Namespace) -> int:
    bench = LocalWorkbench()
    for kind in ADDABLE_KINDS:
        for choice in bench.drivers(kind):
            print(f"{kind:<18} {choice.driver:<12} {choice.title:<34} {choice.example or choice.note}".rstrip())
    return 0


def _find(args: argparse.Namespace) -> int:
    bench, met = LocalWorkbench(), 0

    def tell(device: FoundDevice) -> None:
        nonlocal met
        met += 1
        print(f"{device.driver:<8} {device.address:<32} {device.title}  ({device.detail})", flush=True)

    for device in bench.attached():
        tell(device)
    if args.network is not None:
        tried = bench.on_network(args.network, tell, Event())
        print(f"Addresses tried: {tried}")
    if not met:
        print("Nothing was found.")
    return 0


def _health(args: argparse.Namespace) -> int:
    good = True
    for row in _rows(_folder(args)):
        if row.kind in ("receipt_printer", "backup_printer"):
            report = LocalWorkbench().check_address(row.driver, row.address)
            print(f"{row.name}: {'well' if report.good else 'NOT WELL'}")
            _show(report)
            good = good and report.good
        else:
            print(f"{row.name}: {row.driver}; the till that runs knows how it is")
    return 0 if good else 1


def _test(args: argparse.Namespace) -> int:
    from hardware.receipt_printer.health import HealthLevel

    folder = _folder(args)
    with lone_printer(folder, store_of(folder).profile) as printer:
        report = printer.check_health(HealthLevel.INTERACTIVE).result(_PRINT_S)
    for words in (*report.words, report.question):
        print(words)
    return 0 if report.healthy else 1


def _store_logo(args: argparse.Namespace) -> int:
    from pos_app.ids import SystemIds
    from pos_app.storage.keys import SystemKeyStore
    from pos_app.storage.terminal_database import KEY_FILE_NAME, open_terminal_database

    folder, profile = _folder(args), store_of(_folder(args)).profile
    data = open_terminal_database(
        folder,
        store_id=profile.store_id,
        workstation_id=profile.workstation_id,
        clock=SystemClock(profile.time_zone),
        ids=SystemIds(),
        keys=SystemKeyStore(folder / KEY_FILE_NAME),
    )
    with closing(data), lone_printer(folder, profile, data.printer_records) as printer:
        report = printer.store_logo().result(_PRINT_S)
    for words in (*report.words, report.question):
        print(words)
    return 0 if report.healthy else 1


def _history(args: argparse.Namespace) -> int:
    book = SettingsFile(_folder(args))
    for version in book.versions():
        print(f"{version.number:>4}  {version.at}  {version.by or '-'}: {version.words}")
        for line in book.difference(version.number):
            print(f"        {line.sign} {line.text}")
    return 0


def _rollback(args: argparse.Namespace) -> int:
    SettingsFile(_folder(args)).roll_back(args.number, _BY)
    print(f"The settings are those of version {args.number} again. A till that runs takes them when it starts again.")
    return 0


def _export(args: argparse.Namespace) -> int:
    print(SettingsFile(_folder(args)).export())
    return 0


def _import(args: argparse.Namespace) -> int:
    SettingsFile(_folder(args)).take_from(args.file, _BY)
    print(f"The settings are those of {args.file}. A till that runs takes them when it starts again.")
    return 0


def _bundle(args: argparse.Namespace) -> int:
    folder, book = _folder(args), SettingsFile(_folder(args))
    items = support_bundle.contents(folder, _rows(folder), book.text(), book.versions(), None)
    for item in items:
        print(f"{item.name:<24} {len(item.content):>9,} bytes  {item.words}")
    if not args.only_list:
        print(support_bundle.write(folder, items, SystemClock().now()))
    return 0


def _show(report: TrialReport) -> None:
    print(report.headline)
    for step in report.steps:
        print(f"  {'ok  ' if step.good else 'BAD '}{step.words}")


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "add": _add,
    "set": _set,
    "remove": _remove,
    "drivers": _drivers,
    "find": _find,
    "health": _health,
    "test": _test,
    "store-logo": _store_logo,
    "history": _history,
    "rollback": _rollback,
    "export": _export,
    "import": _import,
    "bundle": _bundle,
}
