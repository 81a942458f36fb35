"""One copy of a till's data: written while the till sells, proved before it gets its name, and read again.

A copy is a folder: terminal.db, encrypted under a key of its own, and copy.json, which says in clear what it is and
holds that key sealed. It is written under another name and renamed when it is proved, so that a folder with the name
of a copy is one, however the program ended.
"""

import errno
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2  # type: ignore[import-untyped]

from pos_app.errors import WorldError
from pos_app.ports.backup import BackupCopy, CopyState, Progress
from pos_app.storage.copy_keys import open_by_machine, open_by_recovery_key, seal_for_machine, seal_for_store
from pos_app.storage.database import Connection, Database, connect
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KEY_BYTES

FORMAT = 1
COPY_FILE, FACTS_FILE = "terminal.db", "copy.json"
PART = ".part"
NAME_FORMAT = "%Y%m%dT%H%M%SZ"
_PAGES_A_STEP, _PAUSE_S = 64, 0.004
"""A quarter of a megabyte, then a pause: a sale that commits meanwhile waits for no more than one step."""
_SPARE_BYTES = 4 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied, and for whom: public_key is the store's recovery key, if there is one."""

    database: Database
    public_key: bytes | None
    recovery_id: str
    files: Mapping[str, bytes]
    """The store's own files beside the data, by name; they travel inside the encrypted copy."""
    program: str


def write_copy(source: Source, place: Path, at: datetime, reason: str, progress: Progress) -> BackupCopy:
    """Copy the data into a new folder of a place, and prove it.

    Raises WorldError in words for the store: no room, the place is gone, the copy is not as it should be. Whatever
    progress raises goes through; in both cases nothing is left behind but what was there.
    """
    while (place / (name := at.astimezone(UTC).strftime(NAME_FORMAT))).exists():
        at += timedelta(seconds=1)
    part = place / f"{name}{PART}"
    with _words_for(place):
        place.mkdir(exist_ok=True)
        for left in place.glob(f"*{PART}"):
            shutil.rmtree(left)
        part.mkdir()
    try:
        with _words_for(place):
            key = os.urandom(KEY_BYTES)
            facts = _copy_pages(source, part / COPY_FILE, key, progress)
            facts |= {
                "format": FORMAT,
                "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
                "reason": reason,
                "program": source.program,
                "recovery_id": source.recovery_id,
                "size_bytes": (part / COPY_FILE).stat().st_size,
                "sha256": digest(part / COPY_FILE, progress),
            }
            proved = prove(part / COPY_FILE, key, progress)
            if proved.broken:
                raise WorldError(f"The copy cannot be read back: {proved.broken[0]} Try another stick or folder.")
            bound = _bound(facts)
            keys = {"machine": seal_for_machine(source.database.key, key, bound)}
            if source.public_key is not None:
                keys["recovery"] = seal_for_store(source.public_key, key, bound)
            _write_facts(part / FACTS_FILE, {"facts": facts, "keys": keys, "journal_faults": proved.faults[:20]})
            part.rename(place / name)
            _sync_folder(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return read_copy(place / name)


def read_copy(path: Path) -> BackupCopy:
    """What a copy says of itself, without opening it."""
    try:
        read = json.loads((path / FACTS_FILE).read_text(encoding="utf-8"))
        facts, faults = read["facts"], read["journal_faults"]
        size = (path / COPY_FILE).stat().st_size
        if facts["format"] != FORMAT:
            raise ValueError("a newer program made it")
        words, state = "", CopyState.GOOD
        if size != facts["size_bytes"]:
            words, state = f"Its file has {size:,} bytes, {facts['size_bytes']:,} were written.", CopyState.DAMAGED
        elif faults:
            words, state = f"The journal was not as it was written: {faults[0]}", CopyState.DOUBTFUL
        return BackupCopy(
            path,
            facts["terminal_id"],
            datetime.fromisoformat(facts["made_at"]),
            state,
            facts["reason"],
            size,
            facts["incarnation"],
            facts["sequence"],
            facts["transaction_sequence"],
            facts["z_number"],
            facts["recovery_id"],
            facts["schema"],
            words,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = "Its description cannot be read." if not isinstance(error, OSError) else "One of its files is missing."
        return BackupCopy(path, "", _time_of(path), CopyState.DAMAGED, words=words)


def list_copies(place: Path) -> list[BackupCopy]:
    """The copies in a place, newest first; none when there is no such folder."""
    if not place.is_dir():
        return []
    with _words_for(place):
        found = [path for path in place.iterdir() if path.is_dir() and _is_name(path.name)]
    return sorted((read_copy(path) for path in found), key=lambda copy: (copy.made_at, copy.path.name), reverse=True)


def key_of(copy: BackupCopy, *, database_key: bytes | None = None, recovery_key: str = "") -> bytes:
    """The copy's own key, by the recovery key where one is given, else by this machine's.

    Raises CopyKeyError or CashierError when it does not open, WorldError when the copy cannot be read.
    """
    try:
        read = json.loads((copy.path / FACTS_FILE).read_text(encoding="utf-8"))
        bound, keys = _bound(read["facts"]), dict(read["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorldError(f"The copy {copy.path.name} cannot be read: {copy.words or error}") from error
    if recovery_key:
        if "recovery" not in keys:
            raise WorldError("This copy was made before there was a recovery key: only its own machine can open it.")
        return open_by_recovery_key(recovery_key, keys["recovery"], bound)
    if database_key is None:
        raise WorldError("This machine has no data yet: it needs the store's recovery key to open a copy.")
    return open_by_machine(database_key, keys["machine"], bound)


@dataclass(frozen=True, slots=True)
class Proof:
    """What reading all of a copy found: broken is about the file, faults about the journal in it."""

    entries: int
    broken: list[str]
    faults: list[str]


def prove(file: Path, key: bytes, progress: Progress) -> Proof:
    """Open the file and check pages, journal and everything derived from it."""
    try:
        database = Database(file, key, read_only=True)
    except WorldError as error:
        return Proof(0, [str(error)], [])
    try:
        row = database.one("SELECT count(*) FROM journal")
        whole = int(row[0]) if row else 0
        report = audit(database, lambda done: progress(done, whole))
    except WorldError as error:
        return Proof(0, [str(error)], [])
    finally:
        database.close()
    broken = [fault for fault in report.faults if fault.startswith("the file: ")]
    return Proof(report.entries, broken, [fault for fault in report.faults if fault not in broken])


def check_copy(copy: BackupCopy, key: bytes, progress: Progress) -> Proof:
    """Read all of a copy: is it as it was made, and is its journal as it was written?"""
    if copy.state is CopyState.DAMAGED:
        return Proof(0, [copy.words], [])
    facts = json.loads((copy.path / FACTS_FILE).read_text(encoding="utf-8"))["facts"]
    with _words_for(copy.path.parent):
        if digest(copy.path / COPY_FILE, progress) != facts["sha256"]:
            return Proof(0, ["The file was changed after it was written: its digest is another one."], [])
    return prove(copy.path / COPY_FILE, key, progress)


def digest(file: Path, progress: Progress) -> str:
    """SHA-256 of a file, in hex."""
    whole, done, sha = file.stat().st_size, 0, hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            sha.update(block)
            done += len(block)
            progress(done, whole)
    return sha.hexdigest()


def copy_pages(source: Connection, target: Connection, progress: Progress) -> None:
    """All pages of a database into another one, a step at a time, each under its own key.

    The source has a read transaction open: what is written meanwhile neither waits for this nor is part of it.
    """
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        source.backup(
            target,
            pages=_PAGES_A_STEP,
            progress=lambda status, left, whole: progress(whole - left, whole),
            sleep=_PAUSE_S,
        )
    finally:
        source.execute("COMMIT")


def _copy_pages(source: Source, file: Path, key: bytes, progress: Progress) -> dict[str, Any]:
    """Write the database file of a copy; how far its journal goes."""
    reading = connect(source.database.path, source.database.key, read_only=True)
    try:
        (needed,) = reading.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
        free = shutil.disk_usage(file.parent).free
        if free < needed + _SPARE_BYTES:
            raise WorldError(
                f"There is no room for a copy: it needs {megabytes(needed + _SPARE_BYTES)}, {megabytes(free)} are "
                "free. Make room, or choose another folder. Sales go on."
            )
        writing = _new_file(file, key)
        try:
            copy_pages(reading, writing, progress)
        finally:
            writing.close()
    finally:
        reading.close()
    writing = _new_file(file, key)
    try:
        # The pages that came say that there is a write-ahead log; a copy is to be read from a disk that is read-only.
        writing.execute("PRAGMA journal_mode = DELETE").fetchone()
        writing.execute("CREATE TABLE copied_file (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT")
        writing.executemany("INSERT INTO copied_file VALUES (?, ?)", source.files.items())
        facts = _facts_of(writing)
    finally:
        writing.close()
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
    return facts


def _new_file(file: Path, key: bytes) -> Connection:
    """A connection for filling a new file; whether all of it arrived is proved afterwards."""
    connection: Connection = dbapi2.connect(str(file), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _facts_of(connection: Connection) -> dict[str, Any]:
    """How far the journal of a copy goes."""
    store_id, workstation_id, reached = connection.execute(
        "SELECT store_id, workstation_id, transaction_sequence FROM terminal"
    ).fetchone()
    incarnation, sequence, entry_hash = connection.execute(
        "SELECT i.incarnation, coalesce(j.sequence, 0), coalesce(j.entry_hash, '') FROM incarnation i "
        "LEFT JOIN journal j ON j.incarnation_number = i.number ORDER BY i.number DESC, j.sequence DESC LIMIT 1"
    ).fetchone()
    return {
        "terminal_id": f"{store_id}-{workstation_id}",
        "store_id": store_id,
        "workstation_id": workstation_id,
        "schema": connection.execute("PRAGMA user_version").fetchone()[0],
        "incarnation": incarnation,
        "sequence": sequence,
        "entry_hash": entry_hash,
        "transaction_sequence": reached,
        "z_number": last_z_number(connection),
    }


def last_z_number(connection: Connection) -> int:
    """The number of the newest Z report; 0 before the first."""
    row = connection.execute(
        "SELECT payload FROM journal WHERE kind = 'z_report' ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return int(json.loads(row[0])["z_number"]) if row else 0


def _bound(facts: Mapping[str, Any]) -> bytes:
    """The facts as both seals cover them."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def _write_facts(path: Path, content: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk too. Windows has no such thing; a share may not."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        log.info("the folder %s cannot be synced: %s", folder, error.strerror)
    finally:
        os.close(descriptor)


@contextmanager
def _words_for(place: Path) -> Iterator[None]:
    """What goes wrong with a disk, as a sentence that says what to do and that nothing else is hurt."""
    try:
        yield
    except dbapi2.DatabaseError as error:
        if "full" in str(error):
            raise WorldError(f"There is no room left for a copy in {place}. Make room there. Sales go on.") from error
        raise WorldError(f"The copy cannot be written to {place}: {error}. Sales go on.") from error
    except OSError as error:
        if error.errno in _FULL:
            raise WorldError(f"There is no room left for a copy in {place}. Make room there. Sales go on.") from error
        why = error.strerror or type(error).__name__
        raise WorldError(f"The copy cannot be written to {place}: {why}. Sales go on.") from error


def megabytes(size_bytes: int) -> str:
    """A size as people read it."""
    return f"{size_bytes / 1_000_000:,.1f} MB"


def _is_name(name: str) -> bool:
    try:
        datetime.strptime(name, NAME_FORMAT)  # noqa: DTZ007 - its zone is the Z in the name
    except ValueError:
        return False
    return True


def _time_of(path: Path) -> datetime:
    if not _is_name(path.name):
        return datetime.fromtimestamp(0, UTC)
    return datetime.strptime(path.name, NAME_FORMAT).replace(tzinfo=UTC)
