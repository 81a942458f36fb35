"""Partner earnings from a CSV file. What is refused is written beside the file, with row and column: nothing of it is
lost, and the file can be imported again as often as need be.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sync.membership import MAXIMUM_PARTNER_ROWS, PartnerEarning, PartnerRowResult

COLUMNS = ("reference", "points", "earned_on", "email", "card_number", "text")
_NEEDED = ("reference", "points", "earned_on")
_MAXIMUM_FIELD = 4096


class FileError(Exception):
    """A file that cannot be read as a whole; the text says why."""


@dataclass(slots=True)
class Imported:
    """How many rows counted, had counted before, and were refused; report is the file that names the latter."""

    applied: int = 0
    duplicate: int = 0
    refused: int = 0
    report: Path | None = None


def import_file(path: Path, post: Callable[[list[PartnerEarning]], list[PartnerRowResult]]) -> Imported:
    """Post the rows of a file. Raises FileError for one without the columns, OSError when it cannot be read.

    The first row names the columns: reference, points, earned_on (ISO), email or card_number, and text if wanted.
    """
    imported = Imported()
    refused: list[tuple[int, str, str]] = []
    batch: list[tuple[int, PartnerEarning]] = []

    def flush() -> None:
        results = post([earning for _, earning in batch]) if batch else []
        for (number, _), result in zip(batch, results, strict=True):
            if result.status == "refused":
                column, _, reason = result.reason.partition(": ")
                refused.append((number, column, reason))
            elif result.status == "duplicate":
                imported.duplicate += 1
            else:
                imported.applied += 1
        batch.clear()

    for number, row in _rows(path):
        earning = _earning(row)
        if isinstance(earning, tuple):
            refused.append((number, *earning))
            continue
        batch.append((number, earning))
        if len(batch) == MAXIMUM_PARTNER_ROWS:
            flush()
    flush()
    imported.refused = len(refused)
    imported.report = _report(path, sorted(refused))
    return imported


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers as an editor shows them, and the row's fields by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            missing = [name for name in _NEEDED if name not in names]
            if missing or not {"email", "card_number"} & set(names):
                wanted = ", ".join(missing) or "email or card_number"
                raise FileError(f"{path} has no column {wanted}; the first row names the columns: {', '.join(COLUMNS)}")
            reader.fieldnames = names
            for row in reader:
                extra = row.pop(None, None)
                fields = {name: (value or "").strip() for name, value in row.items()}
                yield reader.line_num, fields | ({"": "more fields than columns"} if extra else {})
        except (csv.Error, UnicodeDecodeError) as error:
            raise FileError(f"{path} cannot be read as CSV in UTF-8, at line {reader.line_num}: {error}") from error


def _earning(row: dict[str, str]) -> PartnerEarning | tuple[str, str]:
    """The row as a message, or the column and the reason for which it is none."""
    if "" in row:
        return "", row[""]
    points = row["points"].replace(",", "")
    if not (points.isascii() and points.isdigit()) or len(points) > 12:
        return "points", "that is no whole number of points"
    if any(len(value) > _MAXIMUM_FIELD for value in row.values()):
        return "", "a field is too long"
    fields = {name: row[name] for name in COLUMNS if row.get(name)}
    try:
        return msgspec.convert(fields | {"points": int(points)}, PartnerEarning)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        return place.strip("`.") or "", reason


def _report(path: Path, refused: list[tuple[int, str, str]]) -> Path | None:
    """Write what was refused beside the file; of an earlier import nothing is left."""
    report = path.with_name(f"{path.name}.refused.csv")
    if not refused:
        report.unlink(missing_ok=True)
        return None
    with report.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "column", "reason"))
        writer.writerows(refused)
    return report
