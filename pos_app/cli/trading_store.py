"""A store of several tills with its central service, all real, for a trading day that is played through them.

Each till is a database on disk, its services, and a line over HTTP. Beside each, the drawer and every member's points
are kept by hand, as somebody with paper and pencil would: what the program says is compared with that.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pos_app.bootstrap import Register, open_register
from pos_app.cli.replay import TAXES, item_of, mirrored, pieces_of
from pos_app.cli.till_log import Rung, Ticket
from pos_app.domain.basket import Discount
from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.item import Item
from pos_app.domain.member import MemberAccount
from pos_app.domain.money import currency
from pos_app.domain.operator import Operator, Role
from pos_app.domain.poslog import return_from_plain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import PendingReturn, Refund, ReturnRequest, ReturnTransaction
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxRounding
from pos_app.domain.tenders import TenderType
from pos_app.domain.till_rules import TillRules
from pos_app.errors import OfflineError
from pos_app.ports import CardOutcome, CardResult
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.keys import KeyFile
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile
from sync import contract
from sync.central.server import CentralServer
from sync.central.service import CentralService
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.enrolment import enrol
from sync.terminal.gateway import CentralGateway
from sync.terminal.retry import Outcome
from sync.terminal.returns import CentralReturns
from sync.terminal.store import CentralStore

STORE_ID = "001"
FLOAT_MINOR = 20_000
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
REASON = "Not as expected"
_MOST_STEPS = 2_000


def store_file(workstation_id: str) -> StoreFile:
    """The store as each of its tills knows it."""
    profile = StoreProfile(
        store_id=STORE_ID,
        store_name="Trading day",
        workstation_id=workstation_id,
        currency=currency("USD"),
        time_zone="UTC",
        tax_rates=TAXES,
        tax_rounding=TaxRounding.TOGETHER,
        merge_same_item=False,
        till=TillRules(float_minor=FLOAT_MINOR, counts_opening=True, cash_limit_minor=60_000, tolerance_minor=100),
    )
    return StoreFile(profile, (MANAGER,), 0, SignOnRules(required=False))


def open_till(folder: Path, workstation_id: str) -> Register:
    """A till over its folder; opening it again is what a restart does."""
    return open_register(folder, store_file(workstation_id), KeyFile(folder / "key"), schedule_save=lambda save: None)


def pieces(amount_minor: int) -> tuple[CountedPieces, ...]:
    """So much cash in dollars and cents."""
    return (CountedPieces(100, 1, amount_minor // 100), CountedPieces(1, 1, amount_minor % 100))


class ForgetfulClient(CentralClient):
    """A line that can lose the next answer: the service did what it was asked, and nobody here hears of it."""

    lose_next = False

    def _exchange(self, *request: Any, **more: Any) -> bytes:
        answer = super()._exchange(*request, **more)
        if self.lose_next:
            self.lose_next = False
            raise OfflineError("The answer was lost on the way.")
        return answer


class Shop:
    """The central service and what a store's people know without any program: goods, members, points."""

    def __init__(self, folder: Path, database_url: str, tickets: Sequence[Ticket]) -> None:
        self.service = CentralService.open(folder / "central", database_url)
        self.server = CentralServer(self.service).start()
        self.goods: dict[Item, str] = {}
        for ticket in tickets:
            for line in ticket.lines:
                self.goods.setdefault(item_of(line, ticket.percent), f"RP{len(self.goods) + 1:06d}")
        self.points: Counter[str] = Counter()
        """Every member's points, kept by hand; names are those of the log."""

    def join(self, member: str, points: int) -> None:
        """Somebody is a member with so many points since long ago."""
        request = contract.EnrolMember(
            event_id=f"joined-{member}",
            email=address_of(member),
            marketing_consent=False,
            joined_at=self.service.clock.now().isoformat(),
        )
        found = self.service.enrol_member(request).member
        assert found is not None
        if points:
            today = self.service.clock.now().date()
            self.service.grant_points(f"opening-{member}", found.member_id, points, earned_on=today)
        self.points[member] = found.balance_points + points

    def balance(self, member: str) -> int:
        """What the service says somebody has."""
        found = self.service.find_member(contract.FindMember(email=address_of(member))).member
        assert found is not None
        return found.balance_points

    def close(self) -> None:
        """Stop everything."""
        self.server.stop()
        self.service.close()


def address_of(member: str) -> str:
    """The address of a member of the log."""
    return f"member-{member}@example.com"


class Till:
    """One till, with its drawer kept by hand."""

    def __init__(self, shop: Shop, folder: Path, workstation_id: str) -> None:
        self.shop, self.folder, self.workstation_id = shop, folder, workstation_id
        self.online = True
        self.drawer_minor = self.cards_minor = self.dropped_minor = 0
        self.sold: list[tuple[RetailTransaction, str]] = []
        """Sales with the member of the log, newest last."""
        self.register = open_till(folder, workstation_id)
        goods = [
            CatalogueItem(Item(code, item.name, item.price_minor, item.tax_ids, item.kind, item.sold_by))
            for item, code in shop.goods.items()
        ]
        CatalogueWriter(self.register.data.database).add_items(goods)
        code = shop.service.open_enrolment(STORE_ID, workstation_id)
        enrol(shop.server.url, code, self.register.data.identity, clock=self.register.clock)
        self._connect()

    def _connect(self) -> None:
        register = self.register
        enrolment = register.data.identity.enrolment()
        assert enrolment is not None
        self.client = ForgetfulClient(enrolment.central_url, enrolment, register.clock)
        self.engine = SyncEngine(register.data.outbox, self.client, register.clock)
        register.gateway.connect(CentralGateway(self.client, register.clock, lambda: self.online))
        register.returns_gateway.connect(CentralReturns(self.client, lambda: self.online))
        register.store_gateway.connect(CentralStore(self.client, lambda: self.online))

    def close(self) -> None:
        """Put it away."""
        self.client.close()
        self.register.close()

    def start_again(self) -> None:
        """After the power came back."""
        self.register = open_till(self.folder, self.workstation_id)
        self._connect()

    def send(self) -> None:
        """Everything that is in the journal, however often it takes."""
        for _ in range(_MOST_STEPS):
            step = self.engine.step()
            if step.outcome is Outcome.DONE and not step.more:
                return
        raise AssertionError("the journal never came to its end")

    # --- the day ------------------------------------------------------------------------------------------------------

    def open_day(self) -> None:
        """The float is counted in."""
        self.register.business_day.open(pieces(FLOAT_MINOR))
        self.drawer_minor = FLOAT_MINOR

    def ring_up(self, ticket: Ticket, *, points: int = 0) -> RetailTransaction:
        """A ticket of the log; its member is attached, and pays a part with points."""
        sold = [line for line in ticket.lines if line.total_minor >= 0]
        transaction = self._ring_up(sold, ticket, points)
        self.sold.append((transaction, ticket.member))
        return transaction

    def _ring_up(self, lines: Sequence[Rung], ticket: Ticket, points: int = 0) -> RetailTransaction:
        selling = self.register.selling
        for line in lines:
            number = selling.add_item(self.shop.goods[item_of(line, ticket.percent)], pieces_of(line)).line_number
            if line.special_minor:
                selling.discount_line(number, Discount("Member price", amount_minor=line.special_minor))
            if line.voided:
                selling.void_line(number)
        if ticket.percent:
            selling.discount_transaction(Discount("Percent off", percent_micro=ticket.percent * 10_000))
        if ticket.by_food_stamps:
            selling.exempt_from_tax("Food stamps")
        account = self._attach(ticket.member) if ticket.member in self.shop.points else None
        if account is not None and points:
            self._pay_points(account, points)
        return self._pay_rest(ticket)

    def _attach(self, member: str) -> MemberAccount | None:
        """Online the member is known at once; offline their address is kept until the service knows better."""
        try:
            account = self.register.rewards.find_member(address_of(member))
        except OfflineError:
            self.register.selling.attach_unknown_member(address_of(member))
            return None
        assert account is not None
        self.register.selling.attach_member(account)
        return account

    def _pay_points(self, account: MemberAccount, points: int) -> None:
        tendering, sale = self.register.tendering, self.register.selling.current
        assert sale is not None
        if account.balance_points < points or tendering.due_minor <= self._worth_minor(points):
            return
        hold = self.register.rewards.hold_points(sale.header.transaction_id, account.member_id, points)
        tendering.add_points(hold)

    def _worth_minor(self, points: int) -> int:
        terms = self.register.data.terms.current_terms()
        return points * terms.redeem_value_minor // terms.redeem_points

    def _pay_rest(self, ticket: Ticket) -> RetailTransaction:
        """By card where the log says card, else in cash with notes of a dollar and the change back."""
        tendering = self.register.tendering
        if "Card" in ticket.tenders and tendering.due_minor > 0:
            paid_minor = tendering.due_minor
            result = CardResult(CardOutcome.APPROVED, paid_minor, f"A{len(self.sold):05d}", "Visa", "4242")
            completed = tendering.add_card(result).completed
            self.cards_minor += paid_minor
        elif tendering.due_minor > 0:
            cash_minor = tendering.cash_due_minor
            completed = tendering.add_cash(-(-cash_minor // 100) * 100).completed
            self.drawer_minor += cash_minor
        else:
            completed = tendering.complete_if_paid()
        assert completed is not None
        sale = completed.transaction
        if ticket.member in self.shop.points:
            self.shop.points[ticket.member] += sale.earned.points - sale.points_used
        return sale

    def take_back(self, ticket: Ticket) -> None:
        """What a ticket of the log took back was sold once: it is sold, and all of it comes back."""
        goods = [mirrored(line) for line in ticket.lines if line.total_minor < 0 and not line.voided]
        if goods:
            cash = Ticket(ticket.number, ticket.day, ticket.percent, 0, 0, "Cash", ticket.member)
            sale = self._ring_up(goods, cash)
            self.return_all(sale, ticket.member)

    def return_all(self, sale: RetailTransaction, member: str) -> ReturnTransaction:
        """A whole sale comes back, of whatever till."""
        pending = self._planned(sale)
        refunding = self.register.refunding
        refunding.pay_back(pending)
        return self._came_back(refunding.finish(pending).transaction, member)

    def _planned(self, sale: RetailTransaction) -> PendingReturn:
        original = self.register.finding_sales.everywhere(sale.header.receipt_number)
        open_milli = self.register.returning.open_milli(original)
        requests = [ReturnRequest(number, milli, reason=REASON) for number, milli in open_milli.items() if milli]
        return self.register.returning.plan(original, requests, REASON)

    def exchange(self, sale: RetailTransaction, member: str, ticket: Ticket) -> None:
        """Goods of a sale come back, and others go out on the same ticket; the difference is cash."""
        self.register.exchanging.attach(self._planned(sale))
        for line in (one for one in ticket.lines if one.total_minor > 0 and not one.voided):
            self.register.selling.add_item(self.shop.goods[item_of(line, ticket.percent)], pieces_of(line))
        tendering = self.register.tendering
        due_minor = max(tendering.cash_due_minor, 0)
        completed = tendering.add_cash(due_minor).completed if due_minor else tendering.complete_if_paid()
        assert completed is not None
        self.drawer_minor += due_minor - _cash_in(completed.given_back)
        self._note_points(self._last_return(), member)

    def void(self, sale: RetailTransaction, member: str) -> None:
        """A sale of this till is taken back whole, in the minute after it."""
        original = self.register.returning.find_here(sale.header.receipt_number)
        assert original is not None
        self._came_back(self.register.returning.post_void(original, "Wrong customer").transaction, member)

    def _came_back(self, returned: ReturnTransaction, member: str) -> ReturnTransaction:
        self.drawer_minor -= _cash_in(returned.refunds)
        self._note_points(returned, member)
        return returned

    def _note_points(self, returned: ReturnTransaction, member: str) -> None:
        if member in self.shop.points:
            self.shop.points[member] += returned.points_restored - returned.points_reversed

    def _last_return(self) -> ReturnTransaction:
        row = self.register.data.database.one(
            "SELECT payload FROM journal WHERE kind = 'return' ORDER BY position DESC LIMIT 1"
        )
        assert row is not None
        return return_from_plain(json.loads(row[0]))


def _cash_in(refunds: Iterable[Refund]) -> int:
    return sum(one.amount_minor for one in refunds if one.tender_type is TenderType.CASH)
