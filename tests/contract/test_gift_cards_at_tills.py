"""Gift cards and store credit from till to till: sold, topped up, issued, spent; the journal never has a number."""

from datetime import timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import PlainFormatter
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.domain.receipt_document import Barcode, Text
from pos_app.domain.stored_value import GiftCardRules, LoadKind, is_store_credit
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError
from pos_app.services.loading import CardCheck, Loading
from pos_app.storage.journal_audit import audit
from pos_app.storage.outbox import CONTACTS_KEPT_S

CARD = "6006491234567890777"


class Counter:
    """A till of the store, with what sells gift cards."""

    def __init__(self, folder: Path, central: RealCentral, workstation_id: str) -> None:
        self.till = RealTill(folder, workstation_id)
        self.till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        self.till.connect()
        self.loading = Loading(
            self.till.selling,
            self.till.gateway,
            storage=self.till.data.storage,
            clock=self.till.clock,
            ids=self.till.ids,
            formatter=PlainFormatter(),
        )

    def sell(self, kind: LoadKind, amount_minor: int, check: CardCheck | None = None):
        self.loading.sell(check or self.loading.check(CARD), kind, amount_minor)
        completed = self.till.tendering.add_cash(self.till.tendering.cash_due_minor).completed
        self.till.drain()
        return completed

    def spend(self, number: str, *codes: str):
        sale = self.till.ring_up(*codes, gift_card=number)
        self.till.drain()
        return sale

    def journal(self) -> str:
        return str(self.till.data.database.all("SELECT payload FROM journal"))

    def numbers_kept(self) -> list[str]:
        return [number for (number,) in self.till.data.database.all("SELECT email FROM contact")]


@pytest.fixture
def central(tmp_path: Path):
    service = RealCentral(tmp_path / "central")
    yield service
    assert service.service.verify().findings == ()
    service.close()


@pytest.fixture
def counters(tmp_path: Path, central: RealCentral):
    made = [Counter(tmp_path / f"till-{number}", central, f"0{number}") for number in (1, 2)]
    yield made
    for counter in made:
        assert audit(counter.till.data.database).faults == []
        counter.till.close()


def test_a_card_sold_at_one_till_pays_at_another(counters) -> None:
    here, there = counters
    sold = here.sell(LoadKind.ACTIVATE, 5_000)
    assert sold.transaction.lines[0].name == "Gift card •••• 0777"
    assert sold.transaction.total_minor == 5_000
    assert there.loading.check(CARD).balance_minor == 5_000
    paid = there.spend(CARD, "11")
    assert paid.tenders[0].tender_type is TenderType.GIFT_CARD
    assert here.loading.check(CARD).balance_minor == 5_000 - paid.total_minor


def test_a_card_is_topped_up_at_another_till(counters) -> None:
    here, there = counters
    here.sell(LoadKind.ACTIVATE, 5_000)
    there.sell(LoadKind.TOP_UP, 2_500)
    assert here.loading.check(CARD).balance_minor == 7_500


def test_the_number_is_in_no_journal_and_forgotten_a_week_after_the_service_has_it(counters) -> None:
    here, _ = counters
    here.loading.sell(here.loading.check(CARD), LoadKind.ACTIVATE, 5_000)
    here.till.tendering.add_cash(5_000)
    assert here.numbers_kept() == [CARD]
    here.till.drain()
    outbox = here.till.data.outbox
    later = here.till.clock.now() + timedelta(seconds=CONTACTS_KEPT_S)
    outbox.acknowledge(outbox.acknowledged(), [], later.isoformat())
    assert here.numbers_kept() == []
    assert CARD not in here.journal()


def test_a_card_in_use_is_not_sold_again_and_a_new_one_not_topped_up(counters) -> None:
    here, _ = counters
    with pytest.raises(CashierError, match="never sold"):
        here.loading.sell(here.loading.check(CARD), LoadKind.TOP_UP, 5_000)
    here.sell(LoadKind.ACTIVATE, 5_000)
    with pytest.raises(CashierError, match="Top it up instead"):
        here.loading.sell(here.loading.check(CARD), LoadKind.ACTIVATE, 5_000)


def test_the_same_card_is_not_twice_in_a_sale_and_one_taken_back_is_not_loaded(counters) -> None:
    here, _ = counters
    check = here.loading.check(CARD)
    line = here.loading.sell(check, LoadKind.ACTIVATE, 5_000)
    with pytest.raises(CashierError, match="in the sale already"):
        here.loading.sell(check, LoadKind.ACTIVATE, 5_000)
    here.till.selling.add_item("11")
    here.till.selling.void_line(line)
    here.till.tendering.add_cash(here.till.tendering.cash_due_minor)
    here.till.drain()
    assert not here.loading.check(CARD).known


def test_what_is_rung_up_after_undoing_a_gift_card_loads_no_card(counters) -> None:
    here, _ = counters
    here.till.selling.add_item("10")
    here.loading.sell(here.loading.check(CARD), LoadKind.ACTIVATE, 5_000)
    assert here.till.selling.undo()
    here.till.selling.add_item("14")  # another gift card, of the shelf, takes the line's number
    here.till.tendering.add_cash(here.till.tendering.cash_due_minor)
    here.till.drain()
    assert not here.loading.check(CARD).known


def test_offline_a_store_sells_no_cards_unless_its_rule_says_so(counters) -> None:
    here, _ = counters
    offline = CardCheck(CARD, offline=True)
    with pytest.raises(CashierError, match="out of reach"):
        here.loading.sell(offline, LoadKind.ACTIVATE, 5_000)
    object.__setattr__(here.till.selling.profile, "gift_cards", GiftCardRules(sell_offline=True))
    sold = here.sell(LoadKind.ACTIVATE, 5_000, offline)
    words = [block.text for block in sold.document.blocks if isinstance(block, Text)]
    assert any("as soon as this till is connected" in text for text in words)
    assert here.loading.check(CARD).balance_minor == 5_000


def test_store_credit_is_issued_with_a_slip_and_pays_at_another_till(counters) -> None:
    here, there = counters
    issued = here.loading.issue_store_credit(3_000, "Return without receipt")
    assert is_store_credit(issued.number)
    assert Barcode(issued.number) in issued.slip.document.blocks
    assert here.till.data.print_queue.next_job().job_id == issued.slip.job_id
    here.till.drain()
    assert issued.number not in here.journal()
    paid = there.spend(issued.number, "10")
    credit = paid.tenders[0]
    assert (credit.tender_type, credit.amount_minor) == (TenderType.STORE_CREDIT, 3_000)
    assert there.loading.check(issued.number).balance_minor == 0
    assert dict(there.till.data.storage.till_totals().by_tender)["store_credit"] == 3_000


def test_a_store_credit_cannot_be_sold_or_topped_up(counters) -> None:
    here, _ = counters
    issued = here.loading.issue_store_credit(3_000, "Return without receipt")
    with pytest.raises(CashierError, match="store credit slip"):
        here.loading.sell(here.loading.check(issued.number), LoadKind.TOP_UP, 1_000)


@pytest.mark.parametrize("number", ["", "123", "12 34", "60064912345678901234567890", "⁴⁵⁶⁷⁸⁹"], ids=repr)
def test_what_is_no_number_is_refused_in_words(counters, number: str) -> None:
    with pytest.raises(CashierError, match="A card's number has"):
        counters[0].loading.check(number)
