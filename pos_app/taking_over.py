"""A new machine takes over from one that is gone: its copy, on a stick or a share, becomes this machine's data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app import backup_places
from pos_app.clock import SystemClock
from pos_app.errors import WorldError
from pos_app.ports import Clock
from pos_app.ports.backup import BackupCopy, Progress, RestorePlan
from pos_app.ports.people import Person
from pos_app.storage import restore
from pos_app.storage.backup_copy import key_of, list_copies, read_copy
from pos_app.storage.database import FILE_NAME as DATABASE_NAME
from pos_app.storage.folder_lock import FolderLock
from pos_app.storage.keys import KeyStore
from pos_app.storage.terminal_database import SCHEMA_VERSION

if TYPE_CHECKING:
    from pos_app.bootstrap import Register

BY = "new machine"
_SET_UP_FILES = ("store.toml", "first-run.json")
"""What an unfinished set-up leaves, in the order in which it goes."""


def end_taking_over(folder: Path, keys: KeyStore, now: datetime) -> bool:
    """Put a copy that was decided on in its place, before anybody reads the store's files; True when there was one.

    An unfinished set-up of a store gives way to it. Raises WorldError; the next start then goes on.
    """
    if not restore.is_staged(folder):
        return False
    with _alone(folder):
        if not (folder / DATABASE_NAME).exists():
            for name in _SET_UP_FILES:
                (folder / name).unlink(missing_ok=True)
        return restore.finish(folder, keys, now)


class TakeOver:
    """See ports.backup.TakingOver."""

    def __init__(self, folder: Path, keys: KeyStore, clock: Clock | None = None) -> None:
        self._folder = folder
        self._keys = keys
        self._clock = clock or SystemClock()

    def copies(self, place: Path | None) -> list[BackupCopy]:
        """See TakingOver."""
        if place is not None:
            if not place.is_dir():
                raise WorldError(f"There is no folder {place}.")
            found = _copies_at(place)
            if not found:
                raise WorldError(f"There are no copies in {place}.")
        else:
            found = [copy for one in backup_places.places() if one.path is not None for copy in _copies_at(one.path)]
        return sorted(found, key=lambda copy: copy.made_at, reverse=True)

    def plan(self, copy: BackupCopy, recovery_key: str) -> RestorePlan:
        """See TakingOver."""
        copy_key = key_of(copy, recovery_key=recovery_key)
        plan = restore.plan_of(copy, self._folder, self._keys, self._clock.now())
        from pos_app.restored_till import standing_of_copy, words_of

        lacking = standing_of_copy(copy, copy_key, self._clock)
        if lacking is None:
            return plan
        at = f"{copy.made_at.astimezone(self._clock.now().tzinfo):%d %b %Y, %H:%M}"
        return replace(plan, points=(*plan.points, ("The central service was asked", words_of(at, lacking))))

    def restore(self, copy: BackupCopy, recovery_key: str, progress: Progress) -> None:
        """See TakingOver."""
        from pos_app.restored_till import standing_of_copy

        copy_key = key_of(copy, recovery_key=recovery_key)
        with _alone(self._folder):
            restore.stage(
                copy,
                copy_key,
                self._folder,
                self._keys,
                newest_schema=SCHEMA_VERSION,
                lacking=standing_of_copy(copy, copy_key, self._clock),
                at=self._clock.now(),
                by=BY,
                progress=progress,
            )
        end_taking_over(self._folder, self._keys, self._clock.now())

    def people(self) -> list[Person]:
        """See TakingOver."""
        with self._open() as register:
            return list(register.data.people.everybody())

    def set_pin(self, number: str, pin: str) -> None:
        """See TakingOver."""
        from pos_app.storage.operator_register import OperatorRegister

        with self._open() as register:
            OperatorRegister(register.data.database, register.data.storage).set_pin(number, pin, BY)

    @contextmanager
    def _open(self) -> "Iterator[Register]":
        from pos_app.bootstrap import open_register
        from pos_app.sample_store import store_of

        register = open_register(self._folder, store_of(self._folder), self._keys)
        try:
            yield register
        finally:
            register.close()


def _copies_at(place: Path) -> list[BackupCopy]:
    """The copies in this folder, wherever somebody points: a copy, a till's copies, all tills' copies, or a stick."""
    own = read_copy(place)
    if own.terminal_id:
        return [own]
    roots = [place, place / backup_places.SUBFOLDER, place / "backups"]
    found = list_copies(place)
    for root in roots:
        try:
            tills = [one for one in root.iterdir() if one.is_dir()]
        except OSError:  # a folder that cannot be read holds nothing that could be restored
            continue
        found += [copy for till in sorted(tills) for copy in list_copies(till)]
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The data folder is ours. Raises WorldError when another program has it."""
    lock = FolderLock(folder)
    try:
        yield
    finally:
        lock.release()
