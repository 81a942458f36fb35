"""Who has to sign on, and the reasons of a store, from its file."""

import pytest

from pos_app.domain.reasons import NEUTRAL_REASONS
from pos_app.sample_store import sample_store
from pos_app.store_people import SignOnRules, read_reasons, read_sign_on


def test_people_sign_on_unless_the_store_says_otherwise():
    assert read_sign_on({}) == SignOnRules(required=True, idle_lock_minutes=5)
    assert read_sign_on({"sign_on_required": False, "idle_lock_minutes": 2}) == SignOnRules(False, 2)
    assert sample_store().sign_on.required


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"sign_on_required": "no"}, "true or false"),
        ({"idle_lock_minutes": 0}, "from 1 to 15"),
        ({"idle_lock_minutes": 60}, "from 1 to 15"),
        ({"idle_lock_minutes": 2.5}, "from 1 to 15"),
    ],
    ids=["words", "never", "an hour", "half minutes"],
)
def test_a_rule_that_cannot_be_is_named(raw, said):
    with pytest.raises(ValueError, match=said):
        read_sign_on(raw)


def test_a_stores_own_reasons_replace_the_neutral_ones_of_that_kind_only():
    reasons = read_reasons({"reasons": {"discount": ["Damaged box", "Staff"]}})
    assert reasons.discount == ("Damaged box", "Staff")
    assert reasons.no_sale == NEUTRAL_REASONS.no_sale
    assert read_reasons({}) == NEUTRAL_REASONS


@pytest.mark.parametrize(
    "section",
    [
        {"discounts": ["x"]},
        {"discount": []},
        {"discount": ["same", "same"]},
        {"discount": ["two\nlines"]},
        {"discount": ["x" * 41]},
        {"discount": [1]},
    ],
    ids=["unknown key", "none", "twice", "two lines", "too long", "a number"],
)
def test_reasons_that_cannot_be_are_named(section):
    with pytest.raises(ValueError, match="reasons"):
        read_reasons({"reasons": section})
