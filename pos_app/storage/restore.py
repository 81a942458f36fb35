"""Restoring a copy: prepared beside the data, and put in its place at the next start, whole or not at all.

`restore.part` is a restoration under way and counts for nothing. `restore.ready` is one that was decided on: it has
the new terminal.db, under this machine's key, and what is left of the steps is done by whoever opens the data next,
as often as it takes. The data before it is kept in `replaced`, never deleted.

The restored journal goes on under a new incarnation. Its transaction numbers go on behind the last one that was
given out, where this machine's data can still say which that was; else so far above the copy's that none given out
since can be met again.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2  # type: ignore[import-untyped]

from pos_app.errors import WorldError
from pos_app.ports.backup import BackupCopy, CopyState, Lacking, Progress, RestorePlan
from pos_app.storage.backup_copy import COPY_FILE, check_copy, copy_pages, last_z_number
from pos_app.storage.database import FILE_NAME, Connection, connect
from pos_app.storage.keys import KeyStore
from pos_app.storage.witness import read_witness

READY, PART, REPLACED, FILES = "restore.ready", "restore.part", "replaced", "files"
FASTEST_S, SPARE_NUMBERS = 5, 1_000
"""No workstation begins a transaction every five seconds for long. Where nobody knows how many there were since a copy
was made, numbers go on as if it had: also a second machine that is restored from the same copy then meets none of the
first one's.
"""

log = logging.getLogger(__name__)


def plan_of(copy: BackupCopy, folder: Path, keys: KeyStore, now: datetime) -> RestorePlan:
    """What restoring this copy into this folder will do. Raises WorldError when it cannot be restored."""
    if copy.state is CopyState.DAMAGED:
        raise WorldError(f"This copy cannot be restored. {copy.words}")
    with _present(folder, keys) as present:
        known = _compared(present, copy) if present is not None else None
    if known is None:
        numbers_from, lost_entries, lost_sales = _above_all(copy.transaction_sequence, folder, copy.made_at, now), 0, 0
        lost = ("What was sold since then is not in it", "The central service knows what it was; nobody here does.")
    else:
        numbers_from, lost_entries, lost_sales = known
        lost = ("Nothing is lost", "The copy is as new as the data that is here.")
        if lost_entries:
            sales = f"{lost_sales} sale{'s' * (lost_sales != 1)}"
            lost = (
                f"{sales} since then will not be in it",
                "What was sent counts at the central service, and goods of it can still come back.",
            )
    dropped = [("A sale under way and parked sales are dropped", "Finish them first, or take them up at another till.")]
    kept = [("What is here now is kept", "In the folder “replaced”, for support.")]
    if not (folder / FILE_NAME).exists():
        dropped, kept = [("Parked sales of that time are dropped", "Ring them up again.")], []
    points = (
        (f"The data becomes that of {copy.made_at.astimezone(now.tzinfo):%d %b %Y, %H:%M}", f"Made {copy.reason}."),
        lost,
        (f"Receipt numbers go on after {numbers_from:06d}", "None is given out twice."),
        *dropped,
        ("PINs stay as they were", "Those of the time of the copy count.")
        if known is not None
        else ("PINs and badges made here are set anew", "Operators of the central service come back by themselves."),
        *kept,
    )
    return RestorePlan(copy, lost_entries, lost_sales, numbers_from, known is not None, points)


def stage(
    copy: BackupCopy,
    copy_key: bytes,
    folder: Path,
    keys: KeyStore,
    *,
    newest_schema: int,
    lacking: Lacking | None = None,
    at: datetime,
    by: str,
    progress: Progress,
) -> None:
    """Prepare the restored data. lacking is what the central service has beyond the copy, if it was asked.

    Raises WorldError; then nothing was changed.
    """
    if copy.schema > newest_schema:
        raise WorldError("This copy was made by a newer version of this program. Install that version first.")
    proof = check_copy(copy, copy_key, progress)
    if proof.broken:
        raise WorldError(f"This copy cannot be restored. {proof.broken[0]}")
    part = folder / PART
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        (part / FILES).mkdir(parents=True)
        _write_database(copy, copy_key, part, keys, (at.isoformat(timespec="seconds"), by), lacking, progress)
        shutil.rmtree(folder / READY, ignore_errors=True)
        part.rename(folder / READY)
    except (OSError, dbapi2.DatabaseError) as error:
        shutil.rmtree(part, ignore_errors=True)
        words = getattr(error, "strerror", None) or str(error)
        raise WorldError(f"The copy cannot be restored into {folder}: {words}. Nothing was changed.") from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def finish(folder: Path, keys: KeyStore, now: datetime) -> bool:
    """Put prepared data in its place; True when there was some. The caller holds the folder's lock.

    Raises WorldError; the next start then goes on with what is left to do.
    """
    ready = folder / READY
    if not ready.exists():
        return False
    try:
        if (ready / FILE_NAME).exists():
            staged_at = _note_numbers(ready / FILE_NAME, folder, keys, now)
            kept = folder / REPLACED / "".join(letter for letter in staged_at if letter.isalnum())
            kept.mkdir(parents=True, exist_ok=True)
            for name in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", FILE_NAME):
                if (folder / name).exists():
                    (folder / name).replace(kept / name)
            for file in sorted((ready / FILES).iterdir()):
                if not (folder / file.name).exists():
                    file.replace(folder / file.name)
            (ready / FILE_NAME).replace(folder / FILE_NAME)
        shutil.rmtree(ready)
    except OSError as error:
        raise WorldError(
            f"The restored data cannot be put in place: {error.strerror}. Start the till again."
        ) from error
    log.warning("the data in %s was restored from a copy", folder)
    return True


def is_staged(folder: Path) -> bool:
    """True when a restoration waits for the next start."""
    return (folder / READY).exists()


# --- inside -----------------------------------------------------------------------------------------------------------


@contextmanager
def _present(folder: Path, keys: KeyStore) -> Iterator[Connection | None]:
    """The data of this folder, or None when there is none or it cannot be read."""
    connection = None
    if (folder / FILE_NAME).exists():
        try:
            connection = connect(folder / FILE_NAME, keys.database_key(create=False), read_only=True)
            _reached(connection)
        except (WorldError, dbapi2.DatabaseError) as error:
            log.warning("the data in %s cannot say how far it got: %s", folder, error)
            connection = None
    try:
        yield connection
    finally:
        if connection is not None:
            connection.close()


def _reached(connection: Connection) -> int:
    """The last transaction number that was given out."""
    row = connection.execute("SELECT transaction_sequence FROM terminal").fetchone()
    return int(row[0]) if row else 0


def _compared(present: Connection, copy: BackupCopy) -> tuple[int, int, int]:
    """The number to go on after; entries and sales that the copy has not."""
    parted = present.execute("SELECT number FROM incarnation WHERE incarnation = ?", (copy.incarnation,)).fetchone()
    if parted is None:
        # The data here was restored from an older copy since; what was written after that copy was made is its own.
        (position,) = present.execute(
            "SELECT min(position) FROM journal WHERE datetime(occurred_at) > datetime(?)", (copy.made_at.isoformat(),)
        ).fetchone()
    else:
        (position,) = present.execute(
            "SELECT min(position) FROM journal WHERE incarnation_number > ?1 "
            "OR (incarnation_number = ?1 AND sequence > ?2)",
            (parted[0], copy.sequence),
        ).fetchone()
    entries, sales = present.execute(
        "SELECT count(*), count(*) FILTER (WHERE kind = 'sale') FROM journal WHERE position >= ?",
        (position if position is not None else 1 << 62,),
    ).fetchone()
    return max(_reached(present), copy.transaction_sequence), entries, sales


def _above_all(transaction_sequence: int, folder: Path, made_at: datetime, now: datetime) -> int:
    """A number that none given out since the copy can have reached."""
    witness = read_witness(folder)
    known = max(transaction_sequence, witness.transaction_sequence if witness else 0)
    elapsed_s = max(int((now - made_at).total_seconds()), 0)
    return known + elapsed_s // FASTEST_S + SPARE_NUMBERS


def _note_numbers(file: Path, folder: Path, keys: KeyStore, now: datetime) -> str:
    """Write into the prepared data what the present one has come to, while it is still there; when it was prepared."""
    connection = connect(file, keys.database_key(create=False))
    try:
        number, made_at, staged_at, numbers_from, known_sequence, z_number = connection.execute(
            "SELECT number, copy_made_at, staged_at, numbers_from, known_sequence, z_number FROM restoration "
            "ORDER BY number DESC LIMIT 1"
        ).fetchone()
        if numbers_from is None:
            reached, z_number = max(_reached(connection), known_sequence), max(z_number, last_z_number(connection))
            with _present(folder, keys) as present:
                if present is None:
                    known = _above_all(reached, folder, datetime.fromisoformat(made_at), now)
                else:
                    known, z_number = _reached(present), max(z_number, last_z_number(present))
            connection.execute(
                "UPDATE restoration SET numbers_from = ?, z_number = ? WHERE number = ?",
                (max(known, reached), z_number, number),
            )
        # No write-ahead log stays behind: the file is moved alone.
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        return str(staged_at)
    finally:
        connection.close()


def _write_database(
    copy: BackupCopy,
    copy_key: bytes,
    part: Path,
    keys: KeyStore,
    note: tuple[str, str],
    lacking: Lacking | None,
    progress: Progress,
) -> None:
    """The copy's data under this machine's key, with a note that it was restored; the store's files beside it."""
    reading = connect(copy.path / COPY_FILE, copy_key, read_only=True)
    try:
        writing = connect(part / FILE_NAME, keys.database_key(create=True))
        try:
            writing.execute("PRAGMA journal_mode = DELETE").fetchone()
            copy_pages(reading, writing, progress)
            for name, content in writing.execute("SELECT name, content FROM copied_file").fetchall():
                place = _place_of(part / FILES, name)
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(content)
            writing.execute("DROP TABLE copied_file")
            writing.execute(
                "INSERT INTO restoration (copy_made_at, staged_at, by, known_sequence, z_number) "
                "VALUES (?, ?, ?, ?, ?)",
                (
                    copy.made_at.isoformat(),
                    *note,
                    lacking.transaction_sequence if lacking is not None else 0,
                    lacking.z_number if lacking is not None else 0,
                ),
            )
        finally:
            writing.close()
    finally:
        reading.close()
    with (part / FILE_NAME).open("rb+") as file:
        os.fsync(file.fileno())


def _place_of(folder: Path, name: str) -> Path:
    """Where a file of a copy goes: in the folder, or in one folder within it, and never outside."""
    file = Path(name)
    within = file.parent.name
    return folder / file.name if within in ("", "..") else folder / within / file.name
