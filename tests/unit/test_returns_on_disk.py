"""Returns, exchanges and voids on a real till's disk: found again, proven by the audit, safe through a power cut."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.memory_returns import MemoryReturnsGateway
from fakes.memory_shop import OPERATOR, MemoryCatalogue, PlainFormatter
from fakes.real_till import RealTill

from pos_app.domain.item import Item, ItemKind
from pos_app.domain.operator import Operator, Role
from pos_app.domain.return_policy import ReturnPolicy, WithoutReceipt
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError
from pos_app.ports import SaleQuestion
from pos_app.services.approvals import Approvals
from pos_app.services.exchanging import Exchanging
from pos_app.services.loading import Loading
from pos_app.services.refunding import Refunding
from pos_app.services.return_parts import RefundTo
from pos_app.services.returning import Returning
from pos_app.services.without_receipt import ReturningWithoutReceipt, UnreceiptedLine
from pos_app.storage.journal_audit import audit

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
MICROPHONE, CABLE, SPEAKER = "10", "11", "12"


class Counter:
    """A till that takes goods back; made anew over the same folder it is the till after a restart."""

    def __init__(self, folder: Path) -> None:
        self.till = till = RealTill(folder)
        self.data, self.selling, self.tendering = till.data, till.selling, till.tendering
        parts = {"clock": till.clock, "ids": till.ids, "formatter": PlainFormatter()}
        credit = Loading(self.selling, None, storage=self.data.storage, **parts)
        approvals = Approvals(MANAGER)
        policy = ReturnPolicy(without_receipt=WithoutReceipt("Store credit only.", most_returns=1), labels=True)
        object.__setattr__(till.profile, "return_policy", policy)
        self.gateway = MemoryReturnsGateway()
        self.gateway.online = False
        self.returning = Returning(
            storage=self.data.storage,
            catalogue=MemoryCatalogue(),
            terms=self.data.terms,
            profile=till.profile,
            operator=OPERATOR,
            approvals=approvals,
            credit=credit,
            **parts,
        )
        self.refunding = Refunding(
            self.returning,
            storage=self.data.storage,
            gateway=self.gateway,
            pending=self.data.pending_returns,
            cards=None,
        )
        self.without_receipt = ReturningWithoutReceipt(
            catalogue=MemoryCatalogue(),
            profile=till.profile,
            finder=self.data.sale_finder,
            gateway=self.gateway,
            approvals=approvals,
            **parts,
        )
        self.exchanging = Exchanging(self.selling, self.returning, self.refunding)
        self.tendering.exchanges = lambda: self.exchanging

    def original(self, number: str):
        found = self.returning.find_here(number)
        assert found is not None
        return found

    def faults(self) -> list[str]:
        return audit(self.data.database).faults


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "till")
    yield made
    made.till.close()


def test_what_a_store_does_not_refund_to_becomes_store_credit(counter: Counter) -> None:
    voucher = TenderDefinition("voucher", "Voucher", TenderType.VOUCHER, refundable=False)
    object.__setattr__(counter.till.profile, "tenders", (voucher,))
    counter.selling.add_item(MICROPHONE)
    counter.tendering.add_configured("voucher", 3_000)
    number = counter.tendering.add_cash(counter.tendering.cash_due_minor).completed.transaction.header.receipt_number
    preview = counter.returning.preview(counter.original(number), [ReturnRequest(1, 1000, reason="Changed mind")])
    refunds = [(one.tender_type, one.amount_minor) for one in preview.quote.refunds]
    assert refunds == [(TenderType.STORE_CREDIT, 3_000), (TenderType.CASH, 2_411)]


def test_everything_that_can_come_back_agrees_with_the_journal(counter: Counter) -> None:
    sales = [counter.till.ring_up(MICROPHONE, SPEAKER) for _ in range(4)]
    numbers = [sale.header.receipt_number for sale in sales]
    one = [ReturnRequest(1, 1000, reason="Damaged")]
    counter.returning.take_back(counter.original(numbers[0]), one, "Damaged")
    counter.returning.take_back(counter.original(numbers[1]), one, "Damaged", to=RefundTo.STORE_CREDIT)
    counter.returning.post_void(counter.original(numbers[2]), "Wrong customer")
    pending = counter.returning.plan(counter.original(numbers[3]), one, "Other size", exchange=True)
    counter.exchanging.attach(pending)
    counter.till.ring_up(CABLE, SPEAKER)
    who = counter.without_receipt.identify("Passport", "X1234567")
    goods = counter.without_receipt.look_up(CABLE)
    unreceipted = counter.without_receipt.plan([UnreceiptedLine(goods, 2000)], "No receipt", who)
    counter.refunding.finish(unreceipted)
    assert counter.faults() == []
    kinds = [kind for (kind,) in counter.data.database.all("SELECT kind FROM journal ORDER BY position")]
    assert [kinds.count(kind) for kind in ("return", "post_void", "return_without_receipt")] == [3, 1, 1]
    totals = dict(counter.data.storage.till_totals().by_tender)
    assert "exchange" not in totals  # what came back paid for what went out
    assert totals["store_credit"] < 0


def test_an_exchange_is_one_commit_and_its_return_has_a_number_of_its_own(counter: Counter) -> None:
    number = counter.till.ring_up(SPEAKER).header.receipt_number
    pending = counter.returning.plan(counter.original(number), [ReturnRequest(1, 1000)], "Too loud", exchange=True)
    counter.exchanging.attach(pending)
    sale = counter.till.ring_up(SPEAKER, MICROPHONE)
    returned = json.loads(counter.data.storage.returns_of(number)[0].payload)
    assert returned["exchanged_for"] == sale.header.transaction_id
    assert returned["header"]["receipt_number"] != sale.header.receipt_number
    assert [tender.tender_type for tender in sale.tenders] == [TenderType.EXCHANGE, TenderType.CASH]
    assert counter.faults() == []


def test_an_exchange_on_the_ticket_survives_the_power_cut(tmp_path: Path) -> None:
    before = Counter(tmp_path / "till")
    number = before.till.ring_up(SPEAKER).header.receipt_number
    pending = before.returning.plan(before.original(number), [ReturnRequest(1, 1000)], "Too loud", exchange=True)
    before.exchanging.attach(pending)
    before.selling.add_item(MICROPHONE)
    before.selling.save()
    before.data.close()  # nothing else is said goodbye to
    after = Counter(tmp_path / "till")
    assert after.selling.restore()
    assert after.selling.view.exchange == pending
    completed = after.tendering.complete_if_paid()
    assert completed is not None
    assert sum(one.amount_minor for one in completed.given_back) == 28_686 - 5_411
    assert after.faults() == []
    after.till.close()


def test_the_same_goods_never_come_back_twice_at_one_till(counter: Counter) -> None:
    number = counter.till.ring_up(SPEAKER).header.receipt_number
    first, second = (
        counter.returning.plan(counter.original(number), [ReturnRequest(1, 1000)], "Too loud") for _ in range(2)
    )
    counter.refunding.finish(first)
    with pytest.raises(CashierError, match="came back already"):
        counter.refunding.finish(second)
    assert len(counter.data.storage.returns_of(number)) == 1


def test_a_return_whose_money_is_on_the_way_is_found_after_a_restart(tmp_path: Path) -> None:
    before = Counter(tmp_path / "till")
    number = before.till.ring_up(SPEAKER).header.receipt_number
    pending = before.returning.plan(before.original(number), [ReturnRequest(1, 1000)], "Too loud")
    before.data.pending_returns.keep(pending)
    before.till.close()
    after = Counter(tmp_path / "till")
    assert after.refunding.interrupted() == [pending]
    after.refunding.finish(pending)
    assert after.refunding.interrupted() == []
    after.data.pending_returns.keep(pending)  # as if the power went between the commit and this
    assert after.refunding.interrupted() == []
    assert after.data.pending_returns.all() == []
    after.till.close()


def test_sales_are_found_in_the_journal_by_what_customers_know(counter: Counter) -> None:
    sale = counter.till.ring_up(MICROPHONE)
    counter.till.ring_up(SPEAKER)
    finder, day = counter.data.sale_finder, sale.header.business_day
    found = finder.find(SaleQuestion(business_day=day, amount_minor=sale.total_minor))
    assert [json.loads(entry.payload)["header"]["receipt_number"] for entry in found] == [sale.header.receipt_number]
    assert len(finder.find(SaleQuestion(business_day=day))) == 2
    assert finder.find(SaleQuestion(card_last_four="4242")) == []
    assert finder.find(SaleQuestion(serial_number="SN")) == []
    assert finder.find(SaleQuestion()) == []
    assert finder.lowest_price_minor(MICROPHONE, day) == 4_999
    assert finder.lowest_price_minor(CABLE, day) is None


def test_offline_the_tills_own_journal_counts_who_came_without_a_receipt(counter: Counter) -> None:
    goods = counter.without_receipt.look_up(CABLE)
    who = counter.without_receipt.identify("Passport", "x 123 4567")
    assert (who.identification.last_four, who.record.returns, who.complete) == ("4567", 0, False)
    counter.refunding.finish(counter.without_receipt.plan([UnreceiptedLine(goods, 1000)], "No receipt", who))
    again = counter.without_receipt.identify("Passport", "X1234567")
    assert again.record.returns == 1
    assert "has 1 return without" in counter.without_receipt.problem(again, 1)
    other = counter.without_receipt.identify("Passport", "X1234568")
    assert counter.without_receipt.problem(other, 1) == ""


@pytest.mark.parametrize("number", ["", "12", "no number!", "x" * 40])
def test_what_can_be_no_id_is_refused_and_nothing_is_kept(counter: Counter, number: str) -> None:
    with pytest.raises(CashierError, match="no number of an ID"):
        counter.without_receipt.identify("Passport", number)


def test_a_gift_card_that_was_sold_stays_loaded(counter: Counter) -> None:
    loaded = Item(counter.till.profile.gift_cards.item_id, "Gift card •••• 0123", 2_000, (), ItemKind.GIFT_CARD)
    counter.selling.add_item(MICROPHONE)
    counter.selling._apply(counter.selling.current.basket.add(loaded, "card"))
    sale = counter.till.ring_up(CABLE)
    known = counter.original(sale.header.receipt_number)
    with pytest.raises(CashierError, match="stays loaded"):
        counter.returning.take_back(known, [ReturnRequest(2, 1000)], "Not wanted")
    with pytest.raises(CashierError, match="stays loaded"):
        counter.returning.post_void(known, "Not wanted")
    counter.returning.take_back(known, [ReturnRequest(1, 1000)], "Not wanted")
