"""Days of trade out of a seed, written straight into a till's journal: sales, returns, voids, cash and closings."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

from fakes.memory_shop import profile

from pos_app.domain.basket import Basket, Discount, EntryMethod, MemberReference
from pos_app.domain.item import Item
from pos_app.domain.poslog import return_to_plain, sale_to_plain
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.return_quote import quote_all
from pos_app.domain.returns import ReturnHistory, ReturnTransaction
from pos_app.domain.rewards import ProgrammeTerms, earn
from pos_app.domain.rounding import Rounding
from pos_app.domain.tenders import Tender, TenderType, settle
from pos_app.storage.journal import JournalTail, write_entry
from pos_app.storage.terminal_database import TerminalDatabase

ZONE = timezone(timedelta(hours=-8))
RULES = profile().pricing_rules()
TERMS = ProgrammeTerms()
GOODS = tuple(
    Item(f"95200{number:08d}", name, price_minor, ("general",), category=category)
    for number, (name, category, price_minor) in enumerate(
        (
            ("Wireless Headphones WH-7", "Headphones", 24_999),
            ("Portable SSD 1 TB", "Storage", 10_950),
            ("USB-C Cable, 2 m", "Cables", 1_499),
            ("HDMI Cable, 3 m", "Cables", 1_999),
            ("4K Action Camera Kit", "Cameras", 31_900),
            ("Smart TV 43 inch", "Televisions", 42_900),
            ("Game Controller", "Gaming", 6_499),
            ("Power Bank 20,000 mAh", "Chargers", 4_995),
            ("Wireless Mouse", "Mice", 2_999),
            ("Instant Photo Printer", "Printers", 8_900),
            ("=cmd|' /C calc'!A0", "Cables", 700),
        ),
        1,
    )
)
OPERATORS = ("associate-1", "associate-2", "supervisor-1")
HOURS = (9, 10, 10, 11, 11, 12, 12, 12, 13, 13, 14, 15, 16, 16, 17, 17, 17, 18, 19)


class Event(NamedTuple):
    """What goes into the journal."""

    kind: str
    at: datetime
    payload: dict[str, Any]


class Trade:
    """A till's trade, the same for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.transactions = 0

    def day(self, day: date, sales: int) -> list[Event]:
        """One business day, opened and in order of time; not closed."""
        events = [Event("business_day_opened", self._at(day, 8), {"operator_id": "manager-1"})]
        events.append(Event("tender_loan", self._at(day, 8), {"operator_id": "manager-1", "amount_minor": 20_000}))
        times = sorted(self._at(day, self._random.choice(HOURS)) for _ in range(sales))
        for at in times:
            events += self._happening(at)
        return events

    def _at(self, day: date, hour: int) -> datetime:
        minute, second = self._random.randrange(60), self._random.randrange(60)
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE)

    def _happening(self, at: datetime) -> Iterator[Event]:
        operator, dice = self._random.choice(OPERATORS), self._random.random()
        if dice < 0.03:
            yield Event("no_sale", at, {"operator_id": operator, "reason": "Change"})
        elif dice < 0.05:
            reason = self._random.choice(("Stamps", "Window cleaning"))
            yield Event("paid_out", at, {"operator_id": operator, "amount_minor": 750, "reason": reason})
        elif dice < 0.08:
            head = self._header(at, operator)
            cancelled = {"operator_id": operator, "reason": "Changed their mind", "total_minor": 4_200}
            yield Event("transaction_cancelled", at, cancelled | {"sequence_number": head.sequence_number})
        else:
            sale = self.sale(at, operator)
            yield Event("sale", at, sale_to_plain(sale))
            if dice > 0.93:
                void = dice > 0.99
                returned = self._return(sale, at + timedelta(seconds=20), operator, void=void)
                yield Event("post_void" if void else "return", at, return_to_plain(returned))

    def _header(self, at: datetime, operator: str) -> TransactionHeader:
        self.transactions += 1
        number, began = self.transactions, at.isoformat(timespec="milliseconds")
        return TransactionHeader(f"t-{number}", number, "001", "02", operator, at.date().isoformat(), began, "USD")

    def sale(self, at: datetime, operator: str) -> RetailTransaction:
        """A sale of some goods, now and then with a discount, a line taken back, a member or points."""
        chance = self._random.random
        head = self._header(at, operator)
        basket = Basket()
        for item in self._random.sample(GOODS, self._random.randint(1, 4)):
            basket = basket.add(item, item.item_id, self._random.randint(1, 3) * 1000, EntryMethod.SCANNED)
        if chance() < 0.15:
            off = self._random.choice((50_000, 95_000, 100_000, 200_000))
            basket = basket.discount_line(1, Discount("Damaged box", percent_micro=off))
        if chance() < 0.05:
            basket = basket.discount_transaction(Discount("Customer care", amount_minor=300))
        if chance() < 0.04:
            basket = basket.set_price(1, basket.line(1).unit_price_minor - 100, "Price match")
        if chance() < 0.1 and len(basket.lines) > 1:
            basket = basket.void_line(2)
        member = chance() < 0.4
        if member:
            basket = basket.attach_member(MemberReference(f"m-{self._random.randrange(50)}", ""))
        priced = price(basket, RULES)
        tenders = self._tenders(head.transaction_id, priced.total_minor, member)
        points = sum(tender.points for tender in tenders)
        settlement = settle(priced.total_minor, tenders, 1, Rounding.HALF_UP)
        earned = earn(priced.earning_lines(), TERMS, points_used=points, at=at, store_id="001")
        return complete(head, at.isoformat(timespec="milliseconds"), basket, priced, tenders, settlement, earned)

    def _tenders(self, transaction_id: str, due_minor: int, member: bool) -> tuple[Tender, ...]:
        tenders = []
        if member and self._random.random() < 0.3 and due_minor > 1_000:
            tenders.append(Tender(f"{transaction_id}-p", TenderType.POINTS, 500, 500, 500, "hold-1"))
            due_minor -= 500
        kind = self._random.choice((TenderType.CASH, TenderType.CARD, TenderType.CARD))
        tenders.append(Tender(f"{transaction_id}-1", kind, due_minor, due_minor))
        return tuple(tenders)

    def _return(self, sale: RetailTransaction, at: datetime, operator: str, *, void: bool) -> ReturnTransaction:
        quote = quote_all(sale, ReturnHistory(), TERMS, RULES)
        return ReturnTransaction(
            header=self._header(at, operator),
            ended_at=at.isoformat(timespec="milliseconds"),
            lines=quote.lines,
            refunds=quote.refunds,
            original_transaction_id=sale.header.transaction_id,
            original_receipt_number=sale.header.receipt_number,
            member_id=sale.member.member_id if sale.member else "",
            contact_id="",
            reason=self._random.choice(("Defective", "Wrong size", "Changed their mind")),
            post_void=void,
        )


def write(data: TerminalDatabase, events: list[Event], page: int = 2_000) -> None:
    """Put the events into the journal, many in one commit, and the transaction numbers where the till counts them."""
    tail = JournalTail(data.database, "001-02")
    numbers = 0
    for first in range(0, len(events), page):
        last = tail.last()
        with data.database.write() as connection:
            for number, event in enumerate(events[first : first + page], first):
                last = write_entry(
                    connection,
                    tail,
                    last,
                    event_id=f"e-{event.at.isoformat()}-{number}",
                    kind=event.kind,
                    occurred_at=event.at.isoformat(timespec="milliseconds"),
                    business_day=event.at.date().isoformat(),
                    payload=event.payload,
                )
                header = event.payload.get("header", event.payload)
                numbers = max(numbers, header.get("sequence_number", 0))
            connection.execute("UPDATE terminal SET transaction_sequence = max(transaction_sequence, ?)", (numbers,))
            data.database.commit()
        tail.reload()
