"""Putting items into the sale: what a code means, what an item asks for before it is sold, and the line it makes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pos_app.domain.basket import Basket, BasketError, BasketLine, EntryMethod, same_goods
from pos_app.domain.fee_table import fees_by_themselves
from pos_app.domain.item import QUANTITY_SCALE, Item, ItemChecks, SoldBy
from pos_app.domain.pricing import PricedLine, price
from pos_app.domain.scan_code import ScannedCode, UnreadCode
from pos_app.domain.serial_number import SerialNumberError, read_serial_number
from pos_app.errors import CashierError
from pos_app.ports import Gs1Reader
from pos_app.services.current_sale import CurrentSale
from pos_app.services.scanning import CodeFinder

_NO_CHECKS = ItemChecks()


class Need(StrEnum):
    """What has to be answered before an item is in the basket."""

    PAST_ITS_DATE = "past_its_date"
    WEIGHT = "weight"
    AGE = "age"
    QUANTITY = "quantity"
    SERIAL_NUMBER = "serial_number"
    SERIAL_NUMBER_SOLD = "serial_number_sold"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the associate answered so far; came_back: the piece of this serial number was sold, and returned since;
    past_its_date: goods whose date is over are meant to be sold. weight_milli is what the goods weigh, in thousandths
    of the store's unit.
    """

    weight_milli: int = 0
    past_its_date: bool = False
    age_checked: bool = False
    quantity_confirmed: bool = False
    serial_number: str = ""
    came_back: bool = False


NO_ANSWERS = Answers()


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of a code: the line it went to, what has to be answered first, or the reason why there is none.

    words say what is wrong and what to do, to stand after the code; detail belongs to the need. former_price_minor is
    what the lines of the code cost before, when this scan found a lower price; kept_price_minor is what the pieces
    before it still cost, when it found a higher one.
    """

    code: str
    item: Item | None = None
    line_number: int = 0
    merged: bool = False
    reason: str = ""
    words: str = ""
    need: Need | None = None
    detail: str = ""
    former_price_minor: int | None = None
    kept_price_minor: int | None = None

    @property
    def found(self) -> bool:
        """True when the basket has the item now."""
        return self.line_number > 0


class QuantityLimitError(CashierError):
    """More pieces than the item's limit: somebody has to say that it is meant."""


class RingingUp(CurrentSale):
    """The items of the sale under way. read_gs1 makes GS1 codes readable; without it they are unknown codes."""

    def __init__(self, *, read_gs1: Gs1Reader | None = None, **parts: Any) -> None:
        super().__init__(**parts)
        self.codes = CodeFinder(self._catalogue, self.profile, read_gs1)
        self.asks_weight = False
        """True where goods sold by weight are weighed before they are in the basket; else a line begins with one."""

    def add_item(
        self,
        code: str,
        quantity_milli: int = QUANTITY_SCALE,
        entry_method: EntryMethod = EntryMethod.SCANNED,
        *,
        merge: bool | None = None,
        answers: Answers = NO_ANSWERS,
    ) -> AddResult:
        """Ring up the item of a code. A code without an item changes nothing and comes back with the reason.

        Neither does an item that asks for something: it comes back with the need, and is added by the same call with
        the answer. Raises CashierError when the sale cannot take items now, or not this one, or not this quantity.
        """
        found = self.codes.find(code)
        if isinstance(found, UnreadCode):
            return AddResult(found.code, reason=found.fault.value, words=found.words)
        item, scanned = self._with_fees(found.item), found.scanned
        if tax_id := self._rules.unknown_tax(item):
            raise CashierError(
                "unknown_tax", f"{item.name} cannot be sold: this store has no tax {tax_id!r}. Tell a manager."
            )
        if scanned.quantity_milli:
            quantity_milli = scanned.quantity_milli * quantity_milli // QUANTITY_SCALE
        if scanned.expires_on and not answers.past_its_date and scanned.expires_on < self._today():
            return AddResult(scanned.code, item, need=Need.PAST_ITS_DATE, detail=scanned.expires_on)
        weighs = self.asks_weight and item.sold_by is SoldBy.WEIGHT
        if weighs and not (scanned.quantity_milli or scanned.price_minor):
            if not answers.weight_milli:
                return AddResult(scanned.code, item, need=Need.WEIGHT)
            quantity_milli = answers.weight_milli
        after, serial_number = self._basket, ""
        if item.checks is not None:
            asked = self._checked(item, item.checks, scanned, quantity_milli, answers)
            if isinstance(asked, AddResult):
                return asked
            after, serial_number = asked
        item, price_reason = self._as_labelled(item, scanned)
        merges = self.profile.merge_same_item if merge is None else merge
        list_price = None if price_reason else self.prices.price_of(item.item_id, self._occasion(self._sale))

        def change(basket: Basket) -> Basket:
            alone = bool(serial_number or price_reason or answers.weight_milli)
            if not price_reason:
                basket = basket.take_price(item, scanned.code, list_price)
            basket = basket.add(item, scanned.code, quantity_milli, entry_method, merges and not alone, list_price)
            line_number = basket.lines[-1].line_number
            if price_reason:
                basket = basket.set_price(line_number, scanned.price_minor, price_reason)
            return basket.set_serial_number(line_number, serial_number) if serial_number else basket

        return self._add(after, change, item, scanned.code)

    def add_unlisted(self, item: Item, code: str, quantity_milli: int) -> AddResult:
        """Ring up something that is not on file, as an item made for it. Raises CashierError."""
        return self._add(
            self._basket, lambda basket: basket.add(item, code, quantity_milli, EntryMethod.DEPARTMENT), item, code
        )

    def price_now(self, item_id: str, catalogue_minor: int) -> int:
        """The price in force in this sale of an item whose catalogue price is known, before promotions."""
        found = self.prices.price_of(item_id, self._occasion(self._sale))
        return catalogue_minor if found is None else found.price_minor

    def price_alone(self, item: Item, code: str) -> PricedLine:
        """What one piece would cost in this sale if nothing else were in it. Raises CashierError."""
        item = self._with_fees(item)
        occasion = self._occasion(self._sale)
        rules = self.prices.rules(self.prices.edition_id(occasion.at), occasion.at)
        try:
            basket = Basket().add(item, code, list_price=self.prices.price_of(item.item_id, occasion))
            return price(basket, rules, occasion=occasion).lines[0]
        except (BasketError, KeyError) as error:
            raise CashierError("no_price", f"{item.name} has no price at this store: {error}") from error

    def set_quantity(self, line_number: int, quantity_milli: int, *, confirmed: bool = False) -> None:
        """Sell another quantity on a line; confirmed: more than the item's limit is meant.

        Raises QuantityLimitError when that has to be asked, and CashierError.
        """

        def change() -> Basket:
            basket = self._basket
            item = basket.line(line_number).item
            others = sum(line.quantity_milli for line in _lines_of(basket, item) if line.line_number != line_number)
            if item.checks is not None and _above_limit(basket, item, others + quantity_milli):
                if not confirmed:
                    raise QuantityLimitError("quantity_limit", _limit_words(item))
                basket = basket.confirm_quantity(item.item_id)
            return basket.set_quantity(line_number, quantity_milli)

        self._apply(self._attempt(change))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _today(self) -> str:
        """The day by the store's clock, as in a code's date."""
        return self._clock.now().date().isoformat()

    def _add(self, before: Basket, change: Callable[[Basket], Basket], item: Item, code: str) -> AddResult:
        after = self._attempt(lambda: change(before))
        self._apply(after)
        changed = next(
            new for new, old in zip(reversed(after.lines), _aligned(after, before), strict=True) if new is not old
        )
        merged = len(after.lines) == len(before.lines)
        both = zip(before.lines, after.lines, strict=False)
        former = [
            old.unit_price_minor for old, new in both if old is not new and old.unit_price_minor != new.unit_price_minor
        ]
        kept = None
        if not merged and not changed.price_reason:
            cheaper = (one for one in before.lines if one.unit_price_minor < changed.unit_price_minor)
            kept = next((one.unit_price_minor for one in cheaper if same_goods(one, item, code)), None)
        return AddResult(
            code,
            item,
            changed.line_number,
            merged=merged,
            former_price_minor=former[0] if former else None,
            kept_price_minor=kept,
        )

    def _checked(
        self, item: Item, checks: ItemChecks, scanned: ScannedCode, quantity_milli: int, answers: Answers
    ) -> tuple[Basket, str] | AddResult:
        """The basket with what was answered and the serial number, or the first thing that has to be answered."""
        if checks.ended:
            raise CashierError("ended", f"{item.name} is not sold any more. A manager can put it back on sale.")
        basket = self._basket
        if checks.minimum_age > basket.age_checked:
            if not answers.age_checked:
                return AddResult(scanned.code, item, need=Need.AGE)
            basket = basket.check_age(checks.minimum_age)
        in_basket = sum(line.quantity_milli for line in _lines_of(basket, item))
        if _above_limit(basket, item, in_basket + quantity_milli):
            if not answers.quantity_confirmed:
                return AddResult(scanned.code, item, need=Need.QUANTITY, words=_limit_words(item))
            basket = basket.confirm_quantity(item.item_id)
        if not checks.serial_rule:
            return basket, ""
        if quantity_milli != QUANTITY_SCALE:
            raise CashierError("serial_quantity", f"{item.name} is sold one by one, each with its own number.")
        return self._with_serial_number(basket, item, checks.serial_rule, scanned, answers)

    def _with_serial_number(
        self, basket: Basket, item: Item, rule: str, scanned: ScannedCode, answers: Answers
    ) -> tuple[Basket, str] | AddResult:
        if answers.serial_number:
            serial_number = self.read_serial_number(answers.serial_number, item)
        else:
            try:
                serial_number = read_serial_number(scanned.serial_number, rule)
            except SerialNumberError:
                return AddResult(scanned.code, item, need=Need.SERIAL_NUMBER)
            self._refuse_second(serial_number, item)
        receipt_number = "" if answers.came_back else self._sold_on(serial_number, item)
        if receipt_number:
            need = Need.SERIAL_NUMBER_SOLD
            return AddResult(scanned.code, item, need=need, detail=receipt_number, words=serial_number)
        return basket, serial_number

    def read_serial_number(self, text: str, item: Item) -> str:
        """A serial number as the item wants it, of a piece that is not in the basket yet. Raises CashierError."""
        if not isinstance(self.codes.find(text), UnreadCode):
            raise CashierError("serial_number", "That is a product's code. Scan the serial number beside it.")
        try:
            serial_number = read_serial_number(text, (item.checks or _NO_CHECKS).serial_rule)
        except SerialNumberError as error:
            raise CashierError("serial_number", str(error)) from error
        self._refuse_second(serial_number, item)
        return serial_number

    def _refuse_second(self, serial_number: str, item: Item) -> None:
        if any(line.serial_number == serial_number for line in _lines_of(self._basket, item)):
            raise CashierError("serial_in_basket", f"{serial_number} is in the basket already. Take the next piece.")

    def _sold_on(self, serial_number: str, item: Item) -> str:
        """The receipt of the piece of this serial number that this till sold and nobody brought back here, or empty."""
        entry = self._storage.sale_of_serial(serial_number)
        if entry is None:
            return ""
        sale = json.loads(entry.payload)
        sold = {
            line["line_number"]
            for line in sale["lines"]
            if line.get("serial_number") == serial_number and line["item_id"] == item.item_id and not line["voided"]
        }
        receipt_number = str(sale["header"]["receipt_number"])
        for returned in self._storage.returns_of(receipt_number):
            sold -= {line["line_number"] for line in json.loads(returned.payload)["lines"]}
        return receipt_number if sold else ""

    def _with_fees(self, item: Item) -> Item:
        """The item with the fees that the store's table has for it."""
        if not self.profile.fees:
            return item
        fees = fees_by_themselves(self.profile.fees, item, self.profile.region)
        return replace(item, fees=item.fees + fees) if fees else item

    def _as_labelled(self, item: Item, scanned: ScannedCode) -> tuple[Item, str]:
        """The item as its label sells it: one package at the label's price, with the weight that it stands for."""
        if not scanned.price_minor:
            return item, ""
        if item.sold_by is not SoldBy.WEIGHT or not item.price_minor:
            return item, "Price on the label"
        weight_milli = (scanned.price_minor * QUANTITY_SCALE + item.price_minor // 2) // item.price_minor
        unit_price = self.profile.currency.decimal_text(item.price_minor)
        unit = self.profile.weight_unit
        weight = f"{weight_milli // QUANTITY_SCALE}.{weight_milli % QUANTITY_SCALE:03d} {unit}"
        return replace(item, sold_by=SoldBy.EACH), f"{weight} at {unit_price}/{unit}"


def _lines_of(basket: Basket, item: Item) -> list[BasketLine]:
    return [line for line in basket.lines if not line.voided and line.item.item_id == item.item_id]


def _above_limit(basket: Basket, item: Item, quantity_milli: int) -> bool:
    limit = (item.checks or _NO_CHECKS).quantity_limit
    return 0 < limit * QUANTITY_SCALE < quantity_milli and item.item_id not in basket.confirmed_quantities


def _limit_words(item: Item) -> str:
    limit = (item.checks or _NO_CHECKS).quantity_limit
    return f"{item.name} is usually sold up to {limit} in one sale."


def _aligned(after: Basket, before: Basket) -> list[object]:
    """The lines of before, last first, with a gap where after has one line more."""
    gap: list[object] = [None] * (len(after.lines) - len(before.lines))
    return [*gap, *reversed(before.lines)]
