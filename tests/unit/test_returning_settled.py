"""What was taken back by paper while a store was cut off is settled by the service, in any order of arrival."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from fakes.cut_stores import TERMS, Country

from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.domain.returns import ReturnRequest
from pos_app.errors import CashierError
from pos_app.services.returning import find_everywhere

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
        elsewhere.returning.take_back_by_paper(PaperReceipt(number, (PaperLine("12", 1000, 26_500),)), "does not work")
        for till in (here, elsewhere) if sale_first else (elsewhere, here):
            till.line.online = True
            till.upload()
        country.heal()
        microphone, speaker = completed.transaction.lines
        assert (microphone.points, speaker.points) == (50, 264)
        assert country.balance(EMAIL) == 50
        assert country.central.verify().findings == ()

        original = find_everywhere(here.gateway, number)
        assert original is not None
        with pytest.raises(CashierError, match="no longer open"):
            here.returning.quote(original, [ReturnRequest(2, 1000)])
        here.returning.take_back(original, [ReturnRequest(1, 1000)], "not needed")
        country.heal()
        assert country.balance(EMAIL) == 0
