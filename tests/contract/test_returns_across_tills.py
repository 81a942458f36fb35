"""Two real tills and a real service: the same piece never comes back at both while there is a line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from fakes.return_desk import Desk

from pos_app.domain.returns import ReturnRequest
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import SaleQuestion
from pos_app.services.finding_sales import FindingSales


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def desks(tmp_path: Path, central: RealCentral) -> Iterator[tuple[Desk, Desk]]:
    tills = []
    for workstation_id in ("01", "02"):
        till = RealTill(tmp_path / workstation_id, workstation_id)
        till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        till.connect()
        tills.append(till)
    yield Desk(tills[0]), Desk(tills[1])
    for till in tills:
        till.close()


def test_a_sale_of_one_till_comes_back_at_another_and_not_again_at_the_first(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    first.till.drain()
    second.take_back(number)
    second.till.drain()
    with pytest.raises(CashierError, match="no longer open"):
        first.take_back(number)


def test_before_the_first_return_is_uploaded_the_second_till_is_refused_already(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    first.till.drain()
    first.take_back(number)
    with pytest.raises(RefusedError, match="another till"):
        second.take_back(number)
    first.till.drain()
    with pytest.raises(CashierError, match="no longer open"):
        second.take_back(number)


def test_offline_the_other_tills_sale_is_not_guessed_at_and_the_own_one_comes_back(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    for desk in desks:
        desk.online = False
        desk.till.client.close()
    first.finding = FindingSales(OfflineGateway(), first.gateway, first.till.data.sale_finder, first.returning)
    second.finding = FindingSales(OfflineGateway(), second.gateway, second.till.data.sale_finder, second.returning)
    with pytest.raises(CashierError, match="not of this till"):
        second.take_back(number)
    first.take_back(number)
    assert not first.finding.search(SaleQuestion(business_day=first.returning.business_day)).complete


def test_what_came_back_twice_offline_is_reported_and_moves_nothing_twice(
    desks: tuple[Desk, Desk], central: RealCentral
) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    first.till.drain()
    known = second.finding.everywhere(number)
    second.online = False
    first.take_back(number)
    pending = second.returning.plan(known, [ReturnRequest(1, 1000)], "Does not work")
    second.refunding.pay_back(pending)  # nobody can be asked
    second.refunding.finish(pending, known)
    for desk in desks:
        desk.till.drain()
    assert [one.receipt_number for one in central.service.surplus_returns()] == [number]
    assert central.service.verify().findings == ()


def test_a_ticket_that_was_cancelled_keeps_nobody_from_taking_the_goods_back(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    first.till.drain()
    original = first.finding.everywhere(number)
    first.refunding.set_aside(first.returning.plan(original, [ReturnRequest(1, 1000)], "Other size"))
    first.take_back(number)
    first.till.drain()
    assert second.finding.everywhere(number).history.returned_milli(1) == 1000


def test_what_this_till_took_back_and_has_not_sent_counts_although_the_sale_is_anothers(
    desks: tuple[Desk, Desk],
) -> None:
    first, second = desks
    number = first.till.ring_up("12").header.receipt_number
    first.till.drain()
    second.take_back(number)  # not uploaded
    with pytest.raises(CashierError, match="no longer open"):
        second.take_back(number)


def test_beside_an_interrupted_return_the_same_receipt_gives_nothing_more(desks: tuple[Desk, Desk]) -> None:
    first, _ = desks
    number = first.till.ring_up("12").header.receipt_number
    plan = first.returning.plan(first.finding.here(number), [ReturnRequest(1, 1000)], "Other size")
    first.till.data.pending_returns.keep(plan)
    with pytest.raises(CashierError, match="Finish it first"):
        first.take_back(number)
    first.refunding.pay_back(plan)
    first.refunding.finish(plan)


class OfflineGateway:
    """A line that is down."""

    def find_sale(self, receipt_number: str) -> None:
        raise OfflineError("The rewards service cannot be reached.")
