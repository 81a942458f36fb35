"""Catalogues as suppliers send them: what is good goes in, the rest is listed with its reason."""

import csv
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.terminal_data import terminal_data
from hypothesis import given
from hypothesis import strategies as st

from pos_app.cli import catalogue as command
from pos_app.domain.item import ItemKind, SoldBy
from pos_app.domain.money import currency
from pos_app.domain.scan_code import check_digit
from pos_app.errors import WorldError
from pos_app.storage.catalogue_csv import ImportOptions, ProductReader, parse_price
from pos_app.storage.catalogue_import import ImportResult, import_catalogue, write_refused
from pos_app.storage.catalogue_table import CsvTable
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.terminal_database import TerminalDatabase

USD = ImportOptions(currency("USD"))
GOOD, GOOD_TOO, BAD = "036000291452", "4006381333931", "036000291453"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[TerminalDatabase]:
    with terminal_data(tmp_path / "till") as opened:
        yield opened


def _file(folder: Path, text: str | bytes, name: str = "items.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _import(data: TerminalDatabase, path: Path, options: ImportOptions = USD, **more: object) -> ImportResult:
    return import_catalogue(CatalogueWriter(data.database), path, options, **more)  # type: ignore[arg-type]


def test_a_file_goes_in_and_a_second_time_changes_nothing(data: TerminalDatabase, tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "gtin,sku,mpn,name,brand,category,price_usd,sold_by_weight,kind\n"
        f'{GOOD},1,M-1,"Cable, ""short"" 1 m",Acme,cables,"1,234.50",0,\n'
        ",2,,Grüße – 你好 ™,,,$0.99,1,service\n",
    )
    first = _import(data, path)
    assert (first.products_added, first.barcodes_added, first.refused) == (2, 1, [])
    again = _import(data, path)
    assert again.changes_nothing
    assert again.products_unchanged == 2
    cable, greeting = data.catalogue.find_by_code(GOOD), data.catalogue.find_by_code("2")
    assert cable is not None
    assert greeting is not None
    assert (cable.name, cable.price_minor, cable.brand) == ('Cable, "short" 1 m', 123450, "Acme")
    assert (greeting.name, greeting.price_minor) == ("Grüße – 你好 ™", 99)
    assert (greeting.kind, greeting.sold_by) == (ItemKind.SERVICE, SoldBy.WEIGHT)


def test_a_changed_price_is_one_change(data: TerminalDatabase, tmp_path: Path) -> None:
    _import(data, _file(tmp_path, "sku,name,price\n1,A,1\n2,B,2\n"))
    result = _import(data, _file(tmp_path, "sku,name,price\n1,A,1\n2,B,3\n"))
    assert (result.products_changed, result.products_unchanged) == (1, 1)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1,,5,", "name", "name is empty"),
        ("1,\u202e \u0007,5,", "name", "name is empty"),
        ("1,A,-1,", "price", "below zero"),
        ("1,A,,", "price", "price is empty"),
        ("1,A,free,", "price", "no amount"),
        ('1,A,"1,23",', "price", "no amount"),
        ('1,A,"1.234,50",', "price", "no amount"),
        ("1,A,1.005,", "price", "more digits than USD has"),
        ("1,A,1e5,", "price", "no amount"),
        ("1,A,١٢,", "price", "no amount"),
        ("1,A,999999999999,", "price", "too large"),
        (",A,5,", "sku", "neither SKU nor barcode"),
        (f",A,5,{BAD}", "sku", "check digit"),
        ("1,A,5", "", "3 columns, the header has 4"),
        ("1,A,5,,", "", "5 columns"),
        (f"{'9' * 65},A,5,", "sku", "longer than 64"),
        (f"1,{'n' * 501},5,", "name", "longer than 500"),
    ],
)
def test_a_bad_row_is_refused_with_line_column_and_reason_and_the_next_goes_in(
    data: TerminalDatabase, tmp_path: Path, row: str, column: str, reason: str
) -> None:
    result = _import(data, _file(tmp_path, f"sku,name,price,gtin\n{row}\n77,Good,1,\n"))
    assert result.rows_refused == 1
    assert (result.refused[0].line, result.refused[0].column) == (2, column)
    assert reason in result.refused[0].reason
    assert result.products_added == 1
    assert data.catalogue.find_by_code("77") is not None


def test_a_wrong_barcode_does_not_keep_its_product_out(data: TerminalDatabase, tmp_path: Path) -> None:
    result = _import(data, _file(tmp_path, f"sku,name,price,gtin,barcodes\n1,A,5,{BAD},{GOOD} shelf-1;{BAD}\n"))
    assert (result.products_added, result.rows_refused, result.barcodes_added) == (1, 0, 2)
    assert [(refusal.column, refusal.value) for refusal in result.refused] == [("gtin", BAD), ("barcodes", BAD)]
    assert data.catalogue.codes("1") == ["00036000291452", "SHELF-1"]


def test_control_and_direction_characters_never_get_in(data: TerminalDatabase, tmp_path: Path) -> None:
    _import(data, _file(tmp_path, 'sku,name,price\n1,"A\x1b[2J\x00B\r\nC\u202edrow\u200b  D",1\n'))
    item = data.catalogue.find_by_code("1")
    assert item is not None
    assert item.name == "A [2J B Cdrow D"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_separator_line_end_and_byte_order_mark(
    data: TerminalDatabase, tmp_path: Path, separator: str, line_end: str, mark: bytes
) -> None:
    rows = [["sku", "name", "price"], ["1", "Größe", "1.50"], ["2", "B", "2"]]
    text = line_end.join(separator.join(row) for row in rows)
    result = _import(data, _file(tmp_path, mark + text.encode()))
    assert (result.products_added, result.refused) == (2, [])


def test_a_row_in_another_encoding_is_refused_alone(data: TerminalDatabase, tmp_path: Path) -> None:
    path = _file(tmp_path, b"sku,name,price\n1,Gr\xf6\xdfe,1\n2,B,2\n")
    result = _import(data, path)
    assert [(r.line, r.reason) for r in result.refused] == [(2, "the text is not in the file's encoding")]
    assert result.products_added == 1
    assert _import(data, path, ImportOptions(currency("USD"), encoding="latin-1")).products_added == 1
    write_refused(path, result.refused)


def test_an_unclosed_quotation_mark_costs_its_rows_only_and_is_named(data: TerminalDatabase, tmp_path: Path) -> None:
    swallowed = "".join(f"{n},Thing,1\n" for n in range(100))
    result = _import(data, _file(tmp_path, f'sku,name,price\n1,A,1\n2,"B,1\n{swallowed}'))
    assert result.products_added == 1
    assert [r.line for r in result.refused] == [3]
    assert "quotation mark is not closed" in result.refused[0].reason


def test_one_product_on_several_rows_has_all_their_barcodes(data: TerminalDatabase, tmp_path: Path) -> None:
    result = _import(data, _file(tmp_path, f"sku,name,price,gtin\n1,A,5,{GOOD}\n1,A,5,{GOOD_TOO}\n1,A,5,{GOOD}\n"))
    assert (result.products_added, result.refused) == (1, [])
    assert len(data.catalogue.codes("1")) == 2


def test_the_same_sku_with_other_data_is_refused_and_the_first_stays(data: TerminalDatabase, tmp_path: Path) -> None:
    result = _import(data, _file(tmp_path, "sku,name,price\n1,A,5\n1,A,6\n"))
    assert [(r.line, r.reason) for r in result.refused] == [(3, "SKU 1 is on line 2 already, with other data")]
    item = data.catalogue.find_by_code("1")
    assert item is not None
    assert item.price_minor == 500


def test_a_barcode_of_two_products_is_refused_for_the_second(data: TerminalDatabase, tmp_path: Path) -> None:
    result = _import(data, _file(tmp_path, f"sku,name,price,ean\n1,A,5,{GOOD}\n2,B,6,0{GOOD}\n"))
    assert [(r.line, r.column, r.whole_row) for r in result.refused] == [(3, "ean", False)]
    assert "belongs to product 1 already" in result.refused[0].reason
    item = data.catalogue.find_by_code(GOOD)
    assert item is not None
    assert item.item_id == "1"
    assert data.catalogue.find_by_code("2") is not None


def test_a_second_file_brings_more_barcodes(data: TerminalDatabase, tmp_path: Path) -> None:
    products = _file(tmp_path, "sku,name,price\n1,A,5\n2,B,6\n")
    barcodes = _file(
        tmp_path, f"sku,barcode_raw\n1,{GOOD}\n1,0{GOOD}\n2,{GOOD_TOO}\n2,{GOOD}\n9,{GOOD}\n2,{BAD}\n", "codes.csv"
    )
    result = _import(data, products, barcodes=barcodes)
    assert (result.barcodes_read, result.barcodes_added) == (6, 2)
    assert [(r.line, r.reason) for r in sorted(result.refused_barcodes, key=lambda r: r.line)] == [
        (5, "the barcode belongs to product 1 already"),
        (6, "there is no product with SKU 9"),
        (7, "the check digit of the barcode is wrong"),
    ]
    assert _import(data, products, barcodes=barcodes).changes_nothing


def test_barcodes_of_products_imported_before_go_in(data: TerminalDatabase, tmp_path: Path) -> None:
    _import(data, _file(tmp_path, "sku,name,price\n1,A,5\n"))
    other = _file(tmp_path, "sku,name,price\n2,B,6\n")
    result = _import(data, other, barcodes=_file(tmp_path, f"sku,barcode\n1,{GOOD}\n", "codes.csv"))
    assert result.barcodes_added == 1
    item = data.catalogue.find_by_code(GOOD)
    assert item is not None
    assert item.item_id == "1"


def test_columns_are_mapped_as_told(data: TerminalDatabase, tmp_path: Path) -> None:
    path = _file(tmp_path, "Artikel;Bezeichnung;Preis\nX1;Kabel;1.234,50\n")
    options = ImportOptions(
        currency("EUR"), {"Artikel": "sku", "Bezeichnung": "name", "Preis": "price"}, True, ("vat",)
    )
    _import(data, path, options)
    item = data.catalogue.find_by_code("x1")
    assert item is not None
    assert (item.name, item.price_minor, item.tax_ids) == ("Kabel", 123450, ("vat",))


@pytest.mark.parametrize(
    ("header", "mapping", "message"),
    [
        ("a,b", {}, "No columns for name and price were found among a, b"),
        ("name,price", {}, "No columns for sku or gtin"),
        ("sku,name,price", {"x": "name"}, "no column 'x'"),
        ("sku,name,price", {"sku": "colour"}, "no field 'colour'"),
        ("", {}, "is empty"),
    ],
)
def test_a_file_whose_columns_fit_nothing_is_refused_as_a_whole(
    data: TerminalDatabase, tmp_path: Path, header: str, mapping: dict[str, str], message: str
) -> None:
    with pytest.raises(WorldError, match=re.escape(message)):
        _import(data, _file(tmp_path, f"{header}\n"), ImportOptions(currency("USD"), mapping))


def test_a_missing_file_is_named(data: TerminalDatabase, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"nowhere\.csv cannot be read"):
        _import(data, tmp_path / "nowhere.csv")


def test_an_interrupted_import_is_finished_by_making_it_again(data: TerminalDatabase, tmp_path: Path) -> None:
    count = 45_000
    rows = "".join(f"{n},Thing {n},{n}.10\n" for n in range(count))
    path = _file(tmp_path, f"sku,name,price\n{rows}")

    def stop(line: int) -> None:
        if line > 30_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(data, path, on_progress=stop)
    kept = data.catalogue.count()
    assert 0 < kept < count
    result = _import(data, path)
    assert (result.products_added, result.products_unchanged) == (count - kept, kept)
    assert data.catalogue.count() == count


def test_a_dry_run_reports_the_same_and_changes_nothing(data: TerminalDatabase, tmp_path: Path) -> None:
    path = _file(tmp_path, f"sku,name,price,gtin\n1,A,5,{GOOD}\n2,B,6,{GOOD}\n3,,7,\n")
    rehearsed = _import(data, path, dry_run=True)
    assert data.catalogue.count() == 0
    assert _import(data, path) == rehearsed


def test_the_report_of_refused_rows_is_safe_to_open_in_a_spreadsheet(tmp_path: Path, data: TerminalDatabase) -> None:
    path = _file(tmp_path, 'sku,name,price\n1,A,"=HYPERLINK(""x"")"\n2,B,-1\n')
    report = write_refused(path, _import(data, path).refused)
    assert report == tmp_path / "items.refused.csv"
    with report.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["refused"], row["column"], row["value"]) for row in rows] == [
        ("2", "row", "price", '\'=HYPERLINK("x")'),
        ("3", "row", "price", "'-1"),
    ]
    assert write_refused(path, []) is None
    assert not report.exists()


@given(st.integers(0, 10**10))
def test_a_price_written_with_or_without_grouping_is_the_same(minor: int) -> None:
    decimal = f"{minor / 100:,.2f}" if minor < 10**8 else f"{minor // 100:,}.{minor % 100:02d}"
    assert parse_price(decimal, USD) == minor
    assert parse_price(decimal.replace(",", ""), USD) == minor
    european = decimal.translate(str.maketrans(",.", ".,"))
    assert parse_price(european, ImportOptions(currency("EUR"), decimal_comma=True)) == minor


@pytest.mark.parametrize(
    ("text", "minor"), [("$5", 500), ("USD 1.5", 150), ("5 €", 500), (" .99 ", 99), ("9.990", 999)]
)
def test_prices_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert parse_price(text, USD) == minor


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), max_size=6))
def test_no_content_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        csv.writer(file).writerows([["sku", "name", "price", "gtin", "barcodes"], *rows])
    table = CsvTable(path)
    reader = ProductReader(table.columns, USD)
    for line, values in table.rows():
        if isinstance(values, list):
            reader.product(line, values)
    table.close()


# --- the command -----------------------------------------------------------------------------------------------------


def _run(*arguments: object) -> int:
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args([str(argument) for argument in arguments]))


def test_the_command_imports_searches_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_data(tmp_path / "till"):
        pass
    rows = [f"{n:05d}{n % 10},Thing {n},{n}.50," + _gtin(n) for n in range(1, 501)]
    path = _file(tmp_path, "sku,name,price,gtin\n" + "\n".join(rows) + f"\nx,,1,\n501,A,1,{BAD}\n")
    to = ("--data", tmp_path / "till")
    assert _run("import", path, *to, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Products added: 501;" in said
    assert "Dry run: nothing was changed." in said
    assert _run("import", path, *to) == 0
    said = capsys.readouterr().out
    assert "Rows read: 502; refused: 1." in said
    assert "Products added: 501; changed: 0; as they were: 0." in said
    assert "Barcodes added: 500; refused: 1." in said
    assert str(tmp_path / "items.refused.csv") in said
    assert _run("import", path, *to) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert _run("show", _gtin(7), *to) == 0
    assert "Thing 7" in capsys.readouterr().out
    assert _run("search", "thing", "500", *to) == 0
    assert "50050" in capsys.readouterr().out
    assert _run("search", "nothing", *to) == 0
    assert "Nothing found." in capsys.readouterr().out


def _gtin(number: int) -> str:
    body = f"40{number:010d}"
    return body + str(check_digit(body))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "1", "--data", "no-such-folder"), "There is no till data in no-such-folder."),
        (("import", "items.csv", "--map", "name"), "write it as COLUMN=FIELD"),
        (("import", "items.csv", "--currency", "XXX"), "'XXX' is no currency code known here"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_error_output(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == 1
    assert message in capsys.readouterr().err


def test_an_unknown_code_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_data(tmp_path):
        pass
    assert _run("show", "123", "--data", tmp_path) == 1
    assert "no item with the code 123" in capsys.readouterr().err


def test_a_dry_run_on_a_new_machine_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, "sku,name,price\n1,A,1\n")
    assert _run("import", path, "--dry-run", "--data", tmp_path / "till") == 0
    assert "Products added: 1;" in capsys.readouterr().out
    assert not (tmp_path / "till").exists()


def test_a_running_till_is_not_imported_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, "sku,name,price\n1,A,1\n")
    with terminal_data(tmp_path / "till"):
        script = "import sys; from pos_app.commands import find; sys.exit(find('catalogue').run(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", script, "import", str(path), "--data", str(tmp_path / "till")],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
    assert done.returncode == 1
    assert "Another program is using the data folder" in done.stderr
