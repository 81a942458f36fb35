"""Catalogue files: which there are, what is in one, taking it in, taking it back, and writing one."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pos_app.ports.goods import GoodsBook, ImportOutcome, NotTaken, PastImport, RefusedRow
from pos_app.services.goods.session import GoodsSession
from pos_app.services.report_files import harmless

Progress = Callable[[int], None]
Stopped = Callable[[], bool]


class CatalogueFiles:
    """The files of one till. Calls touch the disk, and may take minutes."""

    def __init__(
        self,
        book: GoodsBook,
        session: GoodsSession,
        find: Callable[[], list[Path]],
        not_taken: Callable[[], list[NotTaken]] = list,
    ) -> None:
        self._book = book
        self._session = session
        self._find = find
        self._not_taken = not_taken

    def candidates(self) -> list[Path]:
        """Files that may be catalogues, newest first."""
        return self._find()

    def check(self, path: Path, on_progress: Progress, stopped: Stopped) -> ImportOutcome:
        """What an import would do; nothing is changed. Raises WorldError, and InterruptedError when stopped."""
        return self._book.import_file(
            path, by=self._session.by, rehearse=True, on_progress=on_progress, stopped=stopped
        )

    def take(self, path: Path, on_progress: Progress, stopped: Stopped) -> ImportOutcome:
        """Import it. What was read before it was stopped stays, and can be taken back."""
        return self._book.import_file(
            path, by=self._session.by, rehearse=False, on_progress=on_progress, stopped=stopped
        )

    def past(self) -> list[PastImport]:
        """Imports that were made, newest first."""
        return self._book.imports()

    def not_taken(self) -> list[NotTaken]:
        """Changes of the store's other tills that could not be made here, newest first."""
        return self._not_taken()

    def undo(self, number: int) -> int:
        """Take the last import back; how many products it were. Raises CashierError."""
        return self._book.undo_import(number, self._session.by)

    def export(self) -> Iterator[bytes]:
        """All products as a file that an import would change nothing by."""
        return self._book.export()


def refused_csv(rows: Sequence[RefusedRow]) -> bytes:
    """Rows that could not be taken with line, column and reason; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("line", "refused", "column", "reason", "value"))
    for row in rows:
        what = "row" if row.whole_row else "barcode only"
        writer.writerow((row.line, what, harmless(row.column), harmless(row.reason), harmless(row.value)))
    return out.getvalue().encode()
