"""Promotions in the window: what runs, will run and has ended; those of the store's own added, changed and ended."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pos_app.domain.promotion_document import WEEKDAYS
from pos_app.domain.promotions import Promotion
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Clock
from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.prices import PromotionBookFile, StoredPromotion
from pos_app.services.goods.fields import Choice, ProductField
from pos_app.services.goods.session import GoodsSession

_LISTS = ("categories", "codes", "brands")
_NUMBERS = ("buy", "get", "limit")
_NEEDS = {
    "percent": ("percent",),
    "amount": ("amount",),
    "buy_get": ("buy", "get"),
    "bundle": ("buy", "price"),
    "threshold": ("minimum",),
}
KINDS = (
    Choice("percent", "Percent off"),
    Choice("amount", "Amount off"),
    Choice("buy_get", "Buy some, get some"),
    Choice("bundle", "So many for one price"),
    Choice("threshold", "From an amount on"),
)


@dataclass(frozen=True, slots=True)
class PromotionView:
    """A promotion with its state now (future, running or ended) and what it gives, in words."""

    stored: StoredPromotion
    state: str
    words: str

    @property
    def promotion(self) -> Promotion:
        """As it is computed with."""
        return self.stored.promotion


class PromotionsDesk:
    """The promotions of one till. sale_is_open: no promotion changes under a sale that was begun with it."""

    def __init__(
        self,
        book: PromotionBookFile,
        session: GoodsSession,
        profile: StoreProfile,
        clock: Clock,
        sale_is_open: Callable[[], bool],
    ) -> None:
        self._book = book
        self._session = session
        self._profile = profile
        self._clock = clock
        self._sale_is_open = sale_is_open

    def read_only(self) -> bool:
        """True when the head office's promotions are in force: they are changed there."""
        return self._book.delivered()

    def promotions(self) -> list[PromotionView]:
        """Running ones first, then those to come, then those that ended."""
        now, money = self._clock.now(), self._profile.currency
        views = [
            PromotionView(one, _state(one.promotion, now), one.promotion.explained(money))
            for one in self._book.promotions()
        ]
        order = ("running", "future", "ended")
        return sorted(
            views, key=lambda view: (order.index(view.state), view.promotion.name or view.promotion.promotion_id)
        )

    def save(self, cells: Mapping[str, str], reason: str, *, promotion_id: str = "") -> None:
        """Add a promotion, or change one. Raises FieldRefusedError, and CashierError."""
        self._may_change(reason)
        plain = plain_of(cells)
        before = next((one.plain for one in self._book.promotions() if one.promotion.promotion_id == promotion_id), {})
        plain = _with_what_forms_lack(plain, before)
        plain["id"] = promotion_id or self._free_id(str(plain.get("name", "")))
        self._put(plain, reason)

    def end(self, view: PromotionView, reason: str) -> None:
        """It ends now, or never begins. Raises CashierError."""
        self._may_change(reason)
        at = self._clock.now().replace(microsecond=0) - timedelta(seconds=1)
        plain = {**view.stored.plain, "to": at.isoformat()}
        begins = view.promotion.starts_at
        if begins is not None and begins > at:
            plain["from"] = at.isoformat()
        self._put(plain, reason)

    def _put(self, plain: Mapping[str, Any], reason: str) -> None:
        self._book.put(plain, self._session.by, reason.strip())

    def _may_change(self, reason: str) -> None:
        if self.read_only():
            raise CashierError("read_only", "These promotions are the head office's. They are changed there.")
        if not reason.strip():
            raise FieldRefusedError("reason", "Say why: touch a reason or type one.")
        if self._sale_is_open():
            raise CashierError("sale_open", "A sale is under way and keeps its promotions. Finish or park it first.")

    def _free_id(self, name: str) -> str:
        if not name:
            raise FieldRefusedError("name", "A promotion needs a name: it stands on the receipt.")
        wanted = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "promotion"
        taken = {one.promotion.promotion_id for one in self._book.promotions()}
        free = (f"{wanted}-{number}" if number > 1 else wanted for number in range(1, len(taken) + 2))
        return next(one for one in free if one not in taken)


def promotion_fields(profile: StoreProfile) -> tuple[ProductField, ...]:
    """What a form asks for."""
    example = profile.currency.decimal_text(1000)
    return (
        ProductField("name", "Name", "as it stands on the receipt"),
        ProductField("kind", "What it gives", choices=KINDS),
        ProductField("percent", "Percent", "such as 10"),
        ProductField("amount", "Amount off", f"such as {example}"),
        ProductField("buy", "Pieces to buy", "such as 2"),
        ProductField("get", "Pieces less", "such as 1"),
        ProductField("price", "Price for all", f"such as {example}"),
        ProductField("minimum", "From an amount of", "empty for none"),
        ProductField("categories", "Categories", "with commas; empty for all"),
        ProductField("codes", "SKUs or barcodes", "scan them; empty for all"),
        ProductField("brands", "Brands", "with commas; empty for all"),
        ProductField("from", "First day", "such as 2026-12-01"),
        ProductField("to", "Last day", "such as 2026-12-24"),
        ProductField("weekdays", "Weekdays", "mon tue; empty for all"),
    )


def cells_of(stored: StoredPromotion) -> dict[str, str]:
    """A promotion as the form shows it."""
    plain = stored.plain
    scope = plain.get("scope", {})
    cells = {
        key: str(value) for key, value in plain.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }
    cells |= {name: ", ".join(scope.get(name, ())) for name in _LISTS}
    cells["kind"] = _kind(plain)
    cells["weekdays"] = " ".join(plain.get("weekdays", ()))
    for key in ("from", "to"):
        value = plain.get(key)
        cells[key] = "" if value is None else value if isinstance(value, str) else value.isoformat()
    return cells


def plain_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """A form as a promotion's document has it. Raises FieldRefusedError."""
    kind = cells.get("kind", "")
    plain: dict[str, Any] = {"kind": kind, "name": cells.get("name", "").strip()}
    for name in _NEEDS.get(kind, ()):
        if not cells.get(name, "").strip():
            raise FieldRefusedError(name, "This kind of promotion needs it.")
    for name in ("percent", "amount", "price", "minimum", "from", "to"):
        if text := cells.get(name, "").strip():
            plain[name] = text
    for name in _NUMBERS:
        if text := cells.get(name, "").strip():
            if not text.isdecimal():
                raise FieldRefusedError(name, "This is a whole number.")
            plain[name] = int(text)
    if weekdays := cells.get("weekdays", "").lower().replace(",", " ").split():
        if wrong := [day for day in weekdays if day not in WEEKDAYS]:
            raise FieldRefusedError("weekdays", f"{wrong[0]} is none of {' '.join(WEEKDAYS)}.")
        plain["weekdays"] = weekdays
    scope = {name: names for name in _LISTS if (names := _names(cells.get(name, ""), name))}
    if scope:
        plain["scope"] = scope
    return plain


def _with_what_forms_lack(plain: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What a form does not ask for stays as it was: how a promotion stacks, is paid for, and whom it is for."""
    kept = ("group", "priority", "paid_with")
    if _kind(before) == plain["kind"]:
        kept += ("each", "limit", *(("get", "percent") if plain["kind"] == "buy_get" else ()))
    scope = {key: value for key, value in before.get("scope", {}).items() if key not in _LISTS and key != "all"}
    made = {**{key: before[key] for key in kept if key in before}, **plain}
    if scope := {**scope, **plain.get("scope", {})}:
        made["scope"] = scope
    return made


def _kind(plain: Mapping[str, Any]) -> str:
    """One of those that a form offers."""
    return "bundle" if plain.get("kind") == "mix_and_match" else str(plain.get("kind", ""))


def _names(text: str, field: str) -> list[str]:
    """Separated by commas; codes by spaces too."""
    parts: Sequence[str] = re.split(r"[,;]" if field != "codes" else r"[,;\s]", text)
    return [" ".join(part.split()) for part in parts if part.strip()]


def _state(promotion: Promotion, now: datetime) -> str:
    if promotion.ends_at is not None and promotion.ends_at < now:
        return "ended"
    return "future" if promotion.starts_at is not None and promotion.starts_at > now else "running"
