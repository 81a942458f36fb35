"""store.toml with its versions: what changed, who changed it and why, and on which business day it begins.

Versions are files of their own in store-history, on disk before anything is done with them. A change waits there as
edits until its day; at the opening of that day it is worked into store.toml and then marked as taken. A kill in
between does no harm: an edit that was made before changes nothing when it is made again.
"""

import json
import shutil
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock

from pos_app.domain.settings_edits import Edit, EditConflictError, Plain, edited, edits_between, plain_of
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError, WorldError
from pos_app.ports.set_up import DeliveredChange, StoreVersion
from pos_app.sample_store import DEMO_MARK, FOLDER, STORE_FILE
from pos_app.settings_book import EXPORT_FOLDER, write_file
from pos_app.store_profile import HISTORY_FOLDER, StoreFile, StoreProfileError, read_store, read_store_text
from pos_app.toml_text import reworded

BY_HAND = "Changed in the file"
AS_IT_CAME = "As it was before the first change"
OF_THIS_TILL = ("workstation_id",)
"""Keys that another till's settings do not bring along."""
_LONGEST_IMPORT = 500_000


class StoreFileBook:
    """See ports.set_up.StoreBook."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._own = folder / STORE_FILE
        self._history = folder / HISTORY_FOLDER
        self._now = now
        self._lock = RLock()
        """Changes come from the window and from the line to the central service."""
        self._first: str | None = None

    # --- reading ------------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The settings in force."""
        path = self._own if self._own.exists() else FOLDER / STORE_FILE
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"The store's file {path} cannot be read: {error}") from error

    def plain(self) -> Plain:
        """The settings in force."""
        return _parsed(self.text(), self._own)

    def planned(self, day: date | None = None) -> Plain:
        """The settings as they will be on that day, or with everything that waits."""
        return self._with(self.plain(), self._waiting(day))

    def versions(self) -> list[StoreVersion]:
        """Newest first."""
        self._take_note()
        return self._kept()

    @property
    def next_day(self) -> str:
        """The first day on which a change begins that waits; empty when none does. Read once after each change."""
        if self._first is None:
            self._first = min((one.effective_on for one in self._kept() if one.waits), default="")
        return self._first

    def profile_of(self, plain: Plain) -> StoreProfile:
        """The store that these settings describe. Raises CashierError with what is wrong."""
        return self._checked(plain).profile

    # --- changing -----------------------------------------------------------------------------------------------------

    def save(self, version: StoreVersion) -> StoreVersion:
        """Keep a change until its day, once it is certain that it and everything that waits can take effect then."""
        with self._lock:
            self._make_own()
            self._take_note()
            number = self._kept()[0].number + 1
            version = replace(version, number=number, at=self._now().isoformat(timespec="seconds"))
            version = replace(version, text=self._text_with(version))
            self._keep(version)
            return version

    def withdraw(self, number: int, by: str) -> StoreVersion:
        """A change that waits will not come. Raises CashierError when a later one is built on it."""
        version = self._version(number)
        if not version.waits:
            raise CashierError("not_waiting", f"Change {number} does not wait any more. Go back to an earlier version.")
        others = [one for one in self._waiting() if one.number != number]
        self._check_line(self.plain(), others)
        version = replace(version, withdrawn_at=self._now().isoformat(timespec="seconds"), withdrawn_by=by)
        self._keep(version)
        return version

    def take_delivered(self, changes: Sequence[DeliveredChange]) -> None:
        """Changes that were saved at the store's other tills wait here too. One that does not fit this till's settings
        is kept as one that will not begin, with the reason.
        """
        with self._lock:
            for change in changes:
                known = next((one for one in self._kept() if one.event_id == change.version.event_id), None)
                if change.withdrawn and known is not None and known.waits:
                    by = f"{change.version.by} at {change.version.origin}"
                    self._keep(replace(known, withdrawn_at=self._now().isoformat(timespec="seconds"), withdrawn_by=by))
                elif not change.withdrawn and known is None:
                    self._take_one(change.version)

    def _take_one(self, version: StoreVersion) -> None:
        try:
            self.save(version)
        except CashierError as error:
            number = self._kept()[0].number + 1
            at = self._now().isoformat(timespec="seconds")
            by = f"this till: {error.message}"
            self._keep(replace(version, number=number, at=at, text=self.text(), withdrawn_at=at, withdrawn_by=by))

    def take_due(self, day: date) -> StoreFile | None:
        """Work what begins by this day into the settings; what they are then, or None when nothing was due.

        A change that no longer fits, because the file was changed by hand, waits on and is told of by WorldError.
        """
        due = self._waiting(day)
        if not due:
            return None
        plain = self._with(self.plain(), due)
        store = self._checked(plain)
        text = reworded(self.text(), plain)
        write_file(self._own, text)
        for version in due:
            self._keep(replace(version, taken_at=self._now().isoformat(timespec="seconds"), text=text))
        return read_store_text(text, self._own) if text else store

    # --- in and out ---------------------------------------------------------------------------------------------------

    def export(self) -> Path:
        """Write the settings with everything that waits to a file of their own."""
        path = self._exports / f"store-{self._now():%Y%m%d-%H%M%S}.toml"
        write_file(path, reworded(self.text(), self.planned()))
        return path

    def importable(self) -> Sequence[Path]:
        """Files in the folder of exports, newest first."""
        return sorted(self._exports.glob("*.toml"), reverse=True)

    def read(self, path: Path) -> Plain:
        """The settings of such a file; what belongs to one till stays this till's."""
        try:
            if path.stat().st_size > _LONGEST_IMPORT:
                raise CashierError("too_long", f"{path.name} is too long to be the settings of a store.")
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"{path} cannot be read: {error}") from error
        own = {key: value for key, value in self.plain().items() if key in OF_THIS_TILL}
        plain = {**_parsed(text, path), **own}
        self._checked(plain)
        return plain

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _exports(self) -> Path:
        return self._folder / EXPORT_FOLDER / "store"

    def _waiting(self, until: date | None = None) -> list[StoreVersion]:
        """In the order in which they begin."""
        last = until.isoformat() if until is not None else "9999-12-31"
        waiting = [one for one in self._kept() if one.waits and one.effective_on <= last]
        return sorted(waiting, key=lambda one: (one.effective_on, one.number))

    def _text_with(self, version: StoreVersion) -> str:
        """The file on the day this version begins. Raises CashierError unless everything behind it fits as well."""
        line = sorted((*self._waiting(), version), key=lambda one: (one.effective_on, one.number))
        self._check_line(self.plain(), line)
        upto = line[: line.index(version) + 1]
        return reworded(self.text(), self._with(self.plain(), upto))

    def _check_line(self, plain: Plain, line: Iterable[StoreVersion]) -> None:
        for version in line:
            plain = self._with(plain, [version])
            self._checked(plain)

    def _with(self, plain: Plain, line: Iterable[StoreVersion]) -> Plain:
        for version in line:
            try:
                plain = edited(plain, version.edits)
            except EditConflictError as error:
                raise CashierError("conflict", self._conflict_words(version, error.edit)) from error
        return plain

    def _conflict_words(self, version: StoreVersion, edit: Edit) -> str:
        """Which other change is in the way of one."""
        others = (one for one in self._waiting() if any(other.place == edit.place for other in one.edits))
        other = next((one for one in others if one.number != version.number), None)
        if other is None:
            return (
                f"The change of {version.effective_on} does not fit the file any more. Withdraw it and make it again."
            )
        what = f" ({other.words[0]})" if other.words else ""
        return (
            f"This does not go together with the change of {other.effective_on}{what}. "
            "Choose a day after it, or withdraw that change first."
        )

    def _checked(self, plain: Plain) -> StoreFile:
        try:
            return read_store(plain, self._own if self._own.exists() else FOLDER / STORE_FILE)
        except StoreProfileError as error:
            raise CashierError("not_usable", f"These settings cannot be used: {error.problem}.") from error

    def _make_own(self) -> None:
        """The demo store's files become this till's own; store.toml last, since with it they count."""
        if self._own.exists():
            return
        write_file(self._folder / DEMO_MARK, "This till shows the demo store; delete this file for a real one.\n")
        for path in FOLDER.iterdir():
            if path.suffix in (".png", ".toml") and path.name != STORE_FILE:
                shutil.copyfile(path, self._folder / path.name)
        write_file(self._own, self.text())

    def _take_note(self) -> None:
        """A version of what stands in the file, when no change that was taken made it so."""
        text, kept = self.text(), self._kept()
        newest = next((one for one in kept if one.taken_at), None)
        if newest is not None and newest.text == text:
            return
        at = self._now().isoformat(timespec="seconds")
        number = kept[0].number + 1 if kept else 1
        words = BY_HAND if kept else AS_IT_CAME
        before = _parsed(newest.text, self._own) if newest is not None else {}
        edits = edits_between(before, self.plain()) if before else ()
        self._keep(StoreVersion(number, at, "", "", at[:10], (words,), edits, text, "", at))

    def _keep(self, version: StoreVersion) -> None:
        plain = json.dumps(asdict(version), ensure_ascii=False, indent=1)
        write_file(self._history / f"{version.number:06d}.json", plain)
        self._first = None

    def _kept(self) -> list[StoreVersion]:
        found = []
        for path in sorted(self._history.glob("*.json"), reverse=True):
            try:
                plain = json.loads(path.read_text(encoding="utf-8"))
                edits = tuple(Edit(tuple(one.pop("place")), **one) for one in plain.pop("edits"))
                found.append(StoreVersion(edits=edits, words=tuple(plain.pop("words")), **plain))
            except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise WorldError(f"The version of the store's settings in {path} cannot be read: {error}") from error
        return found

    def _version(self, number: int) -> StoreVersion:
        found = next((one for one in self._kept() if one.number == number), None)
        if found is None:
            raise CashierError("no_version", f"There is no version {number} of the store's settings.")
        return found


def _parsed(text: str, path: Path) -> Plain:
    try:
        plain: Plain = plain_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CashierError("no_toml", f"{path.name} is no valid TOML: {error}.") from error
    return plain
