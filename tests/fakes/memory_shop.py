"""A shop in memory: the same behaviour as the real parts, without files or sockets."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pos_app.clock import SetClock
from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.item import Fee, Item, ItemKind
from pos_app.domain.journal import JournalEntry, canonical_json, next_entry
from pos_app.domain.member import MemberAccount
from pos_app.domain.money import currency
from pos_app.domain.offline_redemption import OfflinePolicy, OfflineSpending
from pos_app.domain.operator import Operator, Role
from pos_app.domain.orders import Order, OrderContact
from pos_app.domain.price_list import ListPrice, PriceEntry, price_in_force
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxRate
from pos_app.domain.till import TillTotals
from pos_app.domain.till_closing import TillClosing
from pos_app.domain.tills import FIRST_TILL, Till
from pos_app.errors import OfflineError, RefusedError
from pos_app.ids import SeededIds
from pos_app.ports import (
    IdSource,
    ItemHit,
    OfferState,
    OpenTransaction,
    ParkedElsewhere,
    ParkedHere,
    ParkedSale,
    PrintJob,
    PrintState,
    RedeemProofs,
    StoresParked,
)

CLOCK_TOLERANCE = timedelta(minutes=5)
ITEMS = {
    "10": Item("10", "Wireless microphone", 4999, ("general",), category="audio"),
    "11": Item("11", "Cable", 50, ("general",), category="cables"),
    "12": Item("12", "Speaker", 26500, ("general",), category="audio"),
    "13": Item("13", "Television", 100000, ("general",), category="tv", fees=(Fee("recycling", "Recycling", 500),)),
    "14": Item("14", "Gift card 20", 2000, (), ItemKind.GIFT_CARD),
    "15": Item("15", "Sticker", 0, ()),
}
OPERATOR = Operator("associate-1", "Associate", Role.ASSOCIATE)
DEMO_ACCOUNT = MemberAccount("m-1", "", "j••••@example.com", 1234, 1234, 0, "2026-11-22T10:00:00+00:00")


def profile(**changes: Any) -> StoreProfile:
    """A small store with one tax of 8.25 %."""
    values: dict[str, Any] = {
        "store_id": "001",
        "store_name": "Demo Store",
        "workstation_id": "02",
        "currency": currency("USD"),
        "time_zone": "UTC",
        "tax_rates": (TaxRate("general", 82_500, name="Sales tax"),),
    }
    return StoreProfile(**(values | changes))


class MemoryCatalogue:
    """Items by code."""

    def __init__(self, items: dict[str, Item] | None = None) -> None:
        self.items = dict(ITEMS if items is None else items)
        self.last_prices_minor: dict[str, int] = {}

    def find_by_code(self, code: str) -> Item | None:
        return self.items.get(code)

    def search(self, text: str, limit: int = 20) -> list[ItemHit]:
        wanted = text.lower()
        hits = [i for i in self.items.values() if wanted in i.name.lower()]
        return [ItemHit(i.item_id, i.name, i.brand, i.price_minor, i.item_id) for i in hits[:limit]]

    def codes(self, item_id: str) -> list[str]:
        return [code for code, item in self.items.items() if item.item_id == item_id]

    def last_price_minor(self, item_id: str) -> int | None:
        return self.last_prices_minor.get(item_id)


class MemoryPriceLists:
    """Price lists that a test fills."""

    def __init__(self) -> None:
        self.entries: list[PriceEntry] = []

    def price_in_force(self, item_id: str, segment: str, at: datetime) -> ListPrice | None:
        entries = [entry for entry in self.entries if entry.item_id == item_id]
        return price_in_force(entries, segment, int(at.timestamp()))


@dataclass(frozen=True)
class OfflineRedemption:
    """Points that a sale spent offline; settled_at once the central service had the sale."""

    sequence: int
    member_id: str
    points: int
    settled_at: datetime | None = None


@dataclass
class MemoryState:
    """What would be on disk."""

    entries: list[JournalEntry] = field(default_factory=list)
    open_transaction: OpenTransaction | None = None
    till_totals: TillTotals = field(default_factory=TillTotals)
    business_day: str = ""
    transaction_sequence: int = 0
    print_jobs: dict[str, PrintJob] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    offline_redemptions: dict[str, OfflineRedemption] = field(default_factory=dict)
    acknowledged: int = 0
    parked: dict[str, ParkedHere] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    order_contacts: dict[str, OrderContact] = field(default_factory=dict)
    closing: TillClosing | None = None
    opening_count: tuple[CountedPieces, ...] = ()

    def copy(self) -> "MemoryState":
        return MemoryState(
            list(self.entries),
            self.open_transaction,
            self.till_totals,
            self.business_day,
            self.transaction_sequence,
            dict(self.print_jobs),
            dict(self.contacts),
            dict(self.offline_redemptions),
            self.acknowledged,
            dict(self.parked),
            dict(self.orders),
            dict(self.order_contacts),
            self.closing,
            self.opening_count,
        )


class MemoryWork:
    """One atomic write: works on a copy that commit() puts in place."""

    def __init__(self, storage: "MemoryStorage") -> None:
        self._storage = storage
        self._state = storage.state.copy()

    def append(self, kind: str, payload: dict[str, Any], *, event_id: str | None = None) -> JournalEntry:
        entry = next_entry(
            self._state.entries[-1] if self._state.entries else None,
            terminal_id=self._storage.terminal_id,
            incarnation="i-1",
            event_id=event_id or self._storage.ids.new_id(),
            kind=kind,
            occurred_at=self._storage.clock.now().isoformat(),
            business_day=self._state.business_day,
            payload=canonical_json(payload),
        )
        if any(known.event_id == entry.event_id for known in self._state.entries):
            raise ValueError(f"event {entry.event_id} is in the journal already")
        self._state.entries.append(entry)
        return entry

    def begin_transaction(self) -> int:
        self._state.transaction_sequence += 1
        return self._state.transaction_sequence

    def save_open_transaction(self, transaction: OpenTransaction) -> None:
        self._state.open_transaction = transaction

    def clear_open_transaction(self) -> None:
        self._state.open_transaction = None

    def park(self, sale: ParkedSale) -> None:
        self._state.parked[sale.parking_id] = ParkedHere(sale)

    def save_order(self, order: Order, contact: OrderContact | None = None) -> None:
        self._state.orders[order.number] = order
        if contact is not None:
            self._state.order_contacts[order.number] = contact
        if not order.is_open:
            self._state.order_contacts.pop(order.number, None)

    def unpark(self, parking_id: str) -> None:
        self._state.parked.pop(parking_id, None)

    def add_print_job(self, job: PrintJob) -> None:
        self._state.print_jobs.setdefault(job.job_id, job)

    def settle_print_job(self, job_id: str, state: PrintState, reason: str) -> bool:
        jobs = self._state.print_jobs
        if not jobs[job_id].in_doubt:
            return False
        jobs[job_id] = replace(jobs[job_id], state=state, reason=reason, in_doubt=False)
        return True

    def open_business_day(self, day: str) -> None:
        self._state.business_day = day
        self._state.till_totals = TillTotals()

    def open_till(self) -> None:
        self._state.till_totals = TillTotals()

    def close_till(self) -> None:
        self._state.business_day = ""
        self._state.closing = None

    def keep_opening_count(self, count: Sequence[CountedPieces]) -> None:
        self._state.opening_count = tuple(count)

    def save_closing(self, closing: TillClosing | None) -> None:
        self._state.closing = closing

    def save_till_totals(self, totals: TillTotals) -> None:
        self._state.till_totals = totals

    def add_contact(self, contact_id: str, email: str) -> None:
        self._state.contacts[contact_id] = email

    def add_offline_redemption(self, reference: str, member_id: str, points: int) -> None:
        sale = self._state.entries[-1]
        assert sale.kind == "sale", "the sale comes before the points it spends"
        self._state.offline_redemptions[reference] = OfflineRedemption(sale.sequence, member_id, points)

    def commit(self) -> None:
        if self._storage.fail_next_commit is not None:
            error, lands = self._storage.fail_next_commit
            self._storage.fail_next_commit = None
            if lands:
                self._storage.state = self._state
            raise error
        self._storage.state = self._state


class MemoryStorage:
    """The terminal's database without a disk; a commit can be told to fail, with or without effect."""

    def __init__(self, terminal_id: str = "001-02", clock: SetClock | None = None, ids: IdSource | None = None) -> None:
        self.terminal_id = terminal_id
        self.state = MemoryState()
        self.ids = ids or SeededIds(7)
        self.clock = clock or SetClock(datetime(2026, 11, 22, 10, tzinfo=UTC))
        self.fail_next_commit: tuple[Exception, bool] | None = None
        self._writer = threading.RLock()

    @contextmanager
    def unit_of_work(self) -> Iterator[MemoryWork]:
        """One writer at a time, as in the real database: services write from the window and from behind it."""
        with self._writer:
            yield MemoryWork(self)

    def open_transaction(self) -> OpenTransaction | None:
        return self.state.open_transaction

    def till_totals(self) -> TillTotals:
        return self.state.till_totals

    def current_till(self) -> Till:
        return replace(FIRST_TILL, is_open=bool(self.state.business_day))

    def open_tills(self) -> list[Till]:
        return [self.current_till()] if self.state.business_day else []

    def business_day(self) -> str:
        return "" if self.state.closing else self.state.business_day

    def till_is_closing(self) -> bool:
        return self.state.closing is not None

    def has_event(self, event_id: str) -> bool:
        return any(entry.event_id == event_id for entry in self.state.entries)

    def sale(self, receipt_number: str) -> JournalEntry | None:
        return next((e for e in self.state.entries if e.kind == "sale" and receipt_number.encode() in e.payload), None)

    def with_own_number(self, receipt_number: str) -> JournalEntry | None:
        kinds = ("sale", "return", "post_void", "return_without_receipt")
        found = (entry for entry in self.state.entries if entry.kind in kinds)
        return next((e for e in found if json.loads(e.payload)["header"]["receipt_number"] == receipt_number), None)

    def sale_of_serial(self, serial_number: str) -> JournalEntry | None:
        for entry in reversed(self.state.entries):
            sold = json.loads(entry.payload).get("product_registered", ())
            if any(product["serial_number"] == serial_number for product in sold):
                return entry
        return None

    def returns_of(self, receipt_number: str) -> list[JournalEntry]:
        wanted = f'"original_receipt_number":"{receipt_number}"'.encode()
        return [e for e in self.state.entries if e.kind in ("return", "post_void") and wanted in e.payload]

    def offline_spending(self, member_id: str, issued_at: datetime) -> OfflineSpending:
        all_spent = self.state.offline_redemptions.values()
        contained_at = issued_at - CLOCK_TOLERANCE
        members = [
            one
            for one in all_spent
            if one.member_id == member_id and (one.settled_at is None or one.settled_at > contained_at)
        ]
        unsettled = sum(one.points for one in all_spent if one.settled_at is None)
        return OfflineSpending(sum(one.points for one in members), len(members), unsettled)

    def pending(self) -> list[JournalEntry]:
        """Entries beyond the acknowledged mark."""
        return self.state.entries[self.state.acknowledged :]

    def acknowledge(self, sequence: int) -> None:
        """The central service has everything up to here."""
        state = self.state
        state.acknowledged = sequence
        for reference, one in state.offline_redemptions.items():
            settled_at = (one.settled_at or self.clock.now()) if one.sequence <= sequence else None
            state.offline_redemptions[reference] = replace(one, settled_at=settled_at)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.state.entries]


class MemoryParkedSales:
    """Parked sales without a disk; what would go to another till stays a value."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage
        self._documents: dict[str, ParkedSale] = {}

    def all(self) -> list[ParkedHere]:
        return list(reversed(self._storage.state.parked.values()))

    def find(self, parking_id: str) -> ParkedHere | None:
        return self._storage.state.parked.get(parking_id)

    def document(self, sale: ParkedSale) -> str:
        self._documents[sale.parking_id] = sale
        return sale.parking_id

    def read(self, document: str) -> ParkedSale:
        return self._documents[document]

    def offering(self, parking_ids: Sequence[str], until: datetime) -> None:
        for parking_id in parking_ids:
            self._change(parking_id, offered_until=until)

    def note_offer(self, state: OfferState) -> None:
        self._change(state.parking_id, offered=state.state != "withdrawn", taken_by=state.taken_by)

    def _change(self, parking_id: str, **changes: Any) -> None:
        parked = self._storage.state.parked
        parked[parking_id] = replace(parked[parking_id], **changes)


class MemoryParkingGateway:
    """What other tills of the store have parked; without a line until a test puts the cable in."""

    def __init__(self) -> None:
        self.online = False
        self.elsewhere: dict[str, tuple[ParkedElsewhere, str]] = {}
        self.offers: dict[str, OfferState] = {}

    def require_line(self) -> None:
        if not self.online:
            raise OfflineError("The central service cannot be reached.")

    def offer(self, sale: ParkedSale, document: str, expires_at: datetime) -> None:
        self.require_line()
        self.offers[sale.parking_id] = OfferState(sale.parking_id, "offered")

    def look(self, offered: Sequence[str], until: datetime, settled: Sequence[str]) -> StoresParked:
        self.require_line()
        return StoresParked(tuple(entry for entry, _ in self.elsewhere.values()), tuple(self.offers.values()))

    def take(self, parking_id: str) -> str:
        self.require_line()
        if parking_id in self.elsewhere:
            return self.elsewhere.pop(parking_id)[1]
        if self.offers[parking_id].state == "taken":
            raise RefusedError("parked_taken", f"Till {self.offers[parking_id].taken_by} has this sale.")
        return ""


class MemoryOrderBook:
    """The orders of a shop in memory."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def order(self, number: str) -> Order | None:
        return self._storage.state.orders.get(number)

    def open_orders(self, member_id: str = "") -> list[Order]:
        return [o for o in self._storage.state.orders.values() if o.is_open and member_id in ("", o.member_id)]

    def contact(self, number: str) -> OrderContact | None:
        return self._storage.state.order_contacts.get(number)


class MemoryTerms:
    """Terms that a test sets."""

    def __init__(
        self,
        terms: ProgrammeTerms | None = None,
        policy: OfflinePolicy | None = None,
        proofs: RedeemProofs | None = None,
    ) -> None:
        self.terms = terms or ProgrammeTerms()
        self.policy = policy or OfflinePolicy()
        self.proofs = proofs or RedeemProofs()
        self.older: dict[tuple[str, int], ProgrammeTerms] = {}

    def current_terms(self) -> ProgrammeTerms:
        return self.terms

    def offline_policy(self) -> OfflinePolicy:
        return self.policy

    def redeem_proofs(self) -> RedeemProofs:
        return self.proofs

    def terms_of(self, terms_id: str, version: int) -> ProgrammeTerms:
        return self.older.get((terms_id, version), self.terms)


class MemoryMemberCache:
    """Members seen lately, without a disk."""

    def __init__(self) -> None:
        self.accounts: dict[str, MemberAccount] = {}
        self.addresses: dict[str, str] = {}

    def remember(self, email: str, account: MemberAccount) -> None:
        if email:
            self.addresses[email] = account.member_id
        self.accounts[account.member_id] = account

    def find(self, email: str) -> MemberAccount | None:
        return self.accounts.get(self.addresses.get(email, ""))

    def find_by_card(self, card_number: str) -> MemberAccount | None:
        return next((a for a in self.accounts.values() if card_number and a.card_number == card_number), None)

    def forget(self, member_id: str) -> None:
        self.accounts.pop(member_id, None)


class PlainFormatter:
    """Amounts in the form of the United States."""

    def money(self, amount_minor: int) -> str:
        return f"{'-' if amount_minor < 0 else ''}${self.amount(abs(amount_minor))}"

    def amount(self, amount_minor: int) -> str:
        sign = "-" if amount_minor < 0 else ""
        return f"{sign}{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"

    def points(self, points: int) -> str:
        return f"{points:,}"

    def date_time(self, at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M}"
