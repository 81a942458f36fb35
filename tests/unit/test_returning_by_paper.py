"""Goods of another store come back while nobody can be asked: refunded by the paper, settled by the service."""

import json

import pytest
from fakes.memory_gateway import MemoryGateway
from fakes.memory_returns import sale_everywhere
from fakes.memory_shop import (
    OPERATOR,
    MemoryCatalogue,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.pricing import price
from pos_app.domain.receipt_document import Text
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.rewards import ProgrammeTerms, earn
from pos_app.domain.rounding import Rounding
from pos_app.domain.tenders import Tender, TenderType, settle
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import SaleRecord
from pos_app.services.approvals import Approvals
from pos_app.services.return_parts import original_of
from pos_app.services.returning import Returning
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from sync import contract

ELSEWHERE = "002-01-000007"


class Till:
    def __init__(self, **store: object) -> None:
        shop = profile(**store)
        self.storage, self.terms = MemoryStorage(), MemoryTerms()
        clock, ids = self.storage.clock, self.storage.ids
        TillControl(storage=self.storage, clock=clock, operator=OPERATOR).open_day_if_closed(50_000)
        parts = {"storage": self.storage, "terms": self.terms, "clock": clock, "ids": ids}
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=shop, operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.returning = Returning(
            catalogue=MemoryCatalogue(),
            formatter=PlainFormatter(),
            profile=shop,
            operator=OPERATOR,
            approvals=Approvals(OPERATOR),
            **parts,
        )


@pytest.fixture
def till() -> Till:
    return Till()


def receipt(*lines: PaperLine, points_paid: int = 0, goods_minor: int = 0) -> PaperReceipt:
    return PaperReceipt(ELSEWHERE, lines, points_paid, goods_minor)


def test_goods_of_another_store_are_refunded_in_cash_with_their_tax(till: Till) -> None:
    taken = till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), "does not work")
    assert taken.transaction.total_minor == 5411
    assert [(r.tender_type, r.amount_minor) for r in taken.transaction.refunds] == [(TenderType.CASH, 5411)]
    assert till.storage.till_totals().expected_cash_minor == 50_000 - 5411
    assert till.storage.kinds()[-1] == "return"
    payload = contract.decode(till.storage.state.entries[-1].payload, contract.ReturnPayload)
    assert (payload.original_receipt_number, payload.original_transaction_id) == (ELSEWHERE, "")
    assert (payload.lines[0].line_number, payload.lines[0].code, payload.points_reversed) == (0, "10", 0)
    job = till.storage.state.print_jobs[taken.print_job_id]
    assert job.open_drawer
    assert Text("The rewards service takes back the points that these goods had earned.") in job.document.blocks


def test_the_price_paid_counts_not_the_price_of_today(till: Till) -> None:
    quote = till.returning.quote_by_paper(receipt(PaperLine("12", 2000, 10_000, line_number=3)))
    assert (quote.lines[0].net_minor, quote.lines[0].line_number, quote.total_minor) == (20_000, 3, 21_650)


def test_what_points_had_paid_comes_back_as_points_in_proportion(till: Till) -> None:
    paper = receipt(PaperLine("12", 1000, 26_500), points_paid=1000, goods_minor=53_000)
    quote = till.returning.quote_by_paper(paper)
    assert [(r.tender_type, r.amount_minor, r.points) for r in quote.refunds] == [
        (TenderType.POINTS, 500, 500),
        (TenderType.CASH, 28_686 - 500, 0),
    ]


def test_cash_is_given_back_in_coins_that_exist() -> None:
    quote = Till(cash_step_minor=5).returning.quote_by_paper(receipt(PaperLine("10", 1000, 4999)))
    assert (quote.total_minor, quote.refunds[0].amount_minor) == (5411, 5410)


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (PaperReceipt("no number!", (PaperLine("10", 1000, 100),), 0), "receipt_number"),
        (receipt(), "return"),
        (receipt(PaperLine("99", 1000, 100)), "not_on_file"),
        (receipt(PaperLine("10", 0, 100)), "return"),
        (receipt(PaperLine("10", 500, 100)), "return"),
        (receipt(PaperLine("10", 1000, -1)), "return"),
        (receipt(PaperLine("10", 1000, 100), points_paid=-1), "return"),
        (receipt(PaperLine("10", 1000, 100), points_paid=100, goods_minor=99), "return"),
    ],
)
def test_what_no_receipt_can_say_is_refused_with_a_sentence(till: Till, paper: PaperReceipt, code: str) -> None:
    with pytest.raises(CashierError) as refused:
        till.returning.take_back_by_paper(paper, "broken")
    assert refused.value.code == code
    assert till.storage.kinds()[-1] != "return"


def test_a_sale_of_this_till_is_returned_by_its_record(till: Till) -> None:
    till.selling.add_item("10")
    till.tendering.add_cash(6000)
    with pytest.raises(CashierError, match="by its record"):
        till.returning.quote_by_paper(PaperReceipt("001-02-000001", (PaperLine("10", 1000, 4999),), 0))


def test_a_return_needs_a_reason_and_an_open_day(till: Till) -> None:
    with pytest.raises(CashierError, match="needs a reason"):
        till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), " ")
    till.storage.state.business_day = ""
    with pytest.raises(CashierError, match="business day"):
        till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), "broken")


@pytest.mark.parametrize("lands", [True, False])
def test_a_commit_of_unknown_outcome_is_looked_up(till: Till, lands: bool) -> None:
    till.storage.fail_next_commit = (CommitUnknownError("unknown"), lands)
    if lands:
        till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), "broken")
    else:
        with pytest.raises(CommitUnknownError):
            till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), "broken")
    assert till.storage.kinds().count("return") == lands


# --- when the service is back -----------------------------------------------------------------------------------------


def sale_elsewhere(codes: list[str], points: int = 0, card_minor: int = 0) -> RetailTransaction:
    """A sale in store 002, paid with points, a card and the rest in cash."""
    basket = Basket()
    items = MemoryCatalogue().items
    for code in codes:
        basket = basket.add(items[code], code, 1000, merge=False)
    priced = price(basket, profile().pricing_rules())
    tenders: list[Tender] = []
    left = priced.total_minor
    for kind, amount, used in ((TenderType.POINTS, points, points), (TenderType.CARD, card_minor, 0)):
        if 0 < amount <= left:
            tenders.append(Tender(f"t-{kind.value}", kind, amount, amount, used, "ref"))
            left -= amount
    if left:
        tenders.append(Tender("t-cash", TenderType.CASH, left, left))
    settlement = settle(priced.total_minor, tenders, 1, Rounding.HALF_UP)
    header = TransactionHeader("sale", 7, "002", "01", "a", "2026-11-21", "2026-11-21T10:00:00+00:00", "USD")
    earned = earn(
        priced.earning_lines(), ProgrammeTerms(), points_used=points, at=MemoryStorage().clock.now(), store_id="002"
    )
    return complete(header, header.began_at, basket, priced, tuple(tenders), settlement, earned)


def test_the_rest_of_a_sale_that_came_back_by_paper_gives_back_only_the_rest(till: Till) -> None:
    sale = sale_elsewhere(["10", "10"], card_minor=10_823)
    taken = till.returning.take_back_by_paper(receipt(PaperLine("10", 1000, 4999)), "broken")
    payload = json.loads(till.storage.state.entries[-1].payload)
    gateway = MemoryGateway()
    gateway.sales[ELSEWHERE] = SaleRecord(sale_to_plain(sale), (payload,))
    original = sale_everywhere(gateway, ELSEWHERE)
    assert original is not None
    assert original.history.returned_milli(1) == 1000
    with pytest.raises(CashierError, match="no longer open"):
        till.returning.quote(original, [ReturnRequest(1, 1000)])
    rest = till.returning.quote(original, [ReturnRequest(2, 1000)])
    assert sum(refund.amount_minor for refund in rest.refunds) == 10_823 - taken.transaction.total_minor


@given(
    st.lists(st.sampled_from(["10", "11", "12"]), min_size=1, max_size=5),
    st.integers(0, 5).map(lambda steps: steps * 100),
    st.integers(0, 20_000),
    st.data(),
)
def test_paper_first_or_record_first_never_gives_back_more_than_was_paid(
    codes: list[str], points: int, card_minor: int, data: st.DataObject
) -> None:
    till, sale = Till(), sale_elsewhere(codes, points, card_minor)
    goods_minor = sale.subtotal_minor + sale.fees_minor
    points_paid = sale.points_used
    payloads: list[dict] = []
    refunded = points_back = 0
    for number in data.draw(st.permutations(range(1, len(codes) + 1))):
        line = sale.lines[number - 1]
        if data.draw(st.booleans()):
            paper = receipt(
                PaperLine(line.code, 1000, line.unit_price_minor), points_paid=points_paid, goods_minor=goods_minor
            )
            returned = till.returning.take_back_by_paper(paper, "broken").transaction
        else:
            original = original_of(SaleRecord(sale_to_plain(sale), tuple(payloads)), complete_record=True)
            open_lines = [one for one in sale.lines if not original.history.returned_milli(one.line_number)]
            if not any(one.line_number == number for one in open_lines):
                number = next(one.line_number for one in open_lines if one.code == line.code)
            returned = till.returning.take_back(original, [ReturnRequest(number, 1000)], "broken").transaction
        payloads.append(json.loads(till.storage.state.entries[-1].payload))
        refunded += sum(refund.amount_minor for refund in returned.refunds)
        points_back += returned.points_restored
    assert abs(refunded - sale.total_minor) <= len(codes), "tax by the line may round by a cent"
    assert points_back <= points_paid
