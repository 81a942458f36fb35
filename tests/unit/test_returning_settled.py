"""What was taken back by paper while a store was cut off is settled by the service, in any order of arrival."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from fakes.cut_stores import TERMS, Country
from fakes.memory_returns import sale_everywhere

from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError

EMAIL = "m@example.com"
EARNING = msgspec.structs.replace(TERMS, earn_points_per_unit=1)


@pytest.mark.parametrize("sale_first", [True, False])
def test_goods_of_another_store_lose_exactly_the_points_they_had_earned(tmp_path: Path, sale_first: bool) -> None:
    with closing(Country(tmp_path, 2, 1, {EMAIL: 0}, EARNING)) as country:
        here, elsewhere = country.tills
        account = here.look_up(EMAIL)
        assert account is not None
        here.selling.add_item("10", merge=False)
        here.selling.add_item("12", merge=False)
        here.selling.attach_member(account)
        completed = here.tendering.add_cash(here.tendering.cash_due_minor).completed
        assert completed is not None
        number = completed.transaction.header.receipt_number
        elsewhere.line.online = False
        elsewhere.returning.take_back_by_paper(
            PaperReceipt(number, (PaperLine("12", 1000, 26_500),), 0), "does not work"
        )
        for till in (here, elsewhere) if sale_first else (elsewhere, here):
            till.line.online = True
            till.upload()
        country.heal()
        microphone, speaker = completed.transaction.lines
        assert (microphone.points, speaker.points) == (50, 264)
        assert country.balance(EMAIL) == 50
        assert country.central.verify().findings == ()

        original = sale_everywhere(here.gateway, number)
        assert original is not None
        with pytest.raises(CashierError, match="no longer open"):
            here.returning.quote(original, [ReturnRequest(2, 1000)])
        here.returning.take_back(original, [ReturnRequest(1, 1000)], "not needed")
        country.heal()
        assert country.balance(EMAIL) == 0


def test_points_that_had_paid_come_back_once_whether_by_paper_or_by_record(tmp_path: Path) -> None:
    with closing(Country(tmp_path, 2, 1, {EMAIL: 1000})) as country:
        here, elsewhere = country.tills
        account = here.look_up(EMAIL)
        assert account is not None
        for _ in range(2):
            here.selling.add_item("12", merge=False)
        here.selling.attach_member(account)
        assert here.selling.current is not None
        transaction_id = here.selling.current.header.transaction_id
        here.tendering.add_points(here.rewards.hold_points(transaction_id, account.member_id, 900))
        completed = here.tendering.add_cash(here.tendering.cash_due_minor).completed
        assert completed is not None
        number = completed.transaction.header.receipt_number
        elsewhere.line.online = False
        paper = PaperReceipt(number, (PaperLine("12", 1000, 26_500),), points_paid=900, goods_minor=53_000)
        first = elsewhere.returning.take_back_by_paper(paper, "does not work").transaction
        country.heal()
        assert country.balance(EMAIL) == 100 + 450
        original = sale_everywhere(here.gateway, number)
        assert original is not None
        second = here.returning.take_back(original, [ReturnRequest(2, 1000)], "not needed").transaction
        country.heal()
        assert (first.points_restored, second.points_restored) == (450, 450)
        assert country.balance(EMAIL) == 1000
        cash_minor = completed.transaction.total_minor - 900
        refunds = [*first.refunds, *second.refunds]
        assert sum(r.amount_minor for r in refunds if r.tender_type is TenderType.CASH) == cash_minor
        assert country.central.verify().findings == ()
