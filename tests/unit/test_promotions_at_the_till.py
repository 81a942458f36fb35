"""Promotions and exemption through a sale: on the view, the receipt, the journal, and after a crash."""

import json

import pytest
from fakes.memory_shop import (
    DEMO_ACCOUNT,
    OPERATOR,
    MemoryCatalogue,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)
from fakes.promoted import promotion

from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.promotions import PromoCode, PromotionBook, PromotionScope
from pos_app.domain.receipt_document import Pair, Text
from pos_app.domain.return_quote import quote_return
from pos_app.domain.returns import ReturnHistory, ReturnRequest
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.storage.dataclass_json import from_json, to_json

BOOK = PromotionBook(
    (
        promotion(
            "b2g1", "buy_get", buy=2, get=1, percent_micro=1_000_000, name="3 for 2", scope=PromotionScope(("audio",))
        ),
        promotion("five", "amount", amount_minor=500, needs_code=True, name="Five off"),
        promotion("students", "percent", percent_micro=200_000, scope=PromotionScope(segments=("student",))),
    ),
    (PromoCode("SAVE5", "five"),),
)


class Till:
    """A till of a store with promotions."""

    def __init__(self) -> None:
        self.storage, self.terms = MemoryStorage(), MemoryTerms()
        TillControl(storage=self.storage, clock=self.storage.clock, operator=OPERATOR).open_day_if_closed(50_000)
        self.start()

    def start(self) -> None:
        parts = {"storage": self.storage, "terms": self.terms, "clock": self.storage.clock, "ids": self.storage.ids}
        store = profile(promotions=BOOK)
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=store, operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)

    def total(self) -> int:
        return self.selling.view.priced.total_minor


@pytest.fixture
def till() -> Till:
    return Till()


def test_promotions_are_on_the_view_the_receipt_and_the_record(till: Till) -> None:
    till.selling.add_item("10", 2000)
    till.selling.add_item("12")
    till.selling.enter_promo_code("save5")
    completed = till.tendering.add_cash(100_000).completed
    assert completed is not None
    blocks = till.storage.state.print_jobs[completed.print_job_id].document.blocks
    names = [block.left for block in blocks if isinstance(block, Pair)]
    assert names.count("3 for 2") == names.count("Five off") == 2
    assert "Discount" not in names
    assert any(isinstance(block, Text) and "SAVE5" in block.text for block in blocks)
    sale = sale_from_plain(json.loads(till.storage.state.entries[-1].payload))
    assert sale == completed.transaction
    assert sale.promo_codes == ("SAVE5",)
    assert (
        sum(entry.reduction_minor for line in sale.lines for entry in line.promotions) == sale.discount_minor == 5_499
    )


def test_what_comes_back_is_what_was_paid_in_the_set(till: Till) -> None:
    till.selling.add_item("10", 3000)
    completed = till.tendering.add_cash(100_000).completed
    assert completed is not None
    sale = completed.transaction
    quote = quote_return(sale, [ReturnRequest(1, 1000)], ReturnHistory(), till.terms.current_terms())
    assert quote.lines[0].net_minor == (4999 * 2) // 3


def test_a_code_that_nobody_knows_changes_nothing(till: Till) -> None:
    with pytest.raises(CashierError, match="no promo code"):
        till.selling.enter_promo_code("SAVE6")
    assert till.selling.current is None


def test_a_code_counts_once_and_can_be_taken_out(till: Till) -> None:
    till.selling.add_item("10")
    full = till.total()
    till.selling.enter_promo_code("SAVE5")
    with pytest.raises(CashierError, match="already"):
        till.selling.enter_promo_code("save5")
    assert till.total() < full
    till.selling.remove_promo_code("save5")
    assert till.total() == full


def test_the_members_segment_decides_and_undo_brings_the_price_back(till: Till) -> None:
    till.selling.add_item("11", 10_000)
    full = till.total()
    till.selling.attach_member(DEMO_ACCOUNT.__class__("m-2", "", "s••••@example.com", 0, 0, 0, "", segment="student"))
    assert till.selling.view.priced.discount_minor == 100
    assert till.selling.undo()
    assert till.total() == full


def test_a_members_price_below_what_is_paid_waits_for_the_payment(till: Till) -> None:
    till.selling.add_item("11", 10_000)
    student = DEMO_ACCOUNT.__class__("m-2", "", "s••••@example.com", 0, 0, 0, "", segment="student")
    till.tendering.add_card(CardResult(CardOutcome.APPROVED, 530, authorisation="1"))
    with pytest.raises(CashierError, match="paid already"):
        till.selling.attach_member(student)
    assert till.selling.view.account is None


def test_codes_and_certificate_survive_a_crash(till: Till) -> None:
    till.selling.add_item("10", 3000)
    till.selling.enter_promo_code("SAVE5")
    till.selling.exempt_from_tax("EX-1")
    view = till.selling.view
    sale = till.selling.current
    assert sale is not None
    assert from_json(type(sale), to_json(sale)) == sale
    till.start()
    assert till.selling.restore()
    assert till.selling.view.priced == view.priced


def test_an_exempt_sale_names_its_certificate_on_paper_and_on_record(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.exempt_from_tax("EX-1")
    assert till.total() == 26_500
    till.selling.charge_tax()
    assert till.total() > 26_500
    till.selling.exempt_from_tax("EX-1")
    completed = till.tendering.add_cash(26_500).completed
    assert completed is not None
    blocks = till.storage.state.print_jobs[completed.print_job_id].document.blocks
    assert Text("Tax exempt, certificate EX-1") in blocks
    sale = sale_from_plain(json.loads(till.storage.state.entries[-1].payload))
    assert (sale.tax_certificate, sale.tax_minor) == ("EX-1", 0)
    assert [(tax.base_minor, tax.tax_minor) for tax in sale.taxes] == [(26_500, 0)]


def test_a_line_of_an_exempt_sale_comes_back_without_tax(till: Till) -> None:
    till.selling.add_item("12")
    till.selling.exempt_from_tax("EX-1")
    completed = till.tendering.add_cash(26_500).completed
    assert completed is not None
    quote = quote_return(completed.transaction, [ReturnRequest(1, 1000)], ReturnHistory(), till.terms.current_terms())
    assert quote.total_minor == 26_500
