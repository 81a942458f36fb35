"""Products looked up, put on file, changed now or from a day on, ended and put back on sale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pos_app.domain.return_policy import Condition
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Clock, ItemHit
from pos_app.ports.goods import WAITING, FieldRefusedError, GoodsBook, GoodsChange, Product
from pos_app.services.goods.fields import ProductField, product_fields
from pos_app.services.goods.session import GoodsSession

REASONS = ("New price", "Correction", "New goods", "Season", "Supplier", "Recall")
"""Why products change, to be touched instead of typed."""
_MOST_HITS = 60
_LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product with what was done to it, and what the return policy says about its category."""

    product: Product
    history: Sequence[GoodsChange]
    returns: str = ""

    @property
    def waiting(self) -> list[GoodsChange]:
        """Changes that wait for their day."""
        return [change for change in self.history if change.state == WAITING]


class Products:
    """The products of one till. Calls touch the disk: not on the GUI thread."""

    def __init__(self, book: GoodsBook, session: GoodsSession, profile: StoreProfile, clock: Clock) -> None:
        self._book = book
        self._session = session
        self._profile = profile
        self._clock = clock
        self.fields: tuple[ProductField, ...] = product_fields(profile)

    def count(self) -> int:
        """How many there are."""
        return self._book.count()

    def search(self, text: str) -> list[ItemHit]:
        """As at the counter, with those that are not sold any more; without words the best sellers."""
        return self._book.search(text, _MOST_HITS)

    def view(self, code: str) -> ProductView | None:
        """The product of a SKU or barcode."""
        product = self._book.product(code.strip())
        if product is None:
            return None
        policy = self._profile.return_policy
        clause = next((one for one in policy.clauses if one.fits(product.item.category, Condition.SEALED)), None)
        return ProductView(product, self._book.history(product.item_id), clause.text if clause else "")

    def check(self, item_id: str, cells: Mapping[str, str]) -> None:
        """Whether a product could be like this. Raises FieldRefusedError."""
        if not item_id.strip():
            raise FieldRefusedError("sku", "A product needs a SKU: your own number for it.")
        known = {choice.value for field in self.fields if field.name == "tax_ids" for choice in field.choices}
        for tax_id in cells.get("tax_ids", "").split():
            if tax_id not in known:
                raise FieldRefusedError("tax_ids", f"This store has no tax {tax_id}; it has {', '.join(known)}.")
        self._book.check({**cells, "sku": item_id}, ())

    def save(
        self,
        item_id: str,
        cells: Mapping[str, str],
        codes: Sequence[str] = (),
        *,
        reason: str,
        from_day: date | None = None,
        removed: Sequence[str] = (),
    ) -> GoodsChange:
        """Change a product or put it on file: at once, or when the day begins. Raises CashierError."""
        by, why = self._session.by, " ".join(reason.split())[:_LONGEST_REASON]
        if not why:
            raise CashierError("reason_missing", "Say why: touch a reason or type one.")
        item_id = item_id.strip()
        known = self._book.product(item_id)
        self.check(item_id, {**(known.cells if known is not None else {}), **cells})
        change = self._book.change(
            item_id,
            cells,
            codes,
            by=by,
            reason=why,
            effective_from_s=self._begin_s(from_day) if from_day else 0,
            removed=removed,
        )
        if change is None:
            raise CashierError("no_change", "Nothing was changed: it is like that already.")
        return change

    def end(self, item_id: str, reason: str) -> GoodsChange:
        """It is not sold any more; it still comes back, and can be put back on sale."""
        return self.save(item_id, {"ended": "1"}, reason=reason)

    def put_back_on_sale(self, item_id: str, reason: str) -> GoodsChange:
        """It is sold again."""
        return self.save(item_id, {"ended": ""}, reason=reason)

    def add_barcode(self, item_id: str, code: str) -> GoodsChange:
        """It is found by this barcode too. Raises FieldRefusedError when another product has it."""
        return self.save(item_id, {}, (code,), reason="Barcode added")

    def give_back(self, product: Product, reason: str) -> GoodsChange:
        """Every field is as it was delivered again."""
        return self.save(product.item_id, product.delivered, reason=reason)

    def withdraw(self, change_id: str) -> None:
        """Take a change back that waits for its day. Raises CashierError."""
        self._book.withdraw(change_id, self._session.by)

    def _begin_s(self, day: date) -> int:
        """The first second of a day by the store's clock. Raises CashierError for one that has begun."""
        begin = datetime.combine(day, time.min, ZoneInfo(self._profile.time_zone))
        if begin <= self._clock.now():
            raise CashierError("day_has_begun", "That day has begun. Choose a later one, or Now.")
        return int(begin.timestamp())
