"""Discounts, other prices and cancelling within the rights of who is signed on, and beyond them with an approval."""

import pytest
from fakes.memory_people import ASSOCIATE, MANAGER, SUPERVISOR, TECHNICIAN
from fakes.memory_shop import MemoryCatalogue, MemoryStorage, MemoryTerms, profile
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Discount
from pos_app.domain.given_reductions import discounts_given, price_reduction
from pos_app.domain.item import Item, ItemKind
from pos_app.domain.operator import SignedOn
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, ApprovalNeededError, Approvals
from pos_app.services.selling import Selling
from pos_app.services.supervised_sale import SupervisedSale
from pos_app.services.till_control import TillControl
from pos_app.storage.dataclass_json import from_json, to_json

PERCENT = 10_000
MICROPHONE, SPEAKER, TELEVISION, GIFT_CARD = "10", "12", "13", "14"


class Till:
    """A sale under way, and somebody signed on."""

    def __init__(self, *codes: str) -> None:
        self.operator = SignedOn(ASSOCIATE)
        self.storage = MemoryStorage()
        clock = self.storage.clock
        TillControl(storage=self.storage, clock=clock, operator=self.operator).open_day_if_closed(0)
        self.selling = Selling(
            storage=self.storage,
            catalogue=MemoryCatalogue(),
            terms=MemoryTerms(),
            clock=clock,
            ids=self.storage.ids,
            profile=profile(),
            operator=self.operator,
        )
        self.approvals = Approvals(self.operator, clock=clock)
        self.sale = SupervisedSale(self.selling, self.approvals)
        for code in codes:
            self.selling.add_item(code)


def off(percent: int) -> Discount:
    return Discount("Customer care", percent_micro=percent * PERCENT)


def asked(act) -> tuple[Action, int, int]:
    """What somebody else has to approve."""
    with pytest.raises(ApprovalNeededError) as needed:
        act()
    request = needed.value.request
    return request.action, request.amount_minor, request.percent_micro


def yes(act, approver=MANAGER) -> Approval:
    with pytest.raises(ApprovalNeededError) as needed:
        act()
    return Approval("approval-1", needed.value.request, approver.operator_id)


def test_an_associate_gives_ten_percent_alone():
    till = Till(MICROPHONE)
    till.sale.discount_line(1, off(10))
    assert till.selling.view.priced.discount_minor == 500


def test_more_than_ten_percent_needs_somebody_and_nothing_is_changed_until_then():
    till = Till(MICROPHONE)
    assert asked(lambda: till.sale.discount_line(1, off(11))) == (Action.DISCOUNT, 550, 110_000)
    assert till.selling.view.priced.discount_minor == 0


def test_a_second_step_counts_with_the_first():
    till = Till(MICROPHONE)
    till.sale.discount_line(1, off(10))
    action, amount_minor, percent_micro = asked(lambda: till.sale.discount_line(1, off(10)))
    assert (action, amount_minor, percent_micro) == (Action.DISCOUNT, 950, 190_000)
    assert asked(lambda: till.sale.discount_transaction(off(10)))[2] == 190_000


def test_ten_percent_of_much_is_more_than_an_associate_may_give():
    till = Till(TELEVISION)
    assert asked(lambda: till.sale.discount_line(1, off(10))) == (Action.DISCOUNT, 10_000, 100_000)
    till.operator.change_to(SUPERVISOR)
    till.sale.discount_line(1, off(10))
    assert till.selling.view.priced.discount_minor == 10_000


def test_more_pieces_of_a_reduced_line_need_the_same_right():
    till = Till(MICROPHONE)
    till.sale.discount_line(1, off(10))
    till.sale.set_quantity(1, 10_000)
    assert asked(lambda: till.sale.set_quantity(1, 11_000)) == (Action.DISCOUNT, 5_499, 100_000)
    till.sale.set_quantity(1, 1_000)


def test_an_approval_lets_exactly_what_was_asked_for_through_and_once():
    till = Till(MICROPHONE)
    approval = yes(lambda: till.sale.discount_line(1, off(50)))
    asked(lambda: till.sale.discount_line(1, off(60), approval))
    till.sale.discount_line(1, off(50), approval)
    assert till.selling.view.priced.discount_minor == 2_500
    assert till.selling.undo()
    asked(lambda: till.sale.discount_line(1, off(50), approval))


def test_an_approval_ends_after_its_time():
    till = Till(MICROPHONE)
    with pytest.raises(ApprovalNeededError) as needed:
        till.sale.discount_line(1, off(50))
    late = till.storage.clock.monotonic_ms() - 1
    approval = Approval("approval-1", needed.value.request, MANAGER.operator_id, expires_at_ms=late)
    asked(lambda: till.sale.discount_line(1, off(50), approval))


def test_the_approval_of_who_asks_is_none():
    till = Till(MICROPHONE)
    approval = yes(lambda: till.sale.discount_line(1, off(50)), approver=ASSOCIATE)
    asked(lambda: till.sale.discount_line(1, off(50), approval))


def test_another_price_is_measured_against_the_regular_one():
    till = Till(SPEAKER)
    till.sale.set_price(1, 25_200, "Price match")
    assert till.selling.view.priced.total_minor < 28_000
    assert asked(lambda: till.sale.set_price(1, 25_100, "Price match")) == (Action.PRICE_OVERRIDE, 1_400, 52_830)


def test_a_higher_price_needs_nobody():
    till = Till(MICROPHONE)
    till.sale.set_price(1, 5_500, "Shelf label differs")
    assert till.selling.view.priced.subtotal_minor == 5_500


def test_a_technician_sells_nothing_cheaper_and_cancels_nothing():
    till = Till(MICROPHONE)
    till.operator.change_to(TECHNICIAN)
    for act in (
        lambda: till.sale.discount_transaction(off(1)),
        lambda: till.sale.set_price(1, 4_000, "Display item"),
        lambda: till.sale.cancel("Customer left"),
    ):
        with pytest.raises(CashierError) as refusal:
            act()
        assert refusal.value.code == "not_allowed"
    assert till.selling.current is not None


def test_the_reasons_are_in_the_journal_with_the_sale():
    import json

    from fakes.memory_shop import PlainFormatter

    from pos_app.domain.poslog import sale_from_plain, sale_to_plain
    from pos_app.services.tendering import Tendering

    till = Till(MICROPHONE, SPEAKER)
    till.sale.discount_line(1, off(10))
    till.sale.set_price(2, 26_000, "Price match")
    till.sale.discount_transaction(Discount("Display item", amount_minor=100))
    parts = {"terms": MemoryTerms(), "clock": till.storage.clock, "ids": till.storage.ids}
    Tendering(till.selling, storage=till.storage, formatter=PlainFormatter(), **parts).add_cash(100_000)
    payload = json.loads(till.storage.state.entries[-1].payload)
    assert payload["lines"][0]["given_discounts"] == [["Customer care", 100_000, 0]]
    assert payload["lines"][1]["price_reason"] == "Price match"
    assert payload["given_discounts"] == [["Display item", 0, 100]]
    assert json.loads(json.dumps(sale_to_plain(sale_from_plain(payload)))) == payload


# --- how much was taken off ----------------------------------------------------------------------------------------


@given(price_minor=st.integers(1, 10**7), quantity=st.integers(1, 99), percent=st.integers(1, 100))
def test_a_percentage_of_any_price_is_that_percentage(price_minor, quantity, percent):
    basket = Basket().add(Item("x", "Thing", price_minor, ()), "x", quantity * 1_000)
    assert discounts_given(basket.discount_line(1, off(percent)), 1).percent_micro == percent * PERCENT
    assert discounts_given(basket.discount_transaction(off(percent))).percent_micro == percent * PERCENT


@given(parts=st.lists(st.integers(1, 60), min_size=1, max_size=5), price_minor=st.integers(1, 10**6))
def test_reductions_in_steps_never_count_less_than_together(parts, price_minor):
    basket = Basket().add(Item("x", "Thing", price_minor, ()), "x")
    before = 0
    for part in parts:
        basket = basket.discount_line(1, off(part))
        given_now = discounts_given(basket, 1).percent_micro
        assert before <= given_now <= 1_000_000
        before = given_now


def test_gift_cards_keep_their_value_when_the_whole_sale_is_reduced():
    basket = Basket().add(Item("g", "Gift card", 10_000, (), ItemKind.GIFT_CARD), "g")
    basket = basket.add(Item("x", "Thing", 10_000, ()), "x").discount_transaction(off(10))
    assert discounts_given(basket).amount_minor == 1_000
    assert discounts_given(basket).percent_micro == 50_000


@given(now=st.integers(0, 10**6), then=st.integers(0, 10**6))
def test_a_price_is_less_by_what_it_is_less(now, then):
    line = Basket().add(Item("x", "Thing", now, ()), "x").lines[0]
    taken_off = price_reduction(line, then)
    assert taken_off.amount_minor == max(0, now - then)
    assert 0 <= taken_off.percent_micro <= 1_000_000


def test_a_percentage_on_the_whole_sale_is_asked_for_again_with_what_came_after_it_once():
    till = Till(MICROPHONE)
    approval = yes(lambda: till.sale.discount_transaction(off(20)), SUPERVISOR)
    till.sale.discount_transaction(off(20), approval)
    till.sale.agree_before_payment()
    till.selling.add_item(TELEVISION)
    assert asked(till.sale.agree_before_payment) == (Action.DISCOUNT, 21_000, 200_000)
    with pytest.raises(ApprovalNeededError) as needed:
        till.sale.agree_before_payment()
    assert needed.value.request.detail == "Whole sale: more than was agreed, 1 more line"
    till.sale.agree_before_payment(Approval("approval-2", needed.value.request, MANAGER.operator_id))
    till.sale.agree_before_payment()
    till.selling.void_line(2)
    till.sale.agree_before_payment()


def test_another_line_is_asked_about_also_where_it_costs_no_more():
    till = Till(TELEVISION)
    approval = yes(lambda: till.sale.discount_transaction(off(20)))
    till.sale.discount_transaction(off(20), approval)
    till.selling.void_line(1)
    till.selling.add_item(MICROPHONE)
    till.sale.agree_before_payment()
    till.selling.add_item(SPEAKER)
    assert asked(till.sale.agree_before_payment)[0] is Action.DISCOUNT


def test_what_somebody_may_give_alone_grows_without_a_question_up_to_their_limit():
    till = Till(MICROPHONE)
    till.sale.discount_transaction(off(10))
    till.selling.add_item(MICROPHONE)
    till.sale.agree_before_payment()
    till.selling.add_item(TELEVISION)
    assert asked(till.sale.agree_before_payment) == (Action.DISCOUNT, 11_000, 100_000)


def test_what_was_agreed_survives_a_restart_of_the_till():
    till = Till(MICROPHONE)
    approval = yes(lambda: till.sale.discount_transaction(off(20)))
    till.sale.discount_transaction(off(20), approval)
    basket = till.selling.current.basket
    assert from_json(Basket, to_json(basket)) == basket
    assert basket.agreed_reduction is not None
