"""Columns of a catalogue file for what the till asks; files without them are read as before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.terminal_data import terminal_data

from pos_app.domain.item import ItemChecks
from pos_app.domain.money import currency
from pos_app.storage.catalogue_csv import ImportOptions
from pos_app.storage.catalogue_import import ImportResult, import_catalogue
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.terminal_database import TerminalDatabase

OPTIONS = ImportOptions(currency("USD"))
HEAD = "sku,name,price,plu,department,serial_rule,minimum_age,quantity_limit,model\n"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[TerminalDatabase]:
    with terminal_data(tmp_path / "till") as opened:
        yield opened


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    (tmp_path / "till").mkdir()


def read(data: TerminalDatabase, tmp_path: Path, text: str) -> ImportResult:
    path = tmp_path / "items.csv"
    path.write_text(text, encoding="utf-8")
    return import_catalogue(CatalogueWriter(data.database), path, OPTIONS)


def test_what_the_till_asks_comes_from_the_file(data: TerminalDatabase, tmp_path: Path) -> None:
    rows = "P1,Phone,599.00,,phones,IMEI,,2,PH-6\nA1,Apples,2.99,4011,fruit,,,,\nW1,Wine,9.00,,drinks,,21,,\n"
    result = read(data, tmp_path, HEAD + rows)
    assert (result.products_added, result.refused) == (3, [])
    phone, apples, wine = (data.catalogue.find_by_code(code) for code in ("P1", "4011", "W1"))
    assert phone is not None
    assert phone.checks == ItemChecks("imei", 0, 2)
    assert phone.department == "phones"
    assert apples is not None
    assert (apples.item_id, apples.checks, apples.category) == ("A1", None, "fruit")
    assert wine is not None
    assert wine.checks == ItemChecks("", 21, 0)
    assert [hit.item_id for hit in data.catalogue.search("ph-6")] == ["P1"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1,Phone,1,,,(a+)+,,,", "serial_rule", "groups"),
        ("1,Wine,1,,,,old,,", "minimum_age", "whole number"),
        ("1,Wine,1,,,,120,,", "minimum_age", "up to 99"),
        ("1,Cell,1,,,,,-1,", "quantity_limit", "whole number"),
    ],
)
def test_a_value_that_cannot_be_meant_refuses_the_row(
    data: TerminalDatabase, tmp_path: Path, row: str, column: str, reason: str
) -> None:
    (refusal,) = read(data, tmp_path, f"{HEAD}{row}\n2,Good,1,,,,,,\n").refused
    assert (refusal.column, refusal.line) == (column, 2)
    assert reason in refusal.reason
    assert data.catalogue.count() == 1


def test_a_plu_that_is_none_does_not_keep_its_product_out(data: TerminalDatabase, tmp_path: Path) -> None:
    (refusal,) = read(data, tmp_path, HEAD + "A1,Apples,2.99,40110000,fruit,,,,\n").refused
    assert not refusal.whole_row
    assert data.catalogue.find_by_code("A1") is not None


def test_a_department_is_the_category_where_the_file_has_no_other(data: TerminalDatabase, tmp_path: Path) -> None:
    read(data, tmp_path, "sku,name,price,department,category\n1,A,1,food,\n2,B,1,food,fruit\n")
    items = [data.catalogue.find_by_code(code) for code in "12"]
    assert [(item.department, item.category) for item in items if item] == [("food", "food"), ("food", "fruit")]


def test_the_price_before_the_last_change_is_kept(data: TerminalDatabase, tmp_path: Path) -> None:
    for price in ("5.00", "4.00", "4.00"):
        read(data, tmp_path, f"sku,name,price\n1,A,{price}\n")
    assert data.catalogue.last_price_minor("1") == 500
    read(data, tmp_path, "sku,name,price\n1,Another name,4.00\n")
    assert data.catalogue.last_price_minor("1") == 500
    assert data.catalogue.last_price_minor("none") is None
