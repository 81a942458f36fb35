"""Every shop in this folder: NAME.json is the scenario, NAME.expected.json what its answer must say.

An expectation has the shape of the answer and holds only what matters: keys it leaves out may be anything, lists are as
long as it says. Each shop's journal and ledger are proven afterwards.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_app.domain.journal import verify_chain
from pos_app.scenario import read_scenario
from pos_app.scenario.answer import answer
from pos_app.scenario.player import Player
from pos_app.scenario.shop import Shop, open_shop
from pos_app.scenario.values import plan_shop
from pos_app.storage.journal import SELECT_ENTRY, entry_of

FOLDER = Path(__file__).parent
EXPECTED = ".expected.json"
SCENARIOS = sorted(path for path in FOLDER.glob("*.json") if not path.name.endswith(EXPECTED))


def compare(found: Any, expected: Any, place: str = "") -> list[str]:
    """What differs, by its place in the answer."""
    if isinstance(expected, dict) and isinstance(found, dict):
        missing = [f"{place}.{key} is missing" for key in expected.keys() - found.keys()]
        return missing + [
            difference
            for key in expected.keys() & found.keys()
            for difference in compare(found[key], expected[key], f"{place}.{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            difference
            for index, (one, other) in enumerate(zip(found, expected, strict=True))
            for difference in compare(one, other, f"{place}[{index}]")
        ]
    return [] if found == expected else [f"{place} is {found!r}, expected {expected!r}"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_shop_does_what_its_file_says(path: Path, tmp_path: Path) -> None:
    scenario = read_scenario(path.read_bytes())
    expected = json.loads(path.with_name(path.stem + EXPECTED).read_text("utf-8"))
    shop = open_shop(plan_shop(scenario), tmp_path)
    try:
        found = answer(shop, Player(shop, scenario).play())
        assert not (differences := compare(found, expected)), "\n".join(differences)
        check_identities(found)
        check_proofs(shop)
    finally:
        shop.close()


def check_identities(found: dict[str, Any]) -> None:
    """What holds in every shop, with everything below zero where goods come back: total = subtotal - discount + fees
    + tax, and the parts add up to the whole.
    """
    for one in found["transactions"]:
        lines, tenders, points = one["lines"], one["tenders"], one["points"]
        assert sum(line["net_minor"] for line in lines) == one["subtotal_minor"] - one["discount_minor"]
        assert sum(line["tax_minor"] for line in lines) == one["tax_minor"]
        if lines:
            assert sum(line["points"] for line in lines) == points["earned"] - points["reversed"]
        assert sum(tax["tax_minor"] for tax in one["taxes"]) == one["tax_minor"]
        before_tax = one["subtotal_minor"] - one["discount_minor"] + one["fees_minor"]
        kept_back = one.get("restocking_fee_minor", 0) + one.get("promotion_loss_minor", 0)
        assert abs(before_tax) <= abs(one["total_minor"] - kept_back) <= abs(before_tax + one["tax_minor"])
        paid = sum(tender["amount_minor"] for tender in tenders)
        assert paid + one["due_minor"] == one["total_minor"] + one["cash_rounding_minor"]
        assert sum(tender["points"] for tender in tenders) == points["redeemed"] - points["restored"]
        assert (one["due_minor"] == 0) or one["status"] == "open"
        assert (one["status"] == "completed") or not (points["reversed"] or points["restored"] or points["pending"])
    pending_points = sum(one["points"]["pending"] for one in found["transactions"])
    assert pending_points == sum(member["pending_points"] for member in found["members"])


def check_proofs(shop: Shop) -> None:
    """The journal is a whole chain, the central ledger adds up, and nothing is left to send."""
    rows = shop.data.database.all(f"{SELECT_ENTRY} ORDER BY j.sequence")
    assert verify_chain(entry_of(shop.data.identity.terminal_id(), row) for row in rows) is not None
    report = shop.central.verify()
    assert report.clean, report
    assert shop.data.outbox.pending_count() == 0
    assert shop.selling.current is None


def test_every_expectation_has_its_scenario() -> None:
    assert len(SCENARIOS) > 130
    assert {path.name for path in FOLDER.glob("*" + EXPECTED)} == {path.stem + EXPECTED for path in SCENARIOS}
