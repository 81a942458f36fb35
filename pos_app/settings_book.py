"""settings.toml with all its versions: who changed what, when, and the way back.

Versions are files of their own in settings-history, written before the settings are replaced, so that a kill in between
loses neither. Comments and order of the file are kept.
"""

import difflib
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.errors import WorldError
from pos_app.ports.maintenance import DiffLine, SettingsVersion
from pos_app.settings import FILE_NAME, read_settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

HISTORY_FOLDER = "settings-history"
EXPORT_FOLDER = "exports"
BY_HAND = "changed in the file"
_LONGEST_IMPORT = 100_000

Values = Mapping[str, str | int | None]


class SettingsFile:
    """The settings of one data folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME
        self._history = folder / HISTORY_FOLDER
        self._now = now

    def text(self) -> str:
        """The file as it is; empty where there is none."""
        try:
            return self._path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"The settings in {self._path} cannot be read: {error}") from error

    def versions(self) -> list[SettingsVersion]:
        """Newest first; a change made in the file by hand is one of them."""
        self._take_note()
        return self._kept()

    def change(self, values: Values, by: str, words: str) -> None:
        """Set keys; None takes a key out."""
        document = self._document()
        _put(document, values)
        self._write(document.as_string(), by, words)

    def put_device(self, entry: str, values: Values, by: str, words: str) -> None:
        """Change the [[device]] table of this name, or add it."""
        import tomlkit

        document = self._document()
        tables = document.setdefault("device", tomlkit.aot())
        table = next((one for one in tables if one.get("name") == entry), None)
        if table is None:
            table = tomlkit.table()
            tables.append(table)
            table = tables[-1]
        _put(table, values)
        self._write(document.as_string(), by, words)

    def remove_device(self, entry: str, by: str, words: str) -> None:
        """Take a [[device]] table out."""
        document = self._document()
        tables = document.get("device", [])
        place = next((place for place, one in enumerate(tables) if one.get("name") == entry), None)
        if place is None:
            raise WorldError(f"There is no device {entry!r} in {self._path}.")
        del tables[place]
        if not tables:
            del document["device"]
        self._write(document.as_string(), by, words)

    def roll_back(self, number: int, by: str) -> None:
        """Make an earlier version the one that counts, as a new version."""
        version = self._version(number)
        self._write(version.text, by, f"back to version {number}")

    def difference(self, number: int) -> list[DiffLine]:
        """What that version changed, with a line around."""
        version = self._version(number)
        before = next((one.text for one in self._kept() if one.number < number), "")
        lines = difflib.unified_diff(before.splitlines(), version.text.splitlines(), lineterm="", n=1)
        shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        return [DiffLine(line[:1], line[1:]) for line in shown]

    def export(self) -> Path:
        """Write the settings to a file of their own. They name the places of secrets and hold none."""
        folder = self._folder / EXPORT_FOLDER
        path = folder / f"settings-{self._now():%Y%m%d-%H%M%S}.toml"
        write_file(path, self.text())
        return path

    def importable(self) -> list[Path]:
        """Files in the folder of exports, newest first."""
        return sorted((self._folder / EXPORT_FOLDER).glob("*.toml"), reverse=True)

    def take_from(self, path: Path, by: str) -> None:
        """Settings that another counter exported replace these."""
        try:
            if path.stat().st_size > _LONGEST_IMPORT:
                raise WorldError(f"{path} is too long to be the settings of a counter.")
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"{path} cannot be read: {error}") from error
        self._write(text, by, f"imported from {path.name}")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _document(self) -> "TOMLDocument":
        import tomlkit
        from tomlkit.exceptions import ParseError

        try:
            return tomlkit.parse(self.text())
        except ParseError as error:
            raise WorldError(f"The settings in {self._path} cannot be read: {error}") from error

    def _write(self, text: str, by: str, words: str) -> None:
        """Nothing is written that the till could not start with."""
        read_settings(text, self._path)
        self._take_note()
        if text == self.text():
            return
        self._keep(by, words, text)
        write_file(self._path, text)

    def _take_note(self) -> None:
        """A version of what somebody wrote into the file without this program."""
        text, kept = self.text(), self._kept()
        if text == (kept[0].text if kept else ""):
            return
        try:
            read_settings(text, self._path)
        except WorldError:
            # The till does not start with it, and it may hold what must not be kept: a password in its place.
            return
        self._keep("", BY_HAND, text)

    def _keep(self, by: str, words: str, text: str) -> None:
        number = max((one.number for one in self._kept()), default=0) + 1
        at = self._now().isoformat(timespec="seconds")
        plain = {"number": number, "at": at, "by": by, "words": words, "text": text}
        write_file(self._history / f"{number:06d}.json", json.dumps(plain, ensure_ascii=False, indent=1))

    def _kept(self) -> list[SettingsVersion]:
        found = []
        for path in sorted(self._history.glob("*.json"), reverse=True):
            try:
                found.append(SettingsVersion(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError) as error:
                raise WorldError(f"The version of the settings in {path} cannot be read: {error}") from error
        return found

    def _version(self, number: int) -> SettingsVersion:
        found = next((one for one in self._kept() if one.number == number), None)
        if found is None:
            raise WorldError(f"There is no version {number} of the settings.")
        return found


def _put(table: "TOMLDocument", values: Values) -> None:
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif table.get(key) != value:
            table[key] = value


def write_file(path: Path, text: str) -> None:
    """All of it or nothing, on disk when this returns. Raises WorldError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror or error}.") from error
