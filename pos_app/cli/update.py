"""Newer versions of the program: look, fetch, try on a copy of the data, install between two business days.

Everything fetched is proved to be signed by the vendor, newer and in time, or refused with the reason.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pos_app import __version__
from pos_app.errors import CashierError, WorldError
from pos_app.settings import default_data_folder, load_settings
from pos_app.updates.places import FOLDER, STATE, read_json, write_json
from pos_app.updates.release import Release, is_newer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    for name, words in (
        ("status", "what is known, without asking anybody"),
        ("check", "ask the update server whether there is a newer version"),
        ("download", "ask, and fetch a newer version when there is one"),
        ("apply", "install what was fetched: the day closed, the till not running"),
        ("rehearse", "try this program on a copy of a till's data; the data is only read"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")
    actions.add_parser("install", help="what the machine's helper runs, as root, on what was handed over")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when all is well, 1 when not, which is said."""
    try:
        return _ACTIONS[args.action](args)
    except (CashierError, WorldError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _status(args: argparse.Namespace) -> int:
    from pos_app.update_room import LocalUpdates

    folder = _folder(args)
    state = LocalUpdates(folder, load_settings(folder).update_ring).state()
    print(f"This is {state.current}, of the ring {state.ring}.")
    if state.version:
        how = "here and proved; it can be installed" if state.ready else "offered"
        print(f"{state.version} is {how}. {state.notes}".rstrip())
    for words in (state.trouble, state.installed):
        if words:
            print(words)
    return 0


def _check(args: argparse.Namespace) -> int:
    return _look(_folder(args), fetch=False)


def _download(args: argparse.Namespace) -> int:
    return _look(_folder(args), fetch=True)


def _look(folder: Path, *, fetch: bool) -> int:
    """Ask; what came of it is kept for the till to show, also when it was trouble."""
    from pos_app.updates.channel import Channel, trusted_root

    settings, own = load_settings(folder), folder / FOLDER
    if not settings.update_url:
        raise WorldError("No update server is set: update_url in settings.toml says where newer versions come from.")
    kept = read_json(own / STATE)
    own.mkdir(parents=True, exist_ok=True)
    try:
        channel = Channel(settings.update_url, settings.update_ring, own, trusted_root())
        release = channel.newest()
        newer = release is not None and is_newer(release.version, __version__)
        path = channel.fetch(release) if fetch and newer and release is not None else None
    except WorldError as error:
        write_json(own / STATE, {**kept, "trouble": str(error)})
        raise
    write_json(own / STATE, _known(release if newer else None, settings.update_ring))
    if not newer or release is None:
        print(f"{__version__} is the newest for the ring {settings.update_ring}.")
    else:
        words = f"{release.version} is offered to the ring {settings.update_ring}; this is {__version__}."
        print(f"{words} {release.notes}".rstrip())
    if path is not None:
        print(f"It is here and proved: {path}")
    return 0


def _known(release: Release | None, ring: str) -> dict[str, str]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    known = {"asked_at": at, "ring": ring, "trouble": ""}
    if release is not None:
        known |= {"version": release.version, "file": release.file, "notes": release.notes}
    return known


def _apply(args: argparse.Namespace) -> int:
    from pos_app.bootstrap import open_register
    from pos_app.sample_store import store_of
    from pos_app.storage.keys import SystemKeyStore
    from pos_app.storage.terminal_database import KEY_FILE_NAME
    from pos_app.update_room import LocalUpdates, updating_of

    folder = _folder(args)
    settings, store = load_settings(folder), store_of(folder)
    room = LocalUpdates(folder, settings.update_ring)
    register = open_register(folder, store, SystemKeyStore(folder / KEY_FILE_NAME))
    try:
        updating = updating_of(register.data, room)
        for step in updating.conditions():
            print(f"{'  ok  ' if step.good else 'NOT YET'}  {step.words}", flush=True)
        updating.install("command line")
    finally:
        register.close()
    print("Handed over to be installed. The program starts in its new version.")
    return 0


def _rehearse(args: argparse.Namespace) -> int:
    from pos_app.commands import find
    from pos_app.storage.keys import SystemKeyStore
    from pos_app.storage.terminal_database import KEY_FILE_NAME
    from pos_app.updates.rehearsal import rehearse

    folder = _folder(args)
    print(rehearse(folder, SystemKeyStore(folder / KEY_FILE_NAME)), flush=True)
    selftest = find("selftest")
    assert selftest is not None
    return selftest.run([])


def _install(args: argparse.Namespace) -> int:
    from pos_app.updates.channel import trusted_root
    from pos_app.updates.installing import Installer

    good, words = Installer(trusted_root()).run()
    print(words)
    return 0 if good else 1


def _folder(args: argparse.Namespace) -> Path:
    folder: Path = args.data or default_data_folder()
    if not folder.is_dir():
        raise WorldError(f"There is no data folder {folder}.")
    return folder


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "status": _status,
    "check": _check,
    "download": _download,
    "apply": _apply,
    "rehearse": _rehearse,
    "install": _install,
}
