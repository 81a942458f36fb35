"""Several tills at one workstation: two drawers, tills of people's own, and a till that goes to another workstation."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fakes.workstation import CABLE_MINOR, FIRST, MANAGER, SECOND, Workstation
from hypothesis import given
from hypothesis import strategies as st

from hardware.receipt_printer.text import receipt_text
from pos_app.domain.till_slip import TillSlip, TillSlipError, code_of_slip, slip_of_code
from pos_app.domain.tills import TillSharing
from pos_app.errors import CashierError
from pos_app.services.approvals import ApprovalNeededError

FLOAT = 20_000
Open = Callable[..., Workstation]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Open]:
    """Workstations by number; every journal is proved at the end."""
    opened: dict[str, Workstation] = {}

    def open_one(number: str = "01", **policy: object) -> Workstation:
        if number in opened:
            opened[number].end()
        opened[number] = Workstation(tmp_path / number, number, **policy)
        return opened[number]

    yield open_one
    for one in opened.values():
        assert one.faults() == []
        one.end()


def test_each_of_two_drawers_has_its_own_float_cash_count_and_z(at: Open):
    till = at(drawers=2)
    assert till.sign_on(FIRST).drawer == "A"
    till.open(FLOAT)
    till.sell(3)
    assert till.sign_on(SECOND).drawer == "B"
    assert not till.storage.business_day(), "drawer B has no float yet"
    till.open(10_000)
    till.sell()
    assert till.expected_minor == 10_000 + CABLE_MINOR
    assert till.sign_on(FIRST).drawer == "A", "whoever has a drawer keeps it"
    assert till.expected_minor == FLOAT + 3 * CABLE_MINOR

    till.sign_on(SECOND)
    second = till.close_till(10_000 + CABLE_MINOR - 50)
    assert (second.figures.sale_count, second.results[0].over_short_minor) == (1, -50)
    assert till.storage.open_tills()[0].drawer == "A", "the other one goes on"
    till.sign_on(FIRST)
    till.sell()
    first = till.close_till(FLOAT + 4 * CABLE_MINOR)
    assert (first.figures.sale_count, first.results[0].over_short_minor) == (4, 0)
    assert (second.number, first.number) == (1, 2)
    assert first.grand_total_minor == 5 * CABLE_MINOR, "over both tills"
    assert till.storage.open_tills() == []
    assert len(till.payloads("business_day_closed")) == len(till.payloads("business_day_opened")) == 1
    assert "Till 01-B" in receipt_text(till.papers.z_document(second))
    assert "Till 01-A" in receipt_text(till.papers.z_document(first))


def test_only_the_drawer_of_whoever_sells_opens(at: Open):
    till = at(drawers=2)
    wanted: list[str] = []
    till.storage.on_drawer_wanted = wanted.append
    till.sign_on(FIRST)
    till.open()
    till.sell()
    till.sign_on(SECOND)
    till.open()
    till.sell()
    assert till.drawers_opened() == wanted == ["A", "B"]
    jobs = [till.data.print_queue.job(job_id) for (job_id,) in till.data.database.all("SELECT job_id FROM print_job")]
    assert [job.drawer for job in jobs if job and job.open_drawer] == ["A", "B"]


def test_another_drawer_is_given_by_right_and_never_in_the_middle_of_a_sale(at: Open):
    till = at(drawers=2)
    till.sign_on(FIRST)
    till.open()
    other = next(one for one in till.tills.choices() if one.drawer == "B")
    with pytest.raises(ApprovalNeededError):
        till.tills.assign(other)
    till.register.selling.add_item("CABLE")
    with pytest.raises(CashierError, match="Finish, park or cancel"):
        till.tills.assign(other)
    till.register.tendering.add_cash(CABLE_MINOR)
    till.approved(lambda approval: till.tills.assign(other, approval))
    assert till.tills.current.drawer == "B"
    assert till.payloads("till_assigned")[-1]["approver_id"] == MANAGER.operator_id
    till.open(5_000)
    till.sell()
    assert till.expected_minor == 6_000


def test_what_was_paid_into_a_drawer_before_somebody_takes_over_stays_that_drawers(at: Open):
    till = at(drawers=2)
    till.sign_on(FIRST)
    till.open()
    till.register.selling.add_item("CABLE")
    till.register.tendering.add_cash(400)
    till.approved(lambda approval: till.register.sign_on.begin(SECOND, "badge", approval))
    assert till.tills.current.drawer == "A"
    till.register.tendering.add_cash(600)
    assert till.expected_minor == FLOAT + CABLE_MINOR
    till.tills.take()
    assert till.tills.current.drawer == "B"


def test_everybody_sells_from_their_own_till_and_keeps_it_over_a_restart(at: Open):
    till = at(sharing=TillSharing.PERSONAL)
    assert till.sign_on(FIRST).owner_id == FIRST.operator_id
    till.open(FLOAT)
    till.sell(2)
    till.sign_on(SECOND)
    with pytest.raises(CashierError, match="not open"):
        till.register.selling.add_item("CABLE")
    till.open(15_000)
    till.sell()
    again = at(sharing=TillSharing.PERSONAL)
    again.sign_on(FIRST)
    assert again.expected_minor == FLOAT + 2 * CABLE_MINOR
    again.sign_on(SECOND)
    assert again.expected_minor == 15_000 + CABLE_MINOR


def test_somebodys_own_till_is_counted_by_right_and_handed_over_with_a_count(at: Open):
    till = at(sharing=TillSharing.PERSONAL)
    till.sign_on(FIRST)
    till.open(FLOAT)
    till.sell()
    theirs = till.tills.current
    till.sign_on(SECOND)
    with pytest.raises(CashierError, match="somebody's own"):
        till.tills.assign(theirs)
    with pytest.raises(ApprovalNeededError):
        till.tills.take_over(theirs)
    till.approved(lambda approval: till.tills.take_over(theirs, approval))
    report = till.close_till(FLOAT + CABLE_MINOR - 500, float_minor=FLOAT)
    assert report.till_name == FIRST.operator_id
    assert report.results[0].over_short_minor == -500
    assert till.tills.take().owner_id == SECOND.operator_id, "whoever counted it sells from their own"
    till.open(FLOAT)
    till.sell()
    assert till.close_till(FLOAT + CABLE_MINOR).figures.sale_count == 1


def test_a_till_that_was_counted_goes_on_at_another_workstation(at: Open):
    here, there = at("01", sharing=TillSharing.PERSONAL), at("02", sharing=TillSharing.PERSONAL)
    here.sign_on(FIRST)
    here.open(FLOAT)
    here.sell(3)
    report = here.close_till(FLOAT + 3 * CABLE_MINOR - 200, to_workstation="02")
    assert (report.moved_to, report.moved_minor, report.deposit_minor) == ("02", 22_800, 0)
    assert report.results[0].over_short_minor == -200, "what was missing is settled where it went missing"

    there.sign_on(FIRST)
    there.approved(lambda approval: there.register.till_moving.take_up(here.slip_code(), approval))
    assert there.expected_minor == 22_800
    there.sell()
    assert there.close_till(23_800).results[0].over_short_minor == 0
    left, arrived = here.payloads("till_moved_out"), there.payloads("till_moved_in")
    assert left[0]["transfer_id"] == arrived[0]["transfer_id"]
    sold = sum(one.papers.z_reports()[0].figures.sale_count for one in (here, there))
    assert sold == 4


def test_a_sealed_till_is_counted_where_it_goes_on_and_its_slip_says_no_amount(at: Open):
    here, there = at("01"), at("02")
    here.sign_on(FIRST)
    here.open(FLOAT)
    here.sell(2)
    report = here.close_till(None, to_workstation="02", bag="SEAL-9")
    assert [one.tender for one in report.results] == [], "nothing was counted, so nothing is over or short"
    (paper,) = here.data.database.all("SELECT document FROM print_job WHERE document LIKE '%TILL ON ITS WAY%'")
    assert "220.00" not in paper[0]
    assert "SEAL-9" in paper[0]
    words = receipt_text(here.papers.z_document(report))
    assert "Went on to workstation 02" in words
    assert "220.00" not in words, "nobody reads from it what has to be counted there"
    there.sign_on(FIRST)
    there.approved(lambda approval: there.register.till_moving.take_up(here.slip_code(), approval))
    assert there.close_till(21_900).results[0].over_short_minor == -100


def test_a_slip_counts_once_and_only_where_it_says(at: Open):
    here, there, third = at("01"), at("02"), at("03")
    here.sign_on(FIRST)
    here.open(FLOAT)
    here.close_till(FLOAT, to_workstation="02")
    code = here.slip_code()
    third.sign_on(FIRST)
    with pytest.raises(CashierError, match="goes to workstation 02"):
        third.register.till_moving.take_up(code)
    there.sign_on(FIRST)
    there.approved(lambda approval: there.register.till_moving.take_up(code, approval))
    assert there.close_till(FLOAT, float_minor=0).figures.opening_float_minor == FLOAT
    with pytest.raises(CashierError, match="taken up here already"):
        there.register.till_moving.take_up(code)
    stranger = at("02", secret=b"another store's secret of 32 byte")
    stranger.sign_on(FIRST)
    with pytest.raises(CashierError, match="of another store, or was changed"):
        stranger.register.till_moving.take_up(code)


def test_where_the_only_drawer_is_taken_no_till_is_taken_up(at: Open):
    here, there = at("01"), at("02")
    for one in (here, there):
        one.sign_on(FIRST)
        one.open(FLOAT)
    here.close_till(FLOAT, to_workstation="02")
    with pytest.raises(CashierError, match="No drawer is free"):
        there.register.till_moving.take_up(here.slip_code())
    there.close_till(FLOAT)
    there.approved(lambda approval: there.register.till_moving.take_up(here.slip_code(), approval))
    there.sell()
    there.close_till(FLOAT + CABLE_MINOR)
    there.tills.take()
    assert there.tills.current.till_id == "", "the drawer's own till is next"


def test_the_code_of_goods_is_no_bag(at: Open):
    till = at("01")
    till.sign_on(FIRST)
    till.open()
    with pytest.raises(CashierError, match="That is the code of goods: Cable"):
        till.close_till(FLOAT, float_minor=5_000, bag="CABLE")
    assert till.closing.current.bag_number == ""
    assert till.closing.bag_problem("CABLE").startswith("That is the code of goods")
    assert till.closing.bag_problem("BAG-1") == ""


@pytest.mark.parametrize("to", ["01", "", "2 ", "=1+1", "123456789"])
def test_a_till_goes_to_another_workstation_that_can_be(at: Open, to: str):
    till = at("01")
    till.sign_on(FIRST)
    till.open()
    if to:
        with pytest.raises(CashierError, match="Type the number"):
            till.closing.stop_sales(to_workstation=to)
    assert not till.storage.till_is_closing()


SLIPS = st.builds(
    TillSlip,
    *(st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=20) for _ in range(6)),
    st.integers(-(10**12), 10**12),
    st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=24),
)


@given(SLIPS, st.binary(min_size=32, max_size=32), st.integers(0), st.characters(codec="ascii"))
def test_a_slip_is_read_as_it_was_made_and_no_other_way(slip: TillSlip, secret: bytes, place: int, other: str):
    code = code_of_slip(slip, secret)
    assert slip_of_code(code, secret) == slip
    place %= len(code) - 3
    changed = code[: place + 3] + other + code[place + 4 :]
    with suppress(TillSlipError):
        assert slip_of_code(changed, secret) == slip, "only its spelling differs"
