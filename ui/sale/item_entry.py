"""From a code to a line: what is asked before an item is sold, and what put nothing into the basket said aloud."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale

from pos_app.domain.age import latest_birth_date
from pos_app.domain.basket import EntryMethod
from pos_app.domain.item import QUANTITY_SCALE, Item
from pos_app.domain.serial_number import rule_name
from pos_app.errors import CashierError, WorldError
from pos_app.services.approvals import Approval
from pos_app.services.ringing_up import NO_ANSWERS, AddResult, Answers, Need
from ui.messages import Banner, Choice, Question, quantity_question

if TYPE_CHECKING:
    from ui.sale.sale_view_model import SaleViewModel

_MOST_SERIAL_NUMBERS = 50


@dataclass(frozen=True, slots=True)
class SerialRequest:
    """A serial number that is asked for. answer takes what was typed or scanned: words when it cannot be used, else
    none. leave says that there is no number, so that the item is not sold.
    """

    item_name: str
    number_name: str
    hint: str
    answer: Callable[[str], str]
    leave: Callable[[], None]


@dataclass(frozen=True, slots=True)
class WeightRequest:
    """Goods that are weighed. answer takes thousandths of the unit and whether they were typed; cost writes out what
    such a weight comes to. leave says that there is no weight, so that the item is not sold.
    """

    item_name: str
    unit: str
    unit_price: str
    cost: Callable[[int], str]
    answer: Callable[[int, bool], None]
    leave: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be added, and what was answered about it so far. more: further pieces, each with its own number."""

    code: str
    method: EntryMethod
    quantity_milli: int
    answers: Answers = NO_ANSWERS
    piece: int = 1
    pieces: int = 1


class ItemEntry:
    """Adds items for the view model of the sale, asking what they ask for."""

    def __init__(self, sale: SaleViewModel) -> None:
        self._sale = sale

    def ring_up(self, code: str, method: EntryMethod) -> AddResult | None:
        """Add the item of a code. None when it was refused aloud, or when something is asked about it now."""
        return self._try(_Wanted(code, method, self._sale.pending_quantity_milli or QUANTITY_SCALE))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _try(self, wanted: _Wanted) -> AddResult | None:
        sale = self._sale
        try:
            result = sale.services.selling.add_item(
                wanted.code, wanted.quantity_milli, wanted.method, answers=wanted.answers
            )
        except CashierError as error:
            pieces = wanted.quantity_milli // QUANTITY_SCALE
            if error.code == "serial_quantity" and 1 < pieces <= _MOST_SERIAL_NUMBERS:
                return self._try(replace(wanted, quantity_milli=QUANTITY_SCALE, pieces=pieces))
            sale.refuse(Banner("Not added", str(error)))
            return None
        except WorldError as error:
            sale.refuse(Banner("Not added", str(error)))
            return None
        if result.need is not None:
            self._ask(result.need, result, wanted)
            return None
        if result.found:
            sale.added(result)
            if not wanted.answers.came_back:
                sale.serials.look_up(result.line_number)
            if wanted.piece < wanted.pieces:
                answers = replace(wanted.answers, serial_number="", came_back=False)
                self._try(replace(wanted, answers=answers, piece=wanted.piece + 1))
        return result

    def _ask(self, need: Need, result: AddResult, wanted: _Wanted) -> None:
        item = result.item
        assert item is not None
        sale, answers = self._sale, wanted.answers
        sale.pending_quantity_milli = 0
        if need is Need.WEIGHT:
            self._ask_weight(item, wanted)
            return
        assert item.checks is not None
        if need is Need.PAST_ITS_DATE:
            again = self._again(wanted, replace(answers, past_its_date=True))
            sale.ask(self._about_its_date(item, result.detail, again))
        elif need is Need.SERIAL_NUMBER:
            self._ask_serial_number(item, item.checks.serial_rule, wanted)
        elif need is Need.AGE:
            again = self._again(wanted, replace(answers, age_checked=True))
            sale.ask(self._about_age(item, item.checks.minimum_age, again))
        elif need is Need.QUANTITY:
            pieces = wanted.quantity_milli // QUANTITY_SCALE
            again = self._again(wanted, replace(answers, quantity_confirmed=True))
            sale.ask(quantity_question(pieces, result.words, again))
        else:
            again = self._again(wanted, replace(answers, came_back=True))
            sale.ask(self._about_sold_before(item, result, again))

    def _again(self, wanted: _Wanted, answers: Answers) -> Callable[[], None]:
        def act() -> None:
            self._try(replace(wanted, answers=answers))

        return act

    def _about_its_date(self, item: Item, expires_on: str, act: Callable[[], None]) -> Question:
        date = _written_out(datetime.date.fromisoformat(expires_on), self._sale.services.profile.locale)
        return Question(
            "Past its date",
            f"{item.name} was good until {date}, says its code. Take it off the shelf and tell a manager.",
            (
                Choice("Do not sell it", partial(self._not_sold, item)),
                Choice("Sell it all the same", act, "accent"),
            ),
        )

    def _about_age(self, item: Item, years: int, act: Callable[[], None]) -> Question:
        profile, today = self._sale.services.profile, self._sale.services.clock.now().date()
        date = _written_out(latest_birth_date(today, years), profile.locale)
        return Question(
            f"Born on or before {date}?",
            f"{item.name} is sold from the age of {years}. Check an ID. The date of birth is not kept.",
            (Choice("No, do not sell it", partial(self._not_sold, item)), Choice("Yes, I have checked", act, "accent")),
            "id-card",
        )

    def _about_sold_before(self, item: Item, result: AddResult, act: Callable[[], None]) -> Question:
        return Question(
            "Sold before",
            f"{result.words} was sold on receipt {result.detail} and did not come back at this till. Is it the number "
            f"of the {item.name} in your hand?",
            (
                Choice("No, do not sell it", partial(self._not_sold, item)),
                Choice("Yes, it came back elsewhere", act, "accent"),
            ),
        )

    def _not_sold(self, item: Item) -> None:
        self._sale.say(f"{item.name} was not added")

    def _ask_weight(self, item: Item, wanted: _Wanted) -> None:
        sale = self._sale
        services, unit = sale.services, sale.services.profile.weight_unit
        price_minor = services.selling.price_now(item.item_id, item.price_minor)

        def use(weight_milli: int, approval: Approval | None = None, *, by_hand: bool) -> None:
            if by_hand:
                services.weighing.by_hand(item, weight_milli, approval)
            self._try(replace(wanted, answers=replace(wanted.answers, weight_milli=weight_milli)))

        def answer(weight_milli: int, by_hand: bool) -> None:
            sale.with_approval(lambda approval: use(weight_milli, approval, by_hand=by_hand))

        def leave() -> None:
            with sale.one_change():
                sale.miss(wanted.code, "it was not weighed.", sellable=False)

        def cost(weight_milli: int) -> str:
            return services.formatter.money((price_minor * weight_milli + QUANTITY_SCALE // 2) // QUANTITY_SCALE)

        sale.announced.emit(f"Weigh {item.name}", True)
        money = services.formatter.money(price_minor)
        sale.weight_wanted.emit(WeightRequest(item.name, unit, money, cost, answer, leave))

    def _ask_serial_number(self, item: Item, rule: str, wanted: _Wanted) -> None:
        name = rule_name(rule)
        of = f" of piece {wanted.piece} of {wanted.pieces}" if wanted.pieces > 1 else ""
        where = "Scan it from the box, or dial *#06#." if name == "IMEI" else "Scan it from the box or the device."

        def answer(text: str) -> str:
            answered = replace(wanted, answers=replace(wanted.answers, serial_number=text))
            with self._sale.one_change():
                try:
                    self._sale.services.selling.read_serial_number(text, item)
                except CashierError as error:
                    self._sale.heard(str(error))
                    return str(error)
                self._try(answered)
            return ""

        def leave() -> None:
            called = name if name.isupper() else name.lower()
            with self._sale.one_change():
                self._sale.miss(wanted.code, f"no {called} was given.", sellable=False)

        self._sale.announced.emit(f"{name}{of} needed: {item.name}", True)
        self._sale.serial_wanted.emit(SerialRequest(item.name, f"{name}{of}", where, answer, leave))


def _written_out(day: datetime.date, locale: str) -> str:
    return QLocale(locale).toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")
