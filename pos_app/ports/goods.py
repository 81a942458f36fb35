"""Products as a manager sees and changes them, imports of catalogue files, and labels that are due."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pos_app.domain.item import Item
from pos_app.errors import CashierError
from pos_app.ports.catalogue import ItemHit

WAITING, DONE, WITHDRAWN, FAILED, OVERTAKEN = "waiting", "done", "withdrawn", "failed", "overtaken"
"""States of a change: waits for its day; made; taken back; could not be made here; a later one was there first."""


class FieldRefusedError(CashierError):
    """One field of a product cannot be taken like this; the sentence says why."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__("field_refused", message)
        self.field = name


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the catalogue. cells are its fields as files have them; codes its barcodes as they stand on it.

    delivered has those fields that the store has otherwise than they were delivered. own: the store put it on file
    itself, and no file ever had it.
    """

    item: Item
    cells: Mapping[str, str]
    codes: tuple[str, ...] = ()
    delivered: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    @property
    def item_id(self) -> str:
        """Its SKU."""
        return self.item.item_id

    @property
    def ended(self) -> bool:
        """True when it is not sold any more."""
        return self.item.checks is not None and self.item.checks.ended


@dataclass(frozen=True, slots=True)
class GoodsChange:
    """A change of one product: field -> before and after. effective_from_s is Unix time, 0: when it was made."""

    change_id: str
    item_id: str
    made_at: str
    made_by: str
    reason: str
    fields: Mapping[str, tuple[str, str]]
    codes: tuple[str, ...] = ()
    effective_from_s: int = 0
    state: str = DONE
    removed: tuple[str, ...] = ()
    """Barcodes that the product is not found by any more."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of a file, or one barcode of it, that did not go in."""

    line: int
    column: str
    reason: str
    value: str
    whole_row: bool


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do. number is 0 for a rehearsal."""

    number: int
    file_name: str
    rows: int
    added: int
    changed: int
    unchanged: int
    codes_added: int
    refused: Sequence[RefusedRow] = ()

    @property
    def rows_refused(self) -> int:
        """Rows that did not go in at all."""
        return sum(row.whole_row for row in self.refused)


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import as it is remembered; the last one can be taken back while it says so."""

    number: int
    file_name: str
    made_at: str
    made_by: str
    words: str
    undone: bool
    can_undo: bool


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A change that was made at another till of the store and could not be made here, with the reason."""

    made_at: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabelDue:
    """A product that got another price, and the second it did."""

    item_id: str
    changed_at_s: int


class GoodsBook(Protocol):
    """The products of this till, as whoever changes them sees them. Calls touch the disk: not on the GUI thread."""

    def count(self) -> int:
        """How many products there are."""

    def search(self, text: str, limit: int) -> list[ItemHit]:
        """As the catalogue's search, with products that are not sold any more; without words the best sellers."""

    def product(self, code: str) -> Product | None:
        """The product of a SKU or barcode."""

    def check(self, cells: Mapping[str, str], codes: Sequence[str]) -> None:
        """Read a product as a line of a file would be. Raises FieldRefusedError."""

    def change(
        self,
        item_id: str,
        cells: Mapping[str, str],
        codes: Sequence[str],
        *,
        by: str,
        reason: str,
        effective_from_s: int = 0,
        removed: Sequence[str] = (),
    ) -> GoodsChange | None:
        """Give these fields of a product other values, add barcodes and take removed ones off.

        None when it is like that already. At once, or when that second has come. A product of this SKU that is not
        there is put on file. Raises FieldRefusedError.
        """

    def withdraw(self, change_id: str, by: str) -> None:
        """Take a change back that waits for its day. Raises CashierError when its day has come."""

    def history(self, item_id: str) -> list[GoodsChange]:
        """Changes of a product, newest first."""

    def waiting(self) -> list[GoodsChange]:
        """Changes that wait for their day, the next one first."""

    def apply_due(self) -> list[GoodsChange]:
        """Make the changes whose day has come, each in a commit of its own; they come back with their state."""

    def import_file(
        self,
        path: Path,
        *,
        by: str,
        rehearse: bool,
        on_progress: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> ImportOutcome:
        """Add and change products from a file. Raises WorldError; InterruptedError when it was stopped."""

    def imports(self) -> list[PastImport]:
        """Past imports, newest first."""

    def undo_import(self, number: int, by: str) -> int:
        """What the last import replaced is delivered again, what it added is ended; how many products it were."""

    def export(self) -> Iterator[bytes]:
        """All products as CSV; importing it changes nothing."""

    def labels_due(self, since_s: int) -> list[LabelDue]:
        """Products whose price changed since then, also by a price list; the last change first."""

    def last_label_run_s(self) -> int:
        """When labels of changed prices were printed last; 0: never."""

    def note_label_run(self, by: str, labels: int) -> None:
        """They were printed now."""
