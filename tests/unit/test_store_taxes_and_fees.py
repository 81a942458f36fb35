"""The store's file of taxes, fees and orders: what it means, and a sentence with the key for every mistake."""

from datetime import date
from pathlib import Path

import pytest

from pos_app.domain.tax_table import SparedUpTo
from pos_app.store_profile import StoreProfileError, load_store_file

HEAD = """
store_id = "001"
store_name = "Store"
workstation_id = "01"
currency = "USD"
region = "ca"
time_zone = "America/Los_Angeles"
operators = [{ operator_id = "a", display_name = "Associate", role = "associate" }]
"""
STATE = '[[tax]]\ntax_id = "state"\nrate = "0.06"\napplies_to = ["general"]\n'


def profile(tmp_path: Path, text: str):
    path = tmp_path / "store.toml"
    path.write_text(HEAD + text, "utf-8")
    return load_store_file(path).profile


def test_the_file_names_taxes_with_their_days_places_and_reliefs(tmp_path: Path) -> None:
    store = profile(
        tmp_path,
        STATE
        + """
        name = "State tax"
        to = 2026-12-31
        [[tax]]
        tax_id = "state"
        rate = "0.065"
        applies_to = ["general"]
        from = "2027-01-01"
        [[tax]]
        tax_id = "nj"
        rate = "0.06625"
        ship_to = ["nj"]
        [[tax_relief]]
        relief_id = "school"
        name = "Back to school"
        up_to = "1000.00"
        tax_ids = ["state"]
        categories = ["laptops"]
        from = 2026-08-01
        to = 2026-08-03
        """,
    )
    old, new, jersey = store.tax_rates
    assert (old.name, old.rate_micro, old.ends_on) == ("State tax", 60_000, date(2026, 12, 31))
    assert (new.rate_micro, new.starts_on, new.at_counter) == (65_000, date(2027, 1, 1), True)
    assert (jersey.ship_to, jersey.at_counter) == (("NJ",), False)
    (school,) = store.tax_reliefs
    assert (school.spares, school.limit_minor, school.tax_ids) == (SparedUpTo.UP_TO, 100_000, ("state",))
    assert store.region == "CA"


def test_the_file_names_fees_and_the_policy_for_orders(tmp_path: Path) -> None:
    store = profile(
        tmp_path,
        STATE
        + """
        [[fee]]
        fee_id = "recycling"
        amount = "5.00"
        regions = ["ca"]
        screen_from = "15"
        screen_to = "34.9"
        [[fee]]
        fee_id = "delivery"
        name = "Delivery"
        amount = "25.00"
        tax = ["general"]
        when = "delivery"
        refundable = false
        [orders]
        deposit = "0.25"
        kept_on_cancellation = "0.1"
        """,
    )
    recycling, delivery = store.fees
    assert (recycling.screen_from_tenths, recycling.screen_to_tenths, recycling.regions) == (150, 349, ("CA",))
    assert (delivery.delivery, delivery.fee.once, delivery.fee.refundable) == (True, True, False)
    assert (store.orders.deposit_micro, store.orders.kept_on_cancellation_micro) == (250_000, 100_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(STATE.replace("0.06", "6"), "'6' is not a rate", id="a-rate-in-percent"),
        pytest.param(STATE + STATE, "'state' has two rates for the same days", id="two-rates-at-once"),
        pytest.param(STATE + 'to = "2026-13-01"\n', "to of the tax 'state' is no day", id="no-day"),
        pytest.param(STATE + "from = 2027-01-01\nto = 2026-01-01\n", "ends before it begins", id="days-reversed"),
        pytest.param(STATE + "applys_to = []\n", "unknown key 'applys_to'", id="a-key-mistyped"),
        pytest.param(
            STATE + '[[tax_relief]]\nrelief_id = "r"\nup_to = "1"\nfirst = "1"\n', "has one limit", id="two-limits"
        ),
        pytest.param(
            STATE + '[[tax_relief]]\nrelief_id = "r"\ntax_ids = ["moon"]\n',
            "names the tax 'moon'",
            id="relief-of-no-tax",
        ),
        pytest.param(
            STATE + '[[fee]]\nfee_id = "f"\namount = "1"\ntax = ["moon"]\n',
            "fee 'f' names the tax 'moon'",
            id="fee-tax",
        ),
        pytest.param(STATE + '[[fee]]\nfee_id = "f"\namount = "-1"\n', "fee 'f' is below zero", id="fee-below-zero"),
        pytest.param(
            STATE + '[[fee]]\nfee_id = "f"\namount = "1"\nwhen = "never"\n', "not 'never'", id="fee-comes-never"
        ),
        pytest.param(
            STATE + '[[fee]]\nfee_id = "f"\namount = "1"\nscreen_from = "big"\n',
            "'big' is no screen size",
            id="no-size",
        ),
        pytest.param(STATE + '[orders]\ndeposits = "0.1"\n', "orders has the unknown key 'deposits'", id="order-key"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(StoreProfileError, match=words):
        profile(tmp_path, text)
