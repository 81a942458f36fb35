"""Labels of products: for the shelf or the goods, on the receipt printer or on sheets; those that are due are found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from pos_app.domain.barcodes import Symbology, symbology_of
from pos_app.domain.item import SoldBy
from pos_app.domain.net_content import unit_price
from pos_app.domain.price_list import EVERYBODY
from pos_app.domain.receipt_document import Align, Barcode, Block, Cut, Pair, ReceiptDocument, Size, Text
from pos_app.domain.store import StoreProfile
from pos_app.ports import Clock, Formatter, PriceLists
from pos_app.ports.goods import GoodsBook, Product
from pos_app.services.goods.session import GoodsSession

MOST_COPIES = 99
_MOST_DUE = 500


class Since(StrEnum):
    """From when on a changed price makes a label due."""

    LAST_RUN = "last_run"
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label. unit is the price per kilogram or the like, empty where nothing is known of the content;
    code is empty for a product without a barcode."""

    item_id: str
    name: str
    price: str
    unit: str = ""
    code: str = ""
    copies: int = 1

    @property
    def symbology(self) -> Symbology:
        """The bars of its code."""
        return symbology_of(self.code)


class Labels:
    """The labels of one till. Calls touch the disk, but for document."""

    def __init__(
        self,
        book: GoodsBook,
        price_lists: PriceLists,
        session: GoodsSession,
        *,
        profile: StoreProfile,
        formatter: Formatter,
        clock: Clock,
        bars: Callable[[str, Symbology], str],
    ) -> None:
        """bars gives the modules of a code, one character each; it raises ValueError for what cannot be shown."""
        self._book = book
        self._price_lists = price_lists
        self._session = session
        self._profile = profile
        self._formatter = formatter
        self._clock = clock
        self._bars = bars

    def label_of(self, code: str) -> Label | None:
        """The label of the product with this SKU or barcode, at the price that holds now."""
        product = self._book.product(code.strip())
        return self._label(product) if product is not None else None

    def due(self, since: Since) -> list[Label]:
        """A label for every product whose price changed, also by a price list; the last change first."""
        changed = self._book.labels_due(self._second(since))[:_MOST_DUE]
        products = (self._book.product(due.item_id) for due in changed)
        return [self._label(product) for product in products if product is not None and not product.ended]

    def note_printed(self, labels: Sequence[Label]) -> None:
        """From now on only what changes later is due."""
        self._book.note_label_run(self._session.by, sum(label.copies for label in labels))

    def modules(self, label: Label) -> str:
        """Bars (1) and spaces (0) of its code; empty when there is none that bars can show."""
        try:
            return self._bars(label.code, label.symbology) if label.code else ""
        except ValueError:
            return ""

    def document(self, labels: Iterable[Label]) -> ReceiptDocument:
        """All of them for the receipt printer, cut apart."""
        blocks: list[Block] = []
        for label in labels:
            blocks += [*_blocks(label), Cut()] * max(1, min(label.copies, MOST_COPIES))
        return ReceiptDocument("Labels", tuple(blocks))

    def _label(self, product: Product) -> Label:
        item = product.item
        found = self._price_lists.price_in_force(item.item_id, EVERYBODY, self._clock.now())
        price_minor = found.price_minor if found is not None else item.price_minor
        money = self._formatter.money
        if item.sold_by is SoldBy.WEIGHT:
            price, unit = f"{money(price_minor)} / {self._profile.weight_unit}", ""
        else:
            compared = unit_price(price_minor, product.cells.get("content", ""))
            price, unit = money(price_minor), f"{money(compared.price_minor)} / {compared.unit}" if compared else ""
        return Label(item.item_id, item.name, price, unit, product.codes[0] if product.codes else item.item_id)

    def _second(self, since: Since) -> int:
        now = self._clock.now()
        if since is Since.LAST_RUN and (last_s := self._book.last_label_run_s()):
            return last_s
        days = {Since.TODAY: 0, Since.WEEK: 7}.get(since, 30)
        midnight = datetime.combine(now.date(), time.min, now.tzinfo) - timedelta(days=days)
        return int(midnight.timestamp()) - 1


def _blocks(label: Label) -> list[Block]:
    blocks: list[Block] = [
        Text(label.name, bold=True),
        Text(label.price, Align.RIGHT, Size.DOUBLE, bold=True),
        Pair(label.item_id, label.unit),
    ]
    if label.code:
        blocks.append(Barcode(label.code, label.symbology))
    return blocks
