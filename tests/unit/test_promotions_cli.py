"""Promotions and price lists from the command line: checked, published, listed, imported."""

import argparse
from pathlib import Path

import pytest
from fakes.terminal_data import open_data

from pos_app.cli import catalogue, central
from pos_app.sample_store import FOLDER, sample_store, stock_shelves

SAMPLE = str(FOLDER / "promotions.toml")
PUBLISH = ("promotions", "publish", SAMPLE, "--id", "autumn", "--version", "1", "--from")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "data")


def run(command: object, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)  # type: ignore[attr-defined]
    status: int = command.main(parser.parse_args(arguments))  # type: ignore[attr-defined]
    return status


def test_the_demo_stores_promotions_have_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(central, "promotions", "check", SAMPLE) == 0
    assert "8 promotions and 2 promo codes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", '[[promotions]]\nid = "x"\nkind = "percent"\npercent = 10\n', "promotions[0].percent"),
        ("a.json", '{"promotions": [{"id": "x", "kind": "free"}]}', "promotions[0].kind"),
        ("a.toml", "promotion = 1\n", "promotion: there is no such key"),
        ("a.json", "[1]", "table of keys"),
        ("a.json", "{", "a.json"),
        ("missing.toml", "", "missing.toml"),
    ],
    ids=["toml", "json", "key", "list", "broken", "missing"],
)
def test_mistakes_are_named(
    name: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text:
        (tmp_path / name).write_text(text)
    assert run(central, "promotions", "check", str(tmp_path / name)) == 1
    assert said in capsys.readouterr().err


def test_an_edition_is_published_once_and_listed(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert run(central, *PUBLISH, "2026-01-01T00:00:00-08:00", "--data", folder) == 0
    assert run(central, *PUBLISH, "2026-02-01T00:00:00-08:00", "--data", folder) == 1
    later = [part if part != "1" else "2" for part in PUBLISH]
    assert run(central, *later, "2100-01-01T00:00:00-08:00", "--store", "002", "--data", folder) == 0
    capsys.readouterr()
    assert run(central, "promotions", "list", "--data", folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["autumn:1", "autumn:2", "2"]
    assert "in force" in lines[0]
    assert "to come" in lines[1]
    assert run(central, "promotions", "codes", "--data", folder) == 0


def test_an_edition_needs_a_time_with_an_offset(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(central, *PUBLISH, "2026-01-01", "--data", folder) == 1
    assert "effective_from" in capsys.readouterr().err


def test_price_lists_go_in_and_bad_rows_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = sample_store().profile
    data = open_data(tmp_path, store_id=profile.store_id, workstation_id=profile.workstation_id)
    stock_shelves(data, profile.currency)
    data.close()
    file = tmp_path / "prices.csv"
    file.write_text("list,segment,sku,price,from,until\nweek,,CB-HD2,9.95,2026-11-23,2026-11-29\nweek,,NOPE,1.00,,\n")
    for _ in range(2):
        assert run(catalogue, "import-prices", str(file), "--data", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "Prices added: 1; changed: 0; as they were: 0." in said
    assert "Prices added: 0; changed: 0; as they were: 1." in said
    assert run(catalogue, "show", "CB-HD2", "--data", str(tmp_path)) == 0
    assert "week, consumer: 995, 2026-11-23 00:00 to 2026-11-30 00:00" in capsys.readouterr().out
    assert "no product with this SKU" in (tmp_path / "prices.refused.csv").read_text()
