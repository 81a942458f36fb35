"""The card terminal's batch at the close: its total is the count, and every payment that one side lacks is named."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fakes.workstation import CABLE_MINOR, FIRST, SECOND, Workstation

from hardware.payment_terminal import nexo_messages as nexo
from hardware.payment_terminal.simulator import Behaviour, SimulatedPaymentTerminal
from pos_app.domain.card_batch import BatchTotal
from pos_app.domain.till_closing import ClosingStep
from pos_app.errors import WorldError
from pos_app.services.card_payments import CardPayments

USD = "USD"


class CardShop(Workstation):
    """A workstation with a card terminal."""

    def __init__(self, folder: Path, **policy: object) -> None:
        super().__init__(folder, **policy)
        self.terminal = SimulatedPaymentTerminal(memory=folder / "card-terminal.jsonl")
        self.payments = CardPayments(self.register.selling, self.register.tendering)

    def sell_by_card(self) -> None:
        assert self.register.selling.add_item("CABLE").found
        attempt = self.payments.begin(CABLE_MINOR)
        result = self.terminal.authorise(attempt.payment_id, CABLE_MINOR, USD)
        outcome = self.register.tendering.add_card(result, attempt)
        assert outcome.completed is not None

    def at_the_slips(self) -> None:
        self.closing.stop_sales()
        self.closing.go_to(ClosingStep.COUNT_TENDERS)

    def card_result(self) -> tuple[int, int]:
        """Expected and counted."""
        (card,) = (one for one in self.closing.current.results if one.tender == "card")
        return card.expected_minor, card.counted_minor


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[CardShop]:
    made = CardShop(tmp_path)
    made.sign_on(FIRST)
    made.open()
    yield made
    assert made.faults() == []
    made.end()


def test_the_terminals_total_is_the_count_and_agrees(shop: CardShop):
    for _ in range(3):
        shop.sell_by_card()
    shop.at_the_slips()
    assert shop.terminal.batch_total(USD).net_minor == 3 * CABLE_MINOR
    shop.closing.take_batch(shop.terminal.batch_total(USD))
    shop.closing.confirm_count()
    assert shop.card_result() == (3_000, 3_000)
    assert shop.closing.card_differences() == []


def test_a_payment_that_only_the_terminal_has_is_named(shop: CardShop):
    shop.sell_by_card()
    shop.terminal.authorise("typed-on-the-terminal", 4_200, USD)
    shop.at_the_slips()
    shop.closing.take_batch(shop.terminal.batch_total(USD))
    shop.closing.confirm_count()
    assert shop.card_result() == (1_000, 5_200)
    (found,) = shop.closing.card_differences()
    assert (found.amount_minor, found.at_terminal) == (4_200, True)
    assert "•••• 4242" in found.shown


def test_a_payment_that_only_the_journal_has_is_named_with_its_receipt(shop: CardShop):
    shop.sell_by_card()
    shop.terminal.end_batch()
    shop.sell_by_card()
    shop.at_the_slips()
    shop.closing.take_batch(shop.terminal.batch_total(USD))
    shop.closing.confirm_count()
    assert shop.card_result() == (2_000, 1_000)
    (found,) = shop.closing.card_differences()
    assert (found.amount_minor, found.at_terminal) == (1_000, False)
    assert found.shown == f"Sale {shop.payloads('sale')[0]['header']['receipt_number']}"


def test_a_wrong_total_is_seen_though_every_payment_is_known(shop: CardShop):
    shop.sell_by_card()
    shop.terminal.set_switches(wrong_total_minor=-250)
    shop.at_the_slips()
    shop.closing.take_batch(shop.terminal.batch_total(USD))
    shop.closing.confirm_count()
    assert shop.card_result() == (1_000, 750)
    assert shop.closing.card_differences() == []
    assert "card" in shop.closing.open_reasons()


def test_the_batch_outlives_the_program_and_a_new_one_begins_at_nothing(tmp_path: Path):
    memory = tmp_path / "memory.jsonl"
    terminal = SimulatedPaymentTerminal(memory=memory)
    terminal.authorise("one", 500, USD)
    terminal.refund("back", "one", 200, USD)
    assert SimulatedPaymentTerminal(memory=memory).batch_total(USD).net_minor == 300
    SimulatedPaymentTerminal(memory=memory).end_batch()
    again = SimulatedPaymentTerminal(memory=memory)
    assert again.batch_total(USD) == BatchTotal(0, 0, ())
    again.authorise("two", 700, USD)
    assert [one.payment_id for one in again.batch_total(USD).payments] == ["two"]


def test_a_terminal_that_is_away_says_so_and_the_total_is_typed_in(shop: CardShop):
    shop.sell_by_card()
    shop.terminal.set_switches(behaviour=Behaviour.OFFLINE)
    with pytest.raises(WorldError, match="cannot be reached"):
        shop.terminal.batch_total(USD)


@pytest.mark.parametrize("listed", [True, False], ids=["with a list", "totals only"])
def test_what_the_other_drawer_sold_is_not_this_tills(tmp_path: Path, listed: bool):
    shop = CardShop(tmp_path, drawers=2)
    shop.sign_on(FIRST)
    shop.open()
    shop.sell_by_card()
    shop.sign_on(SECOND)
    shop.open()
    shop.sell_by_card()
    shop.sell_by_card()
    batch = shop.terminal.batch_total(USD)
    shop.at_the_slips()
    shop.closing.take_batch(batch if listed else BatchTotal(batch.taken_minor, batch.given_minor))
    shop.closing.confirm_count()
    assert shop.card_result() == (2_000, 2_000)
    assert shop.closing.card_differences() == []
    shop.end()


def totals(*parts: tuple[str, str], currency: str = USD) -> dict:
    said = [
        {"TransactionType": kind, "TransactionCount": 1, "TransactionAmount": Decimal(amount)} for kind, amount in parts
    ]
    group = {"PaymentInstrumentType": "Card", "PaymentCurrency": currency, "PaymentTotals": said}
    return {"GetTotalsResponse": {"Response": {"Result": "Success"}, "TransactionTotals": [group]}}


def test_totals_of_a_terminal_on_the_network_are_read_with_what_went_back():
    answer = totals(("Debit", "100.50"), ("Credit", "20.25"), ("ReverseDebit", "5"), ("Declined", "77"))
    assert nexo.read_totals(answer, USD) == BatchTotal(10_050, 2_525)
    assert nexo.read_totals(totals(("Debit", "9"), currency="EUR"), USD).net_minor == 0
    empty = {"GetTotalsResponse": {"Response": {"Result": "Success"}}}
    assert nexo.read_totals(empty, USD).net_minor == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"GetTotalsResponse": {"Response": {"Result": "Failure", "ErrorCondition": "LoggedOut"}}}, nexo.NotBegunError),
        (
            {"GetTotalsResponse": {"Response": {"Result": "Success"}, "TransactionTotals": "1"}},
            nexo.UnbelievableAnswerError,
        ),
        (totals(("Debit", "-1")), nexo.UnbelievableAnswerError),
        ({"PaymentResponse": {}}, nexo.UnbelievableAnswerError),
    ],
    ids=["logged-out", "no-list", "below-zero", "another-answer"],
)
def test_an_answer_without_totals_is_no_total(answer: dict, error: type[Exception]):
    with pytest.raises(error):
        nexo.read_totals(answer, USD)
