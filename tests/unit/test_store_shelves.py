"""Departments, labels and tiles in a store's file."""

from typing import Any

import pytest

from pos_app.domain.label_rule import LabelValue
from pos_app.domain.money import currency
from pos_app.sample_store import sample_items, sample_store
from pos_app.store_shelves import read_departments, read_labels, read_tiles

USD = currency("USD")
WEIGHT: dict[str, Any] = {
    "prefixes": ["21", "22"],
    "item_digits": 5,
    "value_digits": 5,
    "value": "weight",
    "minimum": "0.02",
    "maximum": "15",
}


def test_a_section_makes_a_rule_for_each_prefix_with_its_limits_in_units_of_the_label() -> None:
    rules = read_labels({"label": [WEIGHT]}, USD)
    assert [(rule.prefix, rule.value, rule.minimum, rule.maximum) for rule in rules] == [
        ("21", LabelValue.WEIGHT, 20, 15_000),
        ("22", LabelValue.WEIGHT, 20, 15_000),
    ]


@pytest.mark.parametrize(
    "change",
    [{"value": "colour"}, {"maximum": "1.2345"}, {"maximum": "many"}, {"prefixes": ["99"]}, {"value_digits": 4}],
    ids=["value", "decimals", "number", "prefix", "length"],
)
def test_a_label_that_cannot_be_read_so_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_labels({"label": [WEIGHT | change]}, USD)


def test_a_department_names_taxes_the_store_has() -> None:
    raw = {
        "tax": [{"tax_id": "sales"}],
        "department": [{"department_id": "a", "name": "A", "tax_ids": ["state"], "maximum_price": "5.00"}],
    }
    with pytest.raises(ValueError, match="state"):
        read_departments(raw, USD)
    raw["department"][0]["tax_ids"] = ["sales"]
    (department,) = read_departments(raw, USD)
    assert (department.maximum_price_minor, department.item(250).price_minor) == (500, 250)


def test_tiles_keep_the_managers_order_and_empty_places() -> None:
    (page,) = read_tiles({"tile_page": [{"name": "Small", "items": ["b", "", "a"]}]})
    assert page.codes == ("b", "", "a")


def test_every_tile_of_the_demo_store_is_a_product_of_it() -> None:
    profile = sample_store().profile
    skus = {entry.item.item_id for entry in sample_items(profile.currency)}
    assert {code for page in profile.tile_pages for code in page.codes} <= skus
    assert profile.departments
