"""The scoreboard: how figures are compared, and that floors have nothing of the program in them."""

import ast
import json
from pathlib import Path

import pytest

import bench
from bench.floors.integer_basket import total_minor
from bench.generated_catalogue import gtin, items
from bench.measuring import Goal, Measured, Spread, interleaved
from bench.scoreboard import as_json, as_text
from pos_app.domain.basket import Basket
from pos_app.domain.pricing import price
from pos_app.sample_store import sample_store

FLOORS = sorted((Path(bench.__file__).parent / "floors").glob("*.py"))


def measured(floor: float, ours: float, goal: Goal | None) -> Measured:
    return Measured("scan", "ms", "look-up", Spread(floor, 2 * floor, 10), Spread(ours, 3 * ours, 10), goal)


def test_a_goal_is_judged_at_its_own_percentile() -> None:
    assert measured(1.0, 1.5, Goal(2, "p50")).met is True
    assert measured(1.0, 1.5, Goal(2, "p99")).met is False
    assert measured(1.0, 1.5, None).met is None


def test_the_median_and_the_99th_percentile_of_a_hundred_values() -> None:
    assert Spread.of([float(n) for n in range(100, 0, -1)]) == Spread(51.0, 100.0, 100)


def test_floor_and_ours_take_turns() -> None:
    calls: list[str] = []
    interleaved(lambda: calls.append("f"), lambda: calls.append("o"), rounds=2, each=2, units_per_s=1)
    assert "".join(calls[2:]) == "ffooooff"


def test_a_goal_that_is_missed_stands_in_the_table_and_in_the_file() -> None:
    rows = [measured(1.0, 5.0, Goal(2))]
    assert " NO" in as_text(rows)
    assert json.loads(as_json(rows))["rows"][0]["met"] is False


@pytest.mark.parametrize("source", FLOORS, ids=lambda path: path.stem)
def test_a_floor_has_nothing_of_the_program_in_it(source: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
    assert not imported & {"pos_app", "ui", "hardware", "sync"}


def test_the_floor_of_the_engine_does_the_same_sum() -> None:
    entries = list(items(20))
    basket = Basket()
    for entry in entries:
        basket = basket.add(entry.item, entry.codes[0])
    untaxed, _ = total_minor([(1000, entry.item.price_minor, 0) for entry in entries], 0)
    assert untaxed == price(basket, sample_store().profile.pricing_rules()).subtotal_minor


def test_generated_codes_are_valid_gtins_each_its_own() -> None:
    codes = [gtin(number) for number in range(1000)]
    assert len(set(codes)) == 1000
    assert all(sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(code)) % 10 == 0 for code in codes)
