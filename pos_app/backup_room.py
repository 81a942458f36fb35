"""The copies of one till: where they go, how they stand, and what is done with them (pos_app/ports/backup.py)."""

import json
import logging
import os
import shutil
import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from pos_app import __version__, backup_places
from pos_app.domain.backup_policy import dropped, is_due, is_overdue
from pos_app.domain.journal import EventKind
from pos_app.errors import WorldError
from pos_app.ports import Clock
from pos_app.ports.backup import BackupCopy, BackupHealth, BackupPlace, CopyState, Progress, RestorePlan
from pos_app.promotion_file import PROMOTION_FILE
from pos_app.sample_store import DEMO_MARK, STORE_FILE
from pos_app.services.backing_up import KEY_PAPER
from pos_app.settings import FILE_NAME as SETTINGS_FILE
from pos_app.settings import TerminalSettings
from pos_app.settings_book import SettingsFile
from pos_app.storage import restore
from pos_app.storage.backup_copy import Proof, Source, check_copy, key_of, list_copies, write_copy
from pos_app.storage.copy_keys import CopyKeyError, fingerprint, new_recovery_key, public_half
from pos_app.storage.database import Database
from pos_app.storage.keys import KeyStore
from pos_app.storage.terminal_database import SCHEMA_VERSION
from pos_app.storage.unit_of_work import SqliteStorage
from pos_app.store_profile import HISTORY_FOLDER

DEFAULT_FOLDER, STATE_FILE = "backups", "backup.state"
STORE_FILES = (STORE_FILE, SETTINGS_FILE, PROMOTION_FILE, DEMO_MARK)
_LARGEST_FILE = 4 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _State:
    """What is remembered beside the data, for when the copies' folder is not there. Times in ISO 8601."""

    begun_at: str
    good_at: str = ""
    failure: str = ""
    z_number: int = 0
    """The last Z report that is in a good copy."""


class LocalBackups:
    """See ports.backup.Backups. storage is None where the till itself is not open, as in a command."""

    def __init__(
        self,
        folder: Path,
        settings: TerminalSettings,
        database: Database,
        keys: KeyStore,
        clock: Clock,
        storage: SqliteStorage | None = None,
    ) -> None:
        self._folder = folder
        self._database = database
        self._keys = keys
        self._clock = clock
        self._storage = storage
        self._root = Path(settings.backup_folder) if settings.backup_folder else None
        self._every_h = settings.backup_every_h

    # --- where, and how they stand ------------------------------------------------------------------------------------

    def folder(self) -> Path:
        """Where copies go; a folder of this till's own, so that several tills may share a stick."""
        row = self._database.one("SELECT store_id || '-' || workstation_id FROM terminal")
        return (self._root or self._folder / DEFAULT_FOLDER) / (row[0] if row else "till")

    def places(self) -> list[BackupPlace]:
        """Where copies could go: the folder beside the data first, then what is plugged in."""
        beside = BackupPlace(None, "Beside the data, on this machine", shutil.disk_usage(self._folder).free)
        return [beside, *backup_places.places()]

    def use_place(self, place: BackupPlace, by: str) -> None:
        """Copies go there from now on. Raises WorldError when it cannot be written to."""
        root = place.path / backup_places.SUBFOLDER if place.path is not None else None
        try:
            if root is not None:
                root.mkdir(exist_ok=True)
        except OSError as error:
            raise WorldError(f"{place.name} cannot be written to: {error.strerror}.") from error
        words = f"Copies of the data go to {root or 'the folder beside it'}"
        SettingsFile(self._folder, self._clock.now).change({"backup_folder": str(root) if root else None}, by, words)
        if self._storage is not None:
            with self._storage.unit_of_work() as work:
                work.append(EventKind.SETTINGS_CHANGED, {"by": by, "words": words})
                work.commit()
        self._root = root

    def is_on_the_same_disk(self) -> bool:
        """True when a broken disk would take the copies with it."""
        root = self._root or self._folder
        try:
            return os.stat(root).st_dev == os.stat(self._folder).st_dev
        except OSError:
            return False

    def copies(self) -> list[BackupCopy]:
        """Newest first. Raises WorldError when the folder is not there."""
        self._require_root()
        return list_copies(self.folder())

    def health(self) -> BackupHealth:
        """How the backup stands. Never raises."""
        state, now = self._state(), self._clock.now()
        newest = self._newest(state)
        overdue = is_overdue(newest, datetime.fromisoformat(state.begun_at), now, self._every_h)
        last = f"The last good one is of {newest.astimezone(now.tzinfo):%d %b, %H:%M}." if newest else "There is none."
        if overdue:
            return BackupHealth(newest, True, f"The backup is overdue. {last} {state.failure}".strip())
        return BackupHealth(newest, False, f"{state.failure} {last}".strip())

    def is_due(self) -> bool:
        """True when the next copy should be made, because of the time."""
        return is_due(self._newest(self._state()), self._clock.now(), self._every_h)

    def lacks_last_z(self) -> bool:
        """True when the day was closed since the last good copy."""
        return self._last_z() != self._state().z_number

    # --- making and checking ------------------------------------------------------------------------------------------

    def make(self, reason: str, progress: Progress | None = None) -> BackupCopy:
        """Make a copy, prove it, and drop what the policy does not keep. Raises WorldError."""
        state = self._state()
        try:
            self._require_root()
            self._forget_key_papers()
            copy = write_copy(self._source(), self.folder(), self._clock.now(), reason, progress or _silently)
        except WorldError as error:
            self._remember(replace(state, failure=str(error)))
            raise
        if copy.state is CopyState.GOOD:
            self._remember(replace(state, good_at=copy.made_at.isoformat(), failure="", z_number=copy.z_number))
        else:
            self._remember(replace(state, failure=copy.words))
        self._drop_old()
        log.info("a copy of the data was made: %s, %d bytes, %s", copy.path, copy.size_bytes, copy.state)
        return copy

    def check(self, copy: BackupCopy, progress: Progress | None = None, recovery_key: str = "") -> list[str]:
        """What is wrong with a copy, reading all of it; nothing when it is as it was made. Raises WorldError."""
        if copy.state is CopyState.DAMAGED:
            return [copy.words]
        proof: Proof = check_copy(copy, self._key(copy, recovery_key), progress or _silently)
        return proof.broken + proof.faults

    # --- the recovery key ---------------------------------------------------------------------------------------------

    def has_recovery_key(self) -> bool:
        """True when copies can be opened on another machine."""
        return self._public_key() is not None

    def recovery_id(self) -> str:
        """Eight digits to tell recovery keys apart by; empty without one."""
        public_key = self._public_key()
        return fingerprint(public_key) if public_key is not None else ""

    def new_recovery_key(self, by: str) -> str:
        """Make a new recovery key; from now on copies are sealed for it, and it is never shown again."""
        key = new_recovery_key()
        self.use_recovery_key(key, by)
        return key

    def use_recovery_key(self, key: str, by: str) -> None:
        """Seal copies for a recovery key that the store has already. Raises CashierError when it is mistyped."""
        public_key = public_half(key)
        if self._storage is None:
            raise WorldError("The till has to be closed, or use its own page, to change the recovery key.")
        with self._storage.unit_of_work() as work:
            at = self._clock.now().isoformat(timespec="seconds")
            work.run("INSERT OR REPLACE INTO recovery_key VALUES (1, ?, ?)", (public_key, at))
            work.append(EventKind.RECOVERY_KEY_MADE, {"by": by, "recovery_id": fingerprint(public_key)})
            work.commit()

    # --- restoring ----------------------------------------------------------------------------------------------------

    def opens_here(self, copy: BackupCopy) -> bool:
        """See Backups."""
        try:
            self._key(copy, "")
        except CopyKeyError:
            return False
        return True

    def plan(self, copy: BackupCopy, recovery_key: str = "") -> RestorePlan:
        """What restoring this copy would do. Raises CashierError for a mistyped key, WorldError."""
        plan = restore.plan_of(copy, self._folder, self._keys, self._clock.now())
        self._key(copy, recovery_key)
        return plan

    def stage(self, copy: BackupCopy, by: str, progress: Progress | None = None, recovery_key: str = "") -> None:
        """Prepare the restored data; it takes the place of the present at the next start, whole or not at all.

        Raises WorldError: the copy is damaged, of another till or of a newer program.
        """
        if copy.terminal_id != self.folder().name:
            raise WorldError(f"This copy is of till {copy.terminal_id}, not of this one.")
        restore.stage(
            copy,
            self._key(copy, recovery_key),
            self._folder,
            self._keys,
            newest_schema=SCHEMA_VERSION,
            at=self._clock.now(),
            by=by,
            progress=progress or _silently,
        )

    def is_staged(self) -> bool:
        """True when a restoration waits for the next start."""
        return restore.is_staged(self._folder)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _key(self, copy: BackupCopy, recovery_key: str) -> bytes:
        return key_of(copy, database_key=self._database.key, recovery_key=recovery_key)

    def _public_key(self) -> bytes | None:
        row = self._database.one("SELECT public_key FROM recovery_key")
        return bytes(row[0]) if row else None

    def _last_z(self) -> int:
        row = self._database.one("SELECT payload FROM journal WHERE kind = 'z_report' ORDER BY position DESC LIMIT 1")
        return int(json.loads(row[0])["z_number"]) if row else 0

    def _source(self) -> Source:
        history = sorted((self._folder / HISTORY_FOLDER).glob("*.json"))
        paths = (*(self._folder / name for name in STORE_FILES), *history)
        files = {
            path.relative_to(self._folder).as_posix(): path.read_bytes()
            for path in paths
            if path.is_file() and path.stat().st_size <= _LARGEST_FILE
        }
        public_key = self._public_key()
        return Source(self._database, public_key, fingerprint(public_key) if public_key else "", files, __version__)

    def _forget_key_papers(self) -> None:
        """A recovery key that was printed is in no list of papers any more, nor in a copy."""
        if self._storage is not None:
            with self._storage.unit_of_work() as work:
                work.run(
                    "DELETE FROM print_job WHERE json_extract(document, '$.title') = ? AND state <> 'sending'",
                    (KEY_PAPER,),
                )
                work.commit()

    def _require_root(self) -> None:
        """A folder that was chosen is never made: a stick that is not there would become a folder on this disk."""
        if self._root is None:
            (self._folder / DEFAULT_FOLDER).mkdir(parents=True, exist_ok=True)
        elif not self._root.is_dir():
            raise WorldError(
                f"The backup folder {self._root} is not there. Plug in the stick or connect the share, or choose "
                "another folder. Sales go on."
            )

    def _drop_old(self) -> None:
        """What the policy does not keep; bad copies never push good ones out."""
        zone = self._clock.now().tzinfo
        copies = list_copies(self.folder())
        for state in (CopyState.GOOD, CopyState.DOUBTFUL):
            mine = {copy.made_at.astimezone(zone): copy for copy in copies if copy.state is state}
            for at in dropped(list(mine)):
                shutil.rmtree(mine[at].path, ignore_errors=True)

    def _newest(self, state: _State) -> datetime | None:
        times = [datetime.fromisoformat(state.good_at)] if state.good_at else []
        try:
            # What lies there counts; what is remembered counts only while nobody can look.
            times = [copy.made_at for copy in self.copies() if copy.state is CopyState.GOOD]
        except WorldError as error:
            log.debug("nobody can look at the copies: %s", error)
        return max(times, default=None)

    def _state(self) -> _State:
        path = self._folder / STATE_FILE
        try:
            return _State(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            state = _State(self._clock.now().isoformat())
            self._remember(state)
            return state

    def _remember(self, state: _State) -> None:
        path = self._folder / STATE_FILE
        # The keeper and the page may note it at once: each writes a file of its own, and the last one counts.
        written = path.with_suffix(f".{threading.get_ident()}.new")
        try:
            written.write_text(json.dumps(asdict(state)), encoding="utf-8")
            written.replace(path)
        except OSError as error:
            log.warning("how the backup stands cannot be noted: %s", error)


def _silently(done: int, whole: int) -> None:
    """Nobody looks."""
