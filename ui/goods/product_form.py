"""Every field of a product to type or choose; what cannot be taken is said at its field before anything is reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pos_app.ports.goods import FieldRefusedError, Product
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import Choice, ProductField
from ui.goods.choosing import ChoiceField
from ui.goods.form_page import GoodsForm

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_NOT_CELLS = ("sku", "barcodes", "removed")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a product is to become; without a product it is a new one. codes: barcodes to add; removed: to take off."""

    product: Product | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    item_id: str = ""
    from_form: bool = False
    removed: tuple[str, ...] = ()

    @classmethod
    def of(cls, product: Product) -> Draft:
        """The product as it is."""
        return cls(product, dict(product.cells), (), product.item_id)

    @property
    def sku(self) -> str:
        """Of the product, or as it was typed."""
        return self.product.item_id if self.product is not None else self.item_id

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Field -> before and after."""
        before = self.product.cells if self.product is not None else {}
        return {
            name: (before.get(name, ""), after)
            for name, after in self.cells.items()
            if after != before.get(name, "") and name != "sku"
        }


def _removable(codes: Sequence[str] = ()) -> ProductField:
    """Barcodes that the product has."""
    choices = tuple(Choice(code, code) for code in codes)
    return ProductField("removed", "Barcodes to remove", "none", choices, several=True)


class ProductForm(GoodsForm):
    """The fields of a product, and barcodes that are scanned."""

    title = "Edit a product"
    on, on_icon = "Review the change", "list-checks"
    reviewed = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._product: Product | None = None
        self.scanned: tuple[str, ...] = ()
        """Barcodes to add; a scan never types into a field."""
        self.add(
            ProductField("sku", "SKU", "your own number for it"),
            ProductField("barcodes", "Barcodes to add", "scan them, or type"),
            _removable(),
            *parts.products.fields,
        )

    def open(self, draft: Draft) -> None:
        """Begin with these values."""
        self._product = draft.product
        heading = draft.product.item.name if draft.product is not None else "A new product"
        codes = draft.product.codes if draft.product is not None else ()
        self._removed.ask_for(_removable(codes))
        self._removed.setEnabled(bool(codes))
        self.fill(heading, {**draft.cells, "sku": draft.sku, "removed": " ".join(draft.removed)})
        self.scanned = draft.codes
        self._show_scanned()
        self.fields["sku"].setEnabled(draft.product is None)
        self.fields["name" if draft.product is not None else "sku"].setFocus()

    @property
    def _removed(self) -> ChoiceField:
        part = self.fields["removed"]
        assert isinstance(part, ChoiceField)
        return part

    def take_scan(self, code: str) -> bool:
        """A scan is one more barcode of the product."""
        if code not in self.scanned:
            self.scanned = (*self.scanned, code)
        self._show_scanned()
        return True

    def _show_scanned(self) -> None:
        if self.scanned:
            self.show_result(TrialReport(True, f"Barcodes to add: {', '.join(self.scanned)}"))

    def _draft(self) -> Draft:
        cells = {name: self.value(name) for name in self.fields if name not in _NOT_CELLS}
        before = self._product.cells if self._product is not None else {"ended": ""}
        codes = tuple(dict.fromkeys((*self.scanned, *self.value("barcodes").split())))
        removed = tuple(self.value("removed").split())
        return Draft(self._product, {**before, **cells}, codes, self.value("sku"), from_form=True, removed=removed)

    def go_on(self) -> None:
        """Whether it can be like this is asked first, where the fields are in sight."""
        draft = self._draft()
        if draft.product is not None and not (draft.changes or draft.codes or draft.removed):
            self.blame("", "Nothing was changed yet.")
            return

        def check() -> FieldRefusedError | None:
            try:
                self.parts.products.check(draft.sku, draft.cells)
            except FieldRefusedError as error:
                return error
            return None

        self.work(check, lambda refused: self._checked(draft, refused))

    def _checked(self, draft: Draft, refused: FieldRefusedError | None) -> None:
        if refused is None:
            self.reviewed.emit(draft)
        else:
            self.blame(refused.field, str(refused))
