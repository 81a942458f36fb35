"""A sale at the counter: rung up, paid, made durable."""

import json
from dataclasses import replace

import pytest
from fakes.memory_gateway import MemoryGateway
from fakes.memory_shop import (
    DEMO_ACCOUNT,
    ITEMS,
    OPERATOR,
    MemoryCatalogue,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)

from pos_app.domain.basket import Discount
from pos_app.domain.receipt_document import Barcode, Pair
from pos_app.domain.rewards import PointsTaxTreatment, ProgrammeTerms
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError, CommitUnknownError, OfflineError, WorldError
from pos_app.ports import CardOutcome, CardResult
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl


class Till:
    """A till with everything a sale needs."""

    def __init__(self, terms: ProgrammeTerms | None = None, **store: object) -> None:
        self.storage = MemoryStorage()
        self.gateway = MemoryGateway()
        self.terms = MemoryTerms(terms)
        self.rewards = Rewards(self.gateway, self.storage.ids)
        self.store = profile(**store)
        self.control = TillControl(storage=self.storage, clock=self.storage.clock, operator=OPERATOR)
        self.control.open_day_if_closed(50_000)
        self.start()

    def start(self, **window: object) -> None:
        """Start the program (again): services over what is on disk."""
        parts = {"storage": self.storage, "terms": self.terms, "clock": self.storage.clock, "ids": self.storage.ids}
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=self.store, operator=OPERATOR, **parts, **window)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)

    def hold(self, points: int):
        sale = self.selling.current
        in_use = frozenset(t.reference for t in sale.tenders)
        return self.rewards.hold_points(sale.header.transaction_id, DEMO_ACCOUNT.member_id, points, in_use)

    def last_sale(self) -> dict:
        return json.loads(self.storage.state.entries[-1].payload)


@pytest.fixture
def till() -> Till:
    return Till()


def test_a_cash_sale_is_one_commit_with_journal_receipt_and_totals(till: Till) -> None:
    till.selling.add_item("10")
    outcome = till.tendering.add_cash(6000)
    assert outcome.completed is not None
    assert outcome.completed.change_minor == 6000 - 5411
    assert till.storage.kinds() == ["business_day_opened", "tender_loan", "sale"]
    assert till.storage.state.open_transaction is None
    assert till.storage.till_totals().expected_cash_minor == 50_000 + 5411
    job = till.storage.state.print_jobs[outcome.completed.print_job_id]
    assert job.open_drawer
    assert Barcode("001-02-000001") in job.document.blocks


def test_the_drawer_opens_for_each_part_of_cash_and_not_again_for_the_card_after_it(till: Till) -> None:
    till.selling.add_item("10")
    till.tendering.add_cash(2000)
    (pulse,) = till.storage.state.print_jobs.values()
    assert (pulse.open_drawer, pulse.document.blocks) == (True, ())
    part = till.selling.view.tenders[0]
    till.tendering.remove_tender(part.tender_id)
    till.tendering.add_cash(1000)
    assert [job.open_drawer for job in till.storage.state.print_jobs.values()] == [True] * 3
    outcome = till.tendering.add_card(CardResult(CardOutcome.APPROVED, 4411, "A1", "Visa", "4242"))
    assert outcome.completed is not None
    assert not till.storage.state.print_jobs[outcome.completed.print_job_id].open_drawer


def test_a_float_of_500_and_a_sale_of_7_49_paid_with_10_leaves_507_49(till: Till) -> None:
    till = Till(tax_rates=())
    till.selling._catalogue.items["t"] = replace(ITEMS["10"], price_minor=749, tax_ids=())
    till.selling.add_item("t")
    till.tendering.add_cash(1000)
    assert till.storage.till_totals().expected_cash_minor == 50_749


def test_an_unknown_code_changes_nothing_and_says_so(till: Till) -> None:
    result = till.selling.add_item("99999")
    assert not result.found
    assert result.reason == "not_on_file"
    assert till.selling.view.header is None
    assert till.storage.state.transaction_sequence == 0


def test_the_same_item_again_counts_up_on_its_line(till: Till) -> None:
    first = till.selling.add_item("10")
    again = till.selling.add_item("10")
    assert (first.merged, again.merged) == (False, True)
    assert first.line_number == again.line_number == 1
    assert till.selling.view.basket.lines[0].quantity_milli == 2000


def test_points_gift_card_card_and_cash_share_one_bill(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    assert till.selling.view.redeemable_points == 1200
    till.tendering.add_points(till.hold(1000))
    till.tendering.add_gift_card(
        till.rewards.hold_gift_card(till.selling.current.header.transaction_id, "6006 4912 3456 7890 123", 5000)
    )
    till.tendering.add_card(CardResult(CardOutcome.APPROVED, 10_000, "A1", "Visa", "4242"))
    outcome = till.tendering.add_cash(till.tendering.cash_due_minor)
    assert outcome.completed is not None
    sale = till.last_sale()
    assert [t["amount_minor"] for t in sale["tenders"]] == [1000, 2000, 10_000, 28_686 - 13_000]
    assert sale["points"]["used"] == 1000
    assert sale["points"]["base"] == 255
    assert sum(line["points_base"] for line in sale["lines"]) == 255
    assert "example.com" not in json.dumps(sale)


def test_every_amount_on_the_receipt_adds_up_to_the_total(till: Till) -> None:
    till.selling.add_item("13", 2000)
    till.selling.add_item("11")
    till.selling.discount_line(1, Discount("damaged box", percent_micro=100_000))
    till.selling.discount_transaction(Discount("goodwill", amount_minor=100))
    document = till.tendering.add_cash(500_000).completed.document
    pairs = [block for block in document.blocks if isinstance(block, Pair)]
    amounts = {pair.left: int(pair.right.strip("$").replace(",", "").replace(".", "")) for pair in pairs[2:]}
    lines = [int(p.right.replace(",", "").replace(".", "")) for p in pairs[2:] if p.left in ("Television", "Cable")]
    discounts = [int(p.right.replace(",", "").replace(".", "")) for p in pairs if p.left == "Discount"]
    assert sum(lines) + sum(discounts) == amounts["Goods and services"]
    assert amounts["Goods and services"] + amounts["Fees"] + amounts["Sales tax 8.25%"] == amounts["TOTAL"]


def test_points_as_a_discount_lower_the_tax() -> None:
    terms = ProgrammeTerms(points_tax_treatment=PointsTaxTreatment.DISCOUNT)
    till = Till(terms)
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.tendering.add_points(till.hold(1000))
    assert till.selling.view.priced.total_minor == 25_500 + 2104
    assert till.tendering.add_cash(27_604).completed is not None
    assert till.last_sale()["points"]["base"] == 255


def test_nothing_can_be_rung_up_once_a_part_is_paid(till: Till) -> None:
    till.selling.add_item("12")
    till.tendering.add_cash(1000)
    with pytest.raises(CashierError, match="Finish the payment") as refused:
        till.selling.add_item("10")
    assert refused.value.code == "finish_payment_first"
    assert len(till.selling.view.basket.lines) == 1


def test_a_part_paid_in_cash_can_be_taken_back_but_not_a_charged_card(till: Till) -> None:
    till.selling.add_item("12")
    cash = till.tendering.add_cash(1000).tender
    till.tendering.add_card(CardResult(CardOutcome.APPROVED, 500, "A1", "Visa", "4242"))
    till.tendering.remove_tender(cash.tender_id)
    card = till.selling.view.tenders[0]
    with pytest.raises(CashierError, match="already charged"):
        till.tendering.remove_tender(card.tender_id)


def test_a_declined_or_unknown_card_pays_nothing(till: Till) -> None:
    till.selling.add_item("12")
    for outcome in (CardOutcome.DECLINED, CardOutcome.UNKNOWN, CardOutcome.CANCELLED):
        with pytest.raises(CashierError):
            till.tendering.add_card(CardResult(outcome, 28_686))
    assert till.selling.view.tenders == ()


def test_a_tender_handed_in_twice_pays_once(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    hold = till.hold(500)
    till.tendering.add_points(hold)
    till.tendering.add_points(hold)
    assert till.selling.view.points_used == 500


def test_a_hold_asked_for_again_after_a_lost_answer_is_the_same_hold(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.gateway.lost_answers = 1
    with pytest.raises(OfflineError):
        till.hold(1000)
    assert till.hold(1000).points == 1000
    assert sum(h.points for h in till.gateway.holds.values() if h.state == "held") == 1000


def test_asking_for_other_points_after_a_lost_answer_gives_the_first_hold_back(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.gateway.lost_answers = 1
    with pytest.raises(OfflineError):
        till.hold(200)
    assert till.hold(1000).points == 1000
    assert sum(h.points for h in till.gateway.holds.values() if h.state == "held") == 1000


def test_undo_restores_the_basket_exactly(till: Till) -> None:
    till.selling.add_item("10")
    till.selling.add_item("12")
    before = till.selling.view
    for change in (
        lambda: till.selling.void_line(1),
        lambda: till.selling.set_quantity(2, 5000),
        lambda: till.selling.discount_transaction(Discount("goodwill", percent_micro=50_000)),
        lambda: till.selling.attach_member(DEMO_ACCOUNT),
        lambda: till.selling.add_item("11"),
    ):
        change()
        assert till.selling.view != before
        assert till.selling.undo()
        assert till.selling.view.basket == before.basket
        assert till.selling.view.priced == before.priced


def test_undo_brings_a_member_back_with_everything_known_of_them(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_unknown_member("new.person@example.com")
    till.selling.remove_member()
    assert till.selling.undo()
    assert till.selling.current.contact_email == "new.person@example.com"
    till.selling.attach_member(DEMO_ACCOUNT)
    till.selling.remove_member()
    assert till.selling.undo()
    assert till.selling.view.account == DEMO_ACCOUNT


def test_undo_never_takes_the_member_from_points_in_the_payment(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.tendering.add_points(till.hold(100))
    with pytest.raises(CashierError, match="Take them out first"):
        till.selling.undo()


def test_the_member_cannot_change_while_their_points_pay(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    tender = till.tendering.add_points(till.hold(1000)).tender
    with pytest.raises(CashierError, match="Take them out first"):
        till.selling.remove_member()
    till.tendering.remove_tender(tender.tender_id)
    till.selling.remove_member()
    assert till.selling.view.earned.points == 0


def test_a_sale_cannot_become_cheaper_than_the_points_in_it(till: Till) -> None:
    till.selling.add_item("10")
    till.selling.add_item("11")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.tendering.add_points(till.hold(1200))
    with pytest.raises(CashierError, match="worth more"):
        till.selling.void_line(1)
    assert not till.selling.view.basket.lines[0].voided


def test_a_member_known_only_by_address_earns_and_the_address_stays_out_of_the_journal(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_unknown_member("  New.Person@Example.COM ")
    till.tendering.add_card(CardResult(CardOutcome.APPROVED, till.tendering.due_minor, "A1", "Visa", "4242"))
    sale = till.last_sale()
    assert sale["points"]["base"] == 265
    assert till.storage.state.contacts == {sale["member"]["contact_id"]: "new.person@example.com"}
    assert b"new.person" not in till.storage.state.entries[-1].payload


def test_a_text_that_is_no_address_is_refused_in_words(till: Till) -> None:
    with pytest.raises(CashierError, match="not an e-mail address"):
        till.selling.attach_unknown_member("front desk")


def test_a_sale_under_way_survives_the_program_being_killed(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.tendering.add_points(till.hold(1000))
    before = till.selling.view
    till.start()
    assert till.selling.restore()
    assert till.selling.view.basket == before.basket
    assert till.selling.view.tenders == before.tenders
    assert till.selling.view.receipt_number == before.receipt_number


def test_a_cancelled_sale_keeps_its_number_in_the_journal(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.cancel("customer left")
    till.selling.add_item("10")
    assert till.storage.kinds()[-1] == "transaction_cancelled"
    assert till.selling.view.receipt_number == "001-02-000002"


def test_a_sale_with_cash_in_it_cannot_be_cancelled_away(till: Till) -> None:
    till.selling.add_item("12")
    till.tendering.add_cash(1000)
    with pytest.raises(CashierError, match="already paid"):
        till.selling.cancel("customer left")


def test_an_unknown_commit_that_landed_is_a_sale(till: Till) -> None:
    till.selling.add_item("10")
    add_tender = till.selling.set_tenders

    def fail_the_commit_after_this(tenders, record):
        add_tender(tenders, record)
        till.storage.fail_next_commit = (CommitUnknownError("the disk did not answer"), True)

    till.selling.set_tenders = fail_the_commit_after_this
    assert till.tendering.add_cash(5411).completed is not None
    assert till.storage.kinds().count("sale") == 1


def test_an_unknown_commit_that_did_not_land_leaves_the_sale_open(till: Till) -> None:
    till.selling.add_item("10")
    add_tender = till.selling.set_tenders

    def fail_the_commit_after_this(tenders, record):
        add_tender(tenders, record)
        till.storage.fail_next_commit = (CommitUnknownError("the disk did not answer"), False)

    till.selling.set_tenders = fail_the_commit_after_this
    with pytest.raises(CommitUnknownError):
        till.tendering.add_cash(5411)
    assert till.tendering.complete_if_paid() is not None
    assert till.storage.kinds().count("sale") == 1


def test_a_card_that_pays_all_is_kept_when_the_sale_cannot_be_stored(till: Till) -> None:
    till.start(schedule_save=lambda save: None)  # as a window that has not come round to it yet
    till.selling.add_item("10")
    due_minor = till.tendering.due_minor
    till.storage.fail_next_commit = (WorldError("The disk is full."), False)
    with pytest.raises(WorldError):
        till.tendering.add_card(CardResult(CardOutcome.APPROVED, due_minor, "A1", "VISA", "1111"))
    assert [tender.amount_minor for tender in till.storage.state.open_transaction.tenders] == [due_minor]


def test_cash_is_rounded_to_five_cents_and_a_card_is_not() -> None:
    till = Till(cash_step_minor=5, tax_rates=())
    till.selling._catalogue.items["t"] = replace(ITEMS["10"], price_minor=1572, tax_ids=())
    till.selling.add_item("t")
    assert till.tendering.cash_due_minor == 1570
    assert till.tendering.add_cash(2000).completed.change_minor == 430
    assert till.last_sale()["cash_rounding_minor"] == -2
    till.selling.add_item("t")
    assert till.tendering.add_card(CardResult(CardOutcome.APPROVED, 1572, "A", "Visa", "1")).completed is not None


def test_a_sale_that_costs_nothing_completes_without_a_tender(till: Till) -> None:
    till.selling.add_item("15")
    assert till.tendering.complete_if_paid() is not None
    assert till.last_sale()["tenders"] == []


def test_gift_cards_sold_earn_nothing(till: Till) -> None:
    till.selling.add_item("14")
    till.selling.attach_member(DEMO_ACCOUNT)
    assert till.selling.view.earned.points == 0


def test_paying_out_more_than_the_till_holds_is_refused(till: Till) -> None:
    till.control.pay_out(2000, "window cleaner")
    assert till.storage.till_totals().expected_cash_minor == 48_000
    with pytest.raises(CashierError, match="not that much cash"):
        till.control.pay_out(48_001, "window cleaner")


def test_a_closed_store_sells_nothing(till: Till) -> None:
    till.storage.state.business_day = ""
    with pytest.raises(CashierError, match="business day is not open"):
        till.selling.add_item("10")


def test_a_tender_in_points_needs_the_sales_own_member(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    hold = replace(till.hold(100), member_id="m-2")
    with pytest.raises(CashierError, match="somebody else"):
        till.tendering.add_points(hold)
    assert [t.tender_type for t in till.selling.view.tenders] == []
    assert TenderType.POINTS not in {t.tender_type for t in till.selling.view.tenders}
