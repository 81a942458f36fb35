"""Promo codes that can be used up: held once per sale, taken offline by rule and right, and on record either way."""

import json
from collections.abc import Mapping

import pytest
from fakes.memory_gateway import MemoryGateway
from fakes.memory_shop import (
    OPERATOR,
    MemoryCatalogue,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)
from fakes.promoted import promotion

from pos_app.domain.operator import Role
from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.promotions import PromoCode, PromotionBook
from pos_app.domain.retail_transaction import CodeUse
from pos_app.domain.rights import Action, Limit
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.services.approvals import Approval, ApprovalNeededError, Approvals
from pos_app.services.promo_codes import PromoCodes
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl

BOOK = PromotionBook(
    (promotion("half", "percent", percent_micro=500_000, needs_code=True, name="Half off"),),
    (
        PromoCode("ANY", "half"),
        PromoCode("ONCE", "half", 1, offline=True, offline_limit_minor=1_000),
        PromoCode("ONLINE", "half", 1),
    ),
)
RIGHTS: Mapping[Action, Mapping[Role, Limit]] = {
    Action.PROMO_CODE_OFFLINE: {Role.ASSOCIATE: Limit(amount_minor=500), Role.MANAGER: Limit()}
}


class Till:
    """A till with promo codes."""

    def __init__(self) -> None:
        self.storage, self.gateway, terms = MemoryStorage(), MemoryGateway(), MemoryTerms()
        TillControl(storage=self.storage, clock=self.storage.clock, operator=OPERATOR).open_day_if_closed(50_000)
        parts = {"storage": self.storage, "terms": terms, "clock": self.storage.clock, "ids": self.storage.ids}
        store = profile(promotions=BOOK)
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=store, operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.codes = PromoCodes(self.selling, self.gateway, Approvals(OPERATOR, RIGHTS))

    def enter(self, text: str) -> None:
        """As the window does it, online."""
        request = self.codes.request(text)
        self.codes.enter(request, self.codes.reserve(request) if request.needs_reserving else None)

    def uses(self) -> tuple[CodeUse, ...]:
        """What the record says of the codes of a sale that is paid now."""
        completed = self.tendering.add_cash(1_000_000).completed
        assert completed is not None
        sale = sale_from_plain(json.loads(self.storage.state.entries[-1].payload))
        assert sale == completed.transaction
        return sale.code_uses


@pytest.fixture
def till() -> Till:
    made = Till()
    made.selling.add_item("10")
    return made


def test_a_code_without_a_limit_asks_nobody(till: Till) -> None:
    till.gateway.online = False
    till.enter("any")
    assert till.uses() == (CodeUse("ANY", "half", 2_500),)


def test_a_code_that_can_be_used_up_is_on_record_with_its_hold(till: Till) -> None:
    till.enter("once")
    (hold_id,) = till.gateway.code_holds
    assert till.codes.held() == {hold_id}
    assert till.uses() == (CodeUse("ONCE", "half", 2_500, hold_id, False, 1),)


def test_a_code_that_was_released_gets_a_hold_of_its_own_the_next_time(till: Till) -> None:
    till.enter("once")
    (first,) = till.codes.held()
    till.codes.remove("ONCE")
    till.codes.release(first)
    till.enter("once")
    assert till.codes.held() != {first}


def test_two_codes_of_one_promotion_count_once(till: Till) -> None:
    till.enter("any")
    till.enter("once")
    assert [use.reduction_minor for use in till.uses()] == [2_500, 0]


def test_used_up_is_used_up(till: Till) -> None:
    till.gateway.code_holds["other-sale"] = "ONCE"
    with pytest.raises(RefusedError, match="as often as it may"):
        till.enter("once")
    assert till.selling.view.basket.promo_codes == ()


def test_offline_the_rule_and_the_right_decide(till: Till) -> None:
    till.gateway.online = False
    with pytest.raises(OfflineError):
        till.enter("once")
    with pytest.raises(CashierError, match="only be checked online"):
        till.codes.enter_offline("online")
    with pytest.raises(ApprovalNeededError) as needed:
        till.codes.enter_offline("once")
    assert needed.value.request.amount_minor == 1_000
    till.codes.enter_offline("once", Approval("a-1", needed.value.request, "manager-1"))
    assert till.uses() == (CodeUse("ONCE", "half", 1_000, "", True, 1),)


def test_a_small_saving_is_within_the_associates_own_right() -> None:
    till = Till()
    till.selling.add_item("11", 2_000)
    till.codes.enter_offline("once")
    assert [use.reduction_minor for use in till.uses()] == [50]


def test_an_answer_for_a_sale_that_is_over_enters_nothing(till: Till) -> None:
    request = till.codes.request("once")
    hold = till.codes.reserve(request)
    till.selling.cancel("test")
    with pytest.raises(CashierError, match="is over"):
        till.codes.enter(request, hold)


def test_a_code_twice_or_after_the_first_payment_is_refused(till: Till) -> None:
    till.enter("any")
    with pytest.raises(CashierError, match="on this sale already"):
        till.codes.request("any")
    till.tendering.add_cash(100)
    with pytest.raises(CashierError, match="already paid"):
        till.codes.request("once")
