"""The [parking] section of a store's file."""

from typing import Any

import pytest

from pos_app.domain.store import ParkingRules
from pos_app.sample_store import sample_store
from pos_app.store_parking import read_parking


def test_without_the_section_a_sale_stays_parked_for_a_day() -> None:
    assert read_parking({}) == ParkingRules(24, True)
    assert read_parking({"parking": {"expires_after_hours": 2, "slip": False}}) == ParkingRules(2, False)
    assert sample_store().profile.parking == ParkingRules(24, True)


@pytest.mark.parametrize(
    "section",
    [
        {"expires_after_hours": 0},
        {"expires_after_hours": "24"},
        {"expires_after_hours": True},
        {"slip": 1},
        {"hours": 3},
    ],
    ids=["zero", "text", "truth", "number", "unknown"],
)
def test_what_cannot_be_meant_is_named(section: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="parking"):
        read_parking({"parking": section})
