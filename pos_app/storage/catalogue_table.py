"""Tables of catalogue files: CSV and JSON with the same rows, and the refusals of those that cannot be read."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TextIO

from pos_app.errors import WorldError

_MOST_LINES_PER_ROW = 50
_COLUMNS_FROM_ROWS = 200
"""So many objects of a JSON file are looked at for the names of its columns."""
_LARGEST_JSON = 200_000_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that did not go in; or, where the product did, one barcode of it that did not."""

    line: int
    column: str
    reason: str
    value: str = ""
    whole_row: bool = True


class BadValueError(ValueError):
    """A value that cannot be taken; the text is the reason."""


class Table(Protocol):
    """A file's rows under the names of its columns."""

    path: Path
    columns: list[str]

    def close(self) -> None:
        """Close the file."""

    def rows(self) -> Iterator[tuple[int, list[str] | Refusal]]:
        """Line number and values of each row, or why it cannot be read. Empty lines are skipped."""


def open_table(path: Path, encoding: str = "utf-8-sig") -> Table:
    """The table of a file: JSON when it is called so, else CSV. Raises WorldError."""
    return (
        JsonTable(path, encoding) if path.suffix.lower() in (".json", ".jsonl", ".ndjson") else CsvTable(path, encoding)
    )


class CsvTable:
    """A CSV file with a header: a BOM, any line ends and the usual separators are understood."""

    def __init__(self, path: Path, encoding: str = "utf-8-sig") -> None:
        """Read the header. Raises WorldError when the file cannot be read or has none."""
        self.path = path
        try:
            # A row that is not of this encoding is refused by itself, not with the file.
            self._file = path.open(encoding=encoding, errors="surrogateescape", newline="")
            first = self._file.readline()
        except (OSError, LookupError) as error:
            raise WorldError(f"{path} cannot be read: {error}") from error
        self._file.seek(0)
        separator = max(",;\t|", key=first.count)
        self._reader = csv.reader(self._file, delimiter=separator)
        self.columns = [column.strip() for column in next(self._reader, [])]
        if not any(self.columns):
            self.close()
            raise WorldError(f"{path} is empty: the first line must name the columns.")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def rows(self) -> Iterator[tuple[int, list[str] | Refusal]]:
        """Line number and values of each row, or why it cannot be read. Empty lines are skipped."""
        while True:
            line = self._reader.line_num + 1
            try:
                values = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, Refusal(line, "", f"the row cannot be read: {error}")
                continue
            if not values:
                continue
            lines = self._reader.line_num - line + 1
            if lines > _MOST_LINES_PER_ROW:
                yield line, Refusal(line, "", f"the row goes on for {lines} lines: a quotation mark is not closed")
            elif len(values) != len(self.columns):
                reason = f"the row has {len(values)} columns, the header has {len(self.columns)}"
                yield line, Refusal(line, "", reason)
            else:
                yield line, values


class JsonTable:
    """An array of objects, or one object in each line; the names in the objects are the columns."""

    def __init__(self, path: Path, encoding: str = "utf-8-sig") -> None:
        """Find the columns. Raises WorldError when the file cannot be read or holds no objects."""
        self.path = path
        try:
            self._file = path.open(encoding=encoding, errors="surrogateescape")
            self._objects = self._of_array() if self._begins_array(self._file) else self._of_lines()
        except (OSError, LookupError) as error:
            raise WorldError(f"{path} cannot be read: {error}") from error
        self._first = [entry for _, entry in zip(range(_COLUMNS_FROM_ROWS), self._objects, strict=False)]
        self.columns = list(
            dict.fromkeys(key.strip() for _, entry in self._first if isinstance(entry, dict) for key in entry)
        )
        if not self.columns:
            self.close()
            raise WorldError(f"{path} holds no products: an array of objects, or one object in each line.")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def rows(self) -> Iterator[tuple[int, list[str] | Refusal]]:
        """Number and values of each object. A name that none of the first objects had is a refusal."""
        known = set(self.columns)
        for number, entry in chain(self._first, self._objects):
            if not isinstance(entry, dict):
                yield number, entry if isinstance(entry, Refusal) else Refusal(number, "", "this is no object")
                continue
            cells = {key.strip(): value for key, value in entry.items()}
            further = sorted(cells.keys() - known)
            if further:
                yield number, Refusal(number, further[0], "the objects before have no such name")
            elif nested := [key for key, value in cells.items() if isinstance(value, dict)]:
                yield number, Refusal(number, nested[0], "an object within the object")
            else:
                yield number, [_cell(cells.get(column)) for column in self.columns]

    @staticmethod
    def _begins_array(file: TextIO) -> bool:
        first = next((line for line in file if line.strip()), "").lstrip()
        file.seek(0)
        return first.startswith("[")

    def _of_array(self) -> Iterator[tuple[int, Any]]:
        """An array is read whole: it has no lines."""
        try:
            if self.path.stat().st_size > _LARGEST_JSON:
                raise WorldError(f"{self.path} is too large for an array. Write one object in each line (JSON Lines).")
            entries = json.load(self._file, parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as error:
            raise WorldError(f"{self.path} is no valid JSON: {error}") from error
        return iter(list(enumerate(entries, 1)))

    def _of_lines(self) -> Iterator[tuple[int, Any]]:
        for number, line in enumerate(self._file, 1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line, parse_float=str, parse_int=str)
            except (ValueError, RecursionError) as error:
                yield number, Refusal(number, "", f"the line is no valid JSON: {error}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return " ".join(_cell(one) for one in value)
    return str(value)
