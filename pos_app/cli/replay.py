"""`replay`: ring up a real till's log again and compare every sale's discount, tax and total with it."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pos_app.bootstrap import Register, open_register
from pos_app.cli.till_log import Rung, Ticket, read_tickets
from pos_app.domain.basket import Discount
from pos_app.domain.item import QUANTITY_SCALE, Item, ItemKind, SoldBy
from pos_app.domain.money import currency
from pos_app.domain.operator import Operator, Role
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.rounding import divide
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import RATE_SCALE, TaxRate, TaxRounding
from pos_app.errors import CashierError, WorldError
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.keys import KeyFile
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile

GENERAL, PREPARED_FOOD = "1", "2"
"""The log's tax codes, which are the ids of the taxes here."""
TAXES = (
    TaxRate(GENERAL, 78_750, name="General"),
    TaxRate(PREPARED_FOOD, 101_250, name="Prepared food"),
)
_DIFFERS, _UNREADABLE = 1, 2

HALF_CENT = "the log rounds a half cent of its discount down, and we up"
PART_OF_A_CENT = "the log taxes the price less an unrounded percentage, and we what is left in whole cents"
FOOD_STAMPS = "paid in part with food stamps: what they pay is untaxed, and the log does not say which goods"
NO_TAX = "no tax in the log on goods that have one: exempt by hand, which the log does not say"
CAME_BACK = "goods came back on the same ticket; here a sale and a return round for themselves"


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a ticket came to, in cents."""

    discount_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.discount_minor + other.discount_minor,
            self.tax_minor + other.tax_minor,
            self.total_minor + other.total_minor,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A ticket that did not come to the same; cause is empty when nothing explains it."""

    ticket: Ticket
    ours: Amounts | None
    cause: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two files and a day."""
    parser.add_argument("lines", type=Path, metavar="LINES.csv", help="the log's lines (docs/developer.md)")
    parser.add_argument("sales", type=Path, metavar="SALES.csv", help="the log's sales: what each came to")
    parser.add_argument("--day", default="", metavar="YYYY-MM-DD", help="this day only")


def main(args: argparse.Namespace) -> int:
    """0 when every sale is equal or its difference explained, 1 otherwise, 2 when a file cannot be read."""
    try:
        tickets = list(read_tickets(args.lines, args.sales, args.day))
        with TemporaryDirectory() as folder:
            differences = replay(tickets, Path(folder))
    except WorldError as error:
        print(error, file=sys.stderr)
        return _UNREADABLE
    print(f"{len(tickets)} sales rung up again, {len(tickets) - len(differences)} equal to the cent.")
    for cause, count in Counter(difference.cause for difference in differences).most_common():
        print(f"  {count:5}  {cause or 'NOT EXPLAINED'}")
    for difference in differences:
        print(f"         {_in_words(difference)}")
    return _DIFFERS if any(not difference.cause for difference in differences) else 0


def replay(tickets: Sequence[Ticket], folder: Path) -> list[Difference]:
    """Ring up the tickets at a till of its own in the folder; those that came to something else come back."""
    till = _Till(folder, tickets)
    try:
        return [found for ticket in tickets if (found := till.compared(ticket)) is not None]
    finally:
        till.close()


class _Till:
    """A real till, with the items of the log in its catalogue."""

    def __init__(self, folder: Path, tickets: Sequence[Ticket]) -> None:
        profile = StoreProfile(
            store_id="001",
            store_name="Replay",
            workstation_id="01",
            currency=currency("USD"),
            time_zone="UTC",
            tax_rates=TAXES,
            tax_rounding=TaxRounding.TOGETHER,
            merge_same_item=False,
        )
        store = StoreFile(profile, (Operator("replay", "Replay", Role.MANAGER),), 0, SignOnRules(required=False))
        self._register: Register = open_register(
            folder, store, KeyFile(folder / "key"), schedule_save=lambda save: None
        )
        self._codes: dict[Item, str] = {}
        for ticket in tickets:
            for line in ticket.lines:
                self._know(item_of(line, ticket.percent))
        CatalogueWriter(self._register.data.database).add_items(CatalogueItem(item) for item in self._items())

    def close(self) -> None:
        """Close its database."""
        self._register.close()

    def compared(self, ticket: Ticket) -> Difference | None:
        """Ring it up; None when it came to the same."""
        if ticket.odd:
            return Difference(ticket, None, ticket.odd)
        sold = [line for line in ticket.lines if line.total_minor >= 0]
        back = [line for line in ticket.lines if line.total_minor < 0]
        try:
            ours = self._sold(sold, ticket) + self._taken_back(back, ticket)
        except CashierError as error:
            return Difference(ticket, None, f"refused: {error}")
        if ours == Amounts(ticket.discount_minor, ticket.tax_minor, ticket.total_minor):
            return None
        return Difference(ticket, ours, _cause(ticket, ours, both=bool(sold and back)))

    def _sold(self, lines: Sequence[Rung], ticket: Ticket) -> Amounts:
        """Ring up these lines and pay."""
        if not any(not line.voided for line in lines):
            return Amounts()
        selling, tendering = self._register.selling, self._register.tendering
        for line in lines:
            number = selling.add_item(self._codes[item_of(line, ticket.percent)], pieces_of(line)).line_number
            if line.special_minor:
                selling.discount_line(number, Discount("Member price", amount_minor=line.special_minor))
            if line.voided:
                selling.void_line(number)
        if ticket.percent:
            selling.discount_transaction(Discount("Percent off", percent_micro=ticket.percent * 10_000))
        if ticket.by_food_stamps:
            selling.exempt_from_tax("Food stamps")
        specials_minor = sum(line.special_minor for line in lines if not line.voided)
        completed = (
            tendering.add_cash(tendering.due_minor).completed if tendering.due_minor else tendering.complete_if_paid()
        )
        assert completed is not None
        sale = completed.transaction
        return Amounts(sale.discount_minor - specials_minor, sale.tax_minor, sale.total_minor)

    def _taken_back(self, lines: Sequence[Rung], ticket: Ticket) -> Amounts:
        """Goods that came back were sold once: the sale is rung up, and all of it returned."""
        goods = [line for line in lines if not line.voided]
        if not goods:
            return Amounts()
        sold = self._sold([mirrored(line) for line in goods], ticket)
        returning = self._register.returning
        receipt = self._register.data.storage.recent_sales(1)[0]
        original = returning.find_here(_receipt_number(receipt.payload))
        assert original is not None
        requests = [ReturnRequest(line.line_number, line.quantity_milli) for line in original.sale.lines]
        returned = returning.take_back(original, requests, "came back").transaction
        tax_minor = sum(tax.tax_minor for line in returned.lines for tax in line.taxes)
        return Amounts(-sold.discount_minor, -tax_minor, -returned.total_minor)

    def _know(self, item: Item) -> None:
        self._codes.setdefault(item, f"RP{len(self._codes) + 1:06d}")

    def _items(self) -> list[Item]:
        return [
            Item(code, item.name, item.price_minor, item.tax_ids, item.kind, item.sold_by)
            for item, code in self._codes.items()
        ]


def mirrored(line: Rung) -> Rung:
    """A line that came back, as the sale it once was."""
    return Rung(
        line.code,
        line.name,
        abs(line.quantity_milli),
        abs(line.unit_minor),
        -line.total_minor,
        line.tax_code,
        line.discountable,
        line.voided,
    )


def pieces_of(line: Rung) -> int:
    """How much of its item a line is rung up with, in thousandths."""
    return line.quantity_milli if _by_quantity(line) else QUANTITY_SCALE


def _by_quantity(line: Rung) -> bool:
    """False where the log's line is no product of its quantity and price: then it is one piece at its amount."""
    return line.quantity_milli > 0 and divide(line.quantity_milli * line.unit_minor, QUANTITY_SCALE) == line.total_minor


def item_of(line: Rung, percent: int) -> Item:
    """The item of a line, without an id. What a percentage leaves alone keeps its face value, as gift cards do."""
    if line.total_minor < 0:
        line = mirrored(line)
    by_quantity = _by_quantity(line)
    return Item(
        "",
        line.name[:60],
        line.unit_minor if by_quantity else line.total_minor,
        (line.tax_code,) if line.tax_code else (),
        ItemKind.GIFT_CARD if percent and not line.discountable else ItemKind.GOODS,
        SoldBy.WEIGHT if by_quantity and line.quantity_milli % QUANTITY_SCALE else SoldBy.EACH,
    )


def _receipt_number(payload: bytes) -> str:
    import json

    return str(json.loads(payload)["header"]["receipt_number"])


def _cause(ticket: Ticket, ours: Amounts, *, both: bool) -> str:
    """Why it differs; empty when nothing known explains it."""
    if ticket.partly_by_food_stamps:
        return FOOD_STAMPS
    if not ticket.tax_minor and ours.tax_minor:
        return NO_TAX
    if both:
        return CAME_BACK
    goods = [line for line in ticket.lines if not line.voided]
    off_by_one = abs(ours.discount_minor - ticket.discount_minor) == 1
    discounted_minor = sum(line.total_minor - line.special_minor for line in goods if line.discountable)
    if off_by_one and discounted_minor * ticket.percent % 100 == 50:
        return HALF_CENT
    if (
        ours.discount_minor == ticket.discount_minor
        and _tax_of_parts_of_cents(goods, ticket.percent) == ticket.tax_minor
    ):
        return PART_OF_A_CENT
    return ""


def _tax_of_parts_of_cents(goods: Sequence[Rung], percent: int) -> int:
    """The tax on prices less a percentage that is not rounded."""
    rates = {rate.tax_id: rate.rate_micro for rate in TAXES}
    numerator = sum(
        (line.total_minor - line.special_minor) * (100 - percent * line.discountable) * rates.get(line.tax_code, 0)
        for line in goods
    )
    return divide(numerator, 100 * RATE_SCALE)


def _in_words(difference: Difference) -> str:
    ticket, ours = difference.ticket, difference.ours
    logged = f"log: discount {ticket.discount_minor}, tax {ticket.tax_minor}, total {ticket.total_minor}"
    if ours is None:
        return f"{ticket.day} no. {ticket.number}: {logged}; not rung up"
    return (
        f"{ticket.day} no. {ticket.number}: {logged}; "
        f"ours: discount {ours.discount_minor}, tax {ours.tax_minor}, total {ours.total_minor}"
    )
