"""Promotions from the central service to the receipt: fetched over HTTP, kept through a restart, codes used once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.services.promo_codes import CodeRequest
from sync.promotions import Edition

TEN_OFF = {"id": "ten", "kind": "percent", "percent": "10", "name": "Ten percent"}
ONCE = {"code": "ONCE", "promotion": "five", "uses": 1, "offline_up_to": "2.00"}
FIVE_OFF = {"id": "five", "kind": "amount", "amount": "5.00", "name": "Five off"}


def edition(version: int = 1, **changes: Any) -> Edition:
    """An edition in force since long ago; its version also orders it."""
    values: dict[str, Any] = {
        "document_id": "week",
        "version": version,
        "effective_from": f"2020-01-0{version}T00:00:00-08:00",
        "currency_code": "USD",
        "promotions": [TEN_OFF, FIVE_OFF],
        "promo_codes": [ONCE],
    }
    return Edition(**(values | changes))


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


def let_in(central: RealCentral, folder: Path, workstation_id: str = "01") -> RealTill:
    till = RealTill(folder, workstation_id)
    till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
    till.connect()
    till.drain()
    return till


@pytest.fixture
def till(tmp_path: Path, central: RealCentral) -> Iterator[RealTill]:
    made = let_in(central, tmp_path / "till")
    yield made
    made.close()


def enter(till: RealTill, code: str = "ONCE") -> CodeRequest:
    """A code entered as the window does it, online."""
    request = till.promo_codes.request(code)
    till.promo_codes.enter(request, till.promo_codes.reserve(request))
    return request


def pay(till: RealTill) -> Any:
    completed = till.tendering.add_cash(1_000_000).completed
    assert completed is not None
    return completed.transaction


def test_an_edition_reaches_the_till_with_its_next_upload_and_survives_a_restart(
    central: RealCentral, tmp_path: Path
) -> None:
    till = let_in(central, tmp_path / "till")
    assert till.selling.promotions.promotions == ()
    central.service.promotions.publish(edition())
    till.drain()
    till.selling.add_item("10")
    sale = pay(till)
    assert (sale.promotions_id, sale.discount_minor) == ("week:1", 500)
    till.close()
    again = RealTill(tmp_path / "till")
    assert [one.promotion_id for one in again.selling.promotions.promotions] == ["five", "ten"]
    again.close()


def test_a_sale_keeps_its_edition_and_the_next_one_takes_the_new(central: RealCentral, till: RealTill) -> None:
    central.service.promotions.publish(edition())
    till.drain()
    till.selling.add_item("10")
    central.service.promotions.publish(edition(2, promotions=[FIVE_OFF | {"amount": "1.00"}], promo_codes=[]))
    till.drain()
    till.selling.add_item("10")
    assert till.selling.restore()
    kept = pay(till)
    assert (kept.promotions_id, kept.discount_minor) == ("week:1", 1_000)
    till.selling.add_item("10")
    assert pay(till).promotions_id == "week:2"


def test_an_edition_the_till_cannot_use_is_logged_and_the_one_before_stays(
    central: RealCentral, till: RealTill, expect_log: Any
) -> None:
    expect_log("promotions week:2 cannot be used: .*amounts are not in USD")
    central.service.promotions.publish(edition())
    till.drain()
    central.service.promotions.publish(edition(2, currency_code="EUR"))
    till.drain()
    assert till.selling.promotions.find_code("once") is not None


def test_a_single_use_code_is_used_once_over_two_tills(central: RealCentral, till: RealTill, tmp_path: Path) -> None:
    central.service.promotions.publish(edition())
    till.drain()
    other = let_in(central, tmp_path / "other", "02")
    for one in (till, other):
        one.selling.add_item("10")
    enter(till)
    with pytest.raises(RefusedError, match="as often as it may"):
        enter(other)
    assert [use.reduction_minor for use in pay(till).code_uses] == [500]
    till.drain()
    (count,) = central.service.promotions.counts()
    assert (count.used, count.held, count.over_used) == (1, 0, 0)
    pay(other)
    other.close()


def test_a_code_taken_out_is_free_for_the_next_customer(central: RealCentral, till: RealTill) -> None:
    central.service.promotions.publish(edition())
    till.drain()
    till.selling.add_item("10")
    enter(till)
    (hold_id,) = till.promo_codes.held()
    till.promo_codes.remove("once")
    till.promo_codes.release(hold_id)
    enter(till)
    assert len(till.promo_codes.held()) == 1


def test_offline_the_code_takes_off_what_its_rule_allows_and_over_use_is_flagged(
    central: RealCentral, till: RealTill, tmp_path: Path
) -> None:
    central.service.promotions.publish(edition())
    till.drain()
    till.selling.add_item("10")
    enter(till)
    pay(till)
    till.drain()
    central.server.stop()
    till.selling.add_item("10")
    with pytest.raises(OfflineError):
        till.promo_codes.reserve(till.promo_codes.request("ONCE"))
    till.promo_codes.enter_offline("ONCE")
    (use,) = pay(till).code_uses
    assert (use.offline, use.reduction_minor) == (True, 200)
    with pytest.raises(CashierError, match="no promo code"):
        till.promo_codes.enter_offline("NEVER")
    again = RealCentral(tmp_path / "central", port=central.port)
    till.drain()
    (count,) = again.service.promotions.counts()
    assert (count.used, count.offline, count.over_used) == (2, 1, 1)
    assert again.service.verify().findings == ()
    again.close()
