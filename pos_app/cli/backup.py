"""Make, list and check copies of a till's data, and restore one. now, list and verify work while the till runs."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pos_app.backup_room import DEFAULT_FOLDER, LocalBackups
from pos_app.clock import SystemClock
from pos_app.errors import CashierError, WorldError
from pos_app.ids import SystemIds
from pos_app.ports.backup import BackupCopy, CopyState, RestorePlan
from pos_app.restored_till import standing_of_copy, words_of
from pos_app.settings import default_data_folder, load_settings
from pos_app.storage import restore
from pos_app.storage.backup_copy import check_copy, key_of, list_copies, megabytes, read_copy
from pos_app.storage.database import FILE_NAME
from pos_app.storage.folder_lock import FolderLock
from pos_app.storage.keys import SystemKeyStore
from pos_app.storage.terminal_database import (
    KEY_FILE_NAME,
    SCHEMA_VERSION,
    open_database,
    open_for_inspection,
    open_terminal_database,
)

BY = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("now", help="make a copy, prove it, and drop those the policy does not keep")
    listing = actions.add_parser("list", help="the copies, newest first, with state and size")
    verifying = actions.add_parser("verify", help="read all of a copy: digest, pages, journal, totals")
    restoring = actions.add_parser("restore", help="say what a copy would bring back, and bring it back")
    key = actions.add_parser("key", help="make the store's recovery key, shown once; the till has to be closed")
    key.add_argument("--use", action="store_true", help="type a recovery key that the store has already")
    for action in (verifying, restoring):
        action.add_argument("copy", nargs="?", type=Path, help="a copy's folder (default: the newest good one)")
        action.add_argument("--recovery-key", action="store_true", help="ask for it: another machine made the copy")
    restoring.add_argument("--yes", action="store_true", help="do not ask")
    for action in actions.choices.values():
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")
    listing.add_argument("--from", type=Path, dest="place", metavar="FOLDER", help="look at another place")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when all is well, 1 when something is wrong, which is said."""
    folder = args.data or default_data_folder()
    acts = {"now": _now, "list": _list, "verify": _verify, "restore": _restore, "key": _key}
    try:
        return acts[args.action](folder, args)
    except CashierError as error:
        print(error.message, file=sys.stderr)
    except (WorldError, OSError) as error:
        print(error, file=sys.stderr)
    return 1


def _now(folder: Path, args: argparse.Namespace) -> int:
    with _backups(folder) as backups:
        copy = backups.make("by hand")
        print(f"{copy.path}\n{_line(copy)}")
        if not backups.has_recovery_key():
            print("Only this machine can open it: make a recovery key with `backup key`.")
    return 0 if copy.state is CopyState.GOOD else 1


def _list(folder: Path, args: argparse.Namespace) -> int:
    if args.place is not None:
        copies = list_copies(args.place) or [
            copy for each in sorted(args.place.iterdir()) for copy in list_copies(each)
        ]
        print("\n".join(f"{copy.path}\n  {_line(copy)}" for copy in copies) or "There are no copies.")
        return 0
    with _backups(folder) as backups:
        copies, health = backups.copies(), backups.health()
        number = "one copy" if len(copies) == 1 else f"{len(copies)} copies"
        print(f"{backups.folder()}: {number}, {megabytes(sum(copy.size_bytes for copy in copies))}.")
        for copy in copies:
            print(f"{copy.path.name}  {_line(copy)}")
        print(health.words)
    return 1 if health.overdue else 0


def _verify(folder: Path, args: argparse.Namespace) -> int:
    recovery_key = _asked() if args.recovery_key else ""
    if args.copy is not None:
        copy = read_copy(args.copy)
        proof = check_copy(copy, key_of(copy, database_key=_machine_key(folder), recovery_key=recovery_key), _say)
        faults = proof.broken + proof.faults
    else:
        with _backups(folder) as backups:
            copy = _newest(backups.copies())
            faults = backups.check(copy, _say, recovery_key)
    print(f"{copy.path}\n{_line(copy)}")
    for fault in faults[:50]:
        print(f"FAULT {fault}", file=sys.stderr)
    if not faults:
        print("The copy is as it was made.")
    return 1 if faults else 0


def _restore(folder: Path, args: argparse.Namespace) -> int:
    """The till is closed; the copy takes the place of its data before this ends."""
    recovery_key = _asked() if args.recovery_key else ""
    keys, clock = SystemKeyStore(folder / KEY_FILE_NAME), SystemClock()
    with closing_lock(FolderLock(folder)):
        restore.finish(folder, keys, clock.now())
        copy = read_copy(args.copy) if args.copy is not None else _newest(_copies_here(folder))
        own = _terminal_of(folder)
        if own and own != copy.terminal_id:
            raise WorldError(f"This copy is of till {copy.terminal_id}; the data in {folder} is of till {own}.")
        plan = restore.plan_of(copy, folder, keys, clock.now())
        copy_key = key_of(copy, database_key=_machine_key(folder), recovery_key=recovery_key)
        _show(plan)
        lacking = standing_of_copy(copy, copy_key, clock)
        if lacking is not None:
            print(f"  - {words_of(f'{copy.made_at:%Y-%m-%d %H:%M} UTC', lacking)}")
        if not args.yes and input("Restore this copy? Type yes: ").strip().lower() != "yes":
            print("Nothing was changed.")
            return 1
        restore.stage(
            copy,
            copy_key,
            folder,
            keys,
            newest_schema=SCHEMA_VERSION,
            lacking=lacking,
            at=clock.now(),
            by=BY,
            progress=_say,
        )
        restore.finish(folder, keys, clock.now())
    print("The data is restored. Start the till; its journal says that it was restored, and from which copy.")
    return 0


def _key(folder: Path, args: argparse.Namespace) -> int:
    clock, keys = SystemClock(), SystemKeyStore(folder / KEY_FILE_NAME)
    row = _terminal_row(folder)
    if row is None:
        raise WorldError(f"There is no till data in {folder}.")
    store_id, workstation_id = row
    with closing(
        open_terminal_database(
            folder, store_id=store_id, workstation_id=workstation_id, clock=clock, ids=SystemIds(), keys=keys
        )
    ) as data:
        backups = LocalBackups(folder, load_settings(folder), data.database, keys, clock, data.storage)
        if args.use:
            backups.use_recovery_key(_asked(), BY)
            print(f"Copies are sealed for recovery key {backups.recovery_id()} from now on.")
            return 0
        key = backups.new_recovery_key(BY)
    print(
        f"{key}\nWrite it down and keep it away from the till: it is shown only now. It opens every copy from now on."
    )
    return 0


# --- inside -----------------------------------------------------------------------------------------------------------


@contextmanager
def _backups(folder: Path) -> Iterator[LocalBackups]:
    keys = SystemKeyStore(folder / KEY_FILE_NAME)
    with closing(open_for_inspection(folder, keys)) as database:
        yield LocalBackups(folder, load_settings(folder), database, keys, SystemClock())


@contextmanager
def closing_lock(lock: FolderLock) -> Iterator[None]:
    """The folder is ours until the end."""
    try:
        yield
    finally:
        lock.release()


def _newest(copies: list[BackupCopy]) -> BackupCopy:
    found = next((copy for copy in copies if copy.state is CopyState.GOOD), None)
    if found is None:
        raise WorldError("There is no good copy. Name the one that is meant, or make one with `backup now`.")
    return found


def _copies_here(folder: Path) -> list[BackupCopy]:
    """The copies of this data, also where the data cannot be opened any more."""
    root = Path(load_settings(folder).backup_folder or folder / DEFAULT_FOLDER)
    found = _copies_under(root)
    if len({copy.terminal_id for copy in found if copy.terminal_id}) > 1:
        raise WorldError(f"There are copies of several tills in {root}: name the one that is meant.")
    return sorted(found, key=lambda copy: copy.made_at, reverse=True)


def _copies_under(root: Path) -> list[BackupCopy]:
    """The copies of every till that keeps its own there."""
    return [copy for place in sorted(root.iterdir()) for copy in list_copies(place)] if root.is_dir() else []


def _machine_key(folder: Path) -> bytes | None:
    """This machine's key, or None where there is no data yet."""
    path = folder / KEY_FILE_NAME
    return SystemKeyStore(path).database_key(create=False) if path.exists() else None


def _terminal_row(folder: Path) -> tuple[str, str] | None:
    """Store and workstation of the data, or None when there is none that can be read."""
    if not (folder / FILE_NAME).exists():
        return None
    try:
        with closing(open_database(folder, SystemKeyStore(folder / KEY_FILE_NAME), SystemClock())) as database:
            return database.one("SELECT store_id, workstation_id FROM terminal")
    except WorldError:
        return None


def _terminal_of(folder: Path) -> str:
    row = _terminal_row(folder)
    return "-".join(row) if row else ""


def _asked() -> str:
    """The recovery key, typed unseen or from the standard input; never an argument, which others can read."""
    return getpass.getpass("Recovery key: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


def _line(copy: BackupCopy) -> str:
    opens = f"recovery key {copy.recovery_id}" if copy.recovery_id else "this machine only"
    words = f"  {copy.words}" if copy.words else ""
    return (
        f"{copy.state.upper():<9} {megabytes(copy.size_bytes):>10}  till {copy.terminal_id}, "
        f"{copy.made_at:%Y-%m-%d %H:%M} UTC, to entry {copy.sequence}, {copy.reason}, opens with {opens}{words}"
    )


def _show(plan: RestorePlan) -> None:
    print(f"{plan.copy.path}\n{_line(plan.copy)}")
    for name, detail in plan.points:
        print(f"  - {name}. {detail}")


def _say(done: int, whole: int) -> None:
    """Nobody waits long enough for a command to need progress."""
