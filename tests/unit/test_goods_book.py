"""A store changes its products: its word stays through imports, waits for its day, and nothing is ever deleted."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, open_data
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.domain.journal import EventKind
from pos_app.domain.money import currency
from pos_app.errors import CashierError
from pos_app.ids import SystemIds
from pos_app.ports.goods import DONE, FAILED, WAITING, WITHDRAWN, FieldRefusedError
from pos_app.storage.catalogue_cells import cells_of, harmed, harmless
from pos_app.storage.catalogue_csv import ImportOptions, ProductReader, ProductRow
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.goods import SqliteGoods
from pos_app.storage.terminal_database import TerminalDatabase

USD = currency("USD")
EAN, OTHER_EAN = "9520000001025", "9520000001070"
EAN_OF_BREAD = "4006381333931"


class Shop:
    """A till's data with three products of a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(NOON)
        self.data: TerminalDatabase = open_data(folder / "till", clock=self.clock)
        self.goods = SqliteGoods(self.data.database, self.data.storage, USD, clock=self.clock, ids=SystemIds())
        self.deliver("sku,name,price,gtin,brand,tax_ids", f"A,Apple juice,2.50,{EAN},Grove,general", "B,Bread,3.00,,,")

    def file(self, *lines: str, name: str = "goods.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def deliver(self, *lines: str, name: str = "goods.csv", rehearse: bool = False):
        return self.goods.import_file(
            self.file(*lines, name=name), by="m", rehearse=rehearse, on_progress=lambda _: None, stopped=lambda: False
        )

    def change(self, sku: str, codes: tuple[str, ...] = (), effective_from_s: int = 0, **cells: str):
        return self.goods.change(sku, cells, codes, by="manager-1", reason="Season", effective_from_s=effective_from_s)

    def cells(self, sku: str) -> dict[str, str]:
        product = self.goods.product(sku)
        assert product is not None
        return dict(product.cells)

    def journal(self, kind: EventKind) -> list[dict[str, object]]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(payload) for (payload,) in rows]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    yield opened
    opened.data.close()


def test_a_price_changed_at_the_store_stays_when_the_next_file_comes(shop: Shop) -> None:
    shop.change("A", price="1.99")
    shop.deliver("sku,name,price", "A,Apple juice 1 l,2.75")
    product = shop.goods.product("A")
    assert product is not None
    assert product.item.price_minor == 199
    assert product.item.name == "Apple juice 1 l"
    assert product.delivered == {"price": "2.75"}


def test_what_the_store_gives_back_is_the_files_again(shop: Shop) -> None:
    shop.change("A", price="1.99")
    shop.change("A", price="2.50")
    assert shop.goods.product("A").delivered == {}
    shop.deliver("sku,name,price", "A,Apple juice,2.75")
    assert shop.cells("A")["price"] == "2.75"


def test_the_stores_word_stays_its_own_while_the_file_says_the_same(shop: Shop) -> None:
    shop.change("A", price="1.99")
    shop.deliver("sku,name,price", "A,Apple juice,1.99")
    shop.deliver("sku,name,price", "A,Apple juice,3.99")
    assert shop.cells("A")["price"] == "1.99"


def test_a_product_put_on_file_at_the_store_is_the_stores_until_a_file_knows_it(shop: Shop) -> None:
    shop.change("N-1", (OTHER_EAN,), name="Night light", price="9.00", tax_ids="general")
    product = shop.goods.product(OTHER_EAN)
    assert product is not None
    assert product.own
    shop.deliver("sku,name,price,tax_ids", "N-1,Night lamp,9.00,general")
    product = shop.goods.product("N-1")
    assert not product.own
    assert product.delivered == {"name": "Night lamp"}
    shop.deliver("sku,name,price,tax_ids", "N-1,Night lamp,8.00,general")
    assert shop.cells("N-1")["price"] == "8.00"


def test_a_change_is_on_record_with_who_and_why(shop: Shop) -> None:
    shop.change("A", price="1.99", name="Juice")
    (change,) = shop.goods.history("A")
    assert (change.made_by, change.reason, change.state) == ("manager-1", "Season", DONE)
    assert change.fields == {"name": ("Apple juice", "Juice"), "price": ("2.50", "1.99")}
    (entry,) = shop.journal(EventKind.GOODS_CHANGED)
    assert entry["fields"] == {"name": ["Apple juice", "Juice"], "price": ["2.50", "1.99"]}
    assert entry["by"] == "manager-1"


def test_a_change_to_what_it_is_already_is_none(shop: Shop) -> None:
    assert shop.change("A", price="2.5") is None
    assert shop.goods.history("A") == []


def test_a_change_waits_for_its_day(shop: Shop) -> None:
    tomorrow_s = int((NOON + timedelta(days=1)).timestamp())
    change = shop.change("A", price="1.99", effective_from_s=tomorrow_s)
    assert change.state == WAITING
    assert shop.goods.apply_due() == []
    assert shop.cells("A")["price"] == "2.50"
    shop.clock.at = NOON + timedelta(days=1, seconds=1)
    (done,) = shop.goods.apply_due()
    assert (done.state, shop.cells("A")["price"]) == (DONE, "1.99")
    assert shop.goods.apply_due() == []
    assert [entry["state"] for entry in shop.journal(EventKind.GOODS_CHANGED)] == [WAITING, DONE]


def test_a_waiting_change_can_be_taken_back_until_its_day(shop: Shop) -> None:
    change = shop.change("A", price="1.99", effective_from_s=int((NOON + timedelta(days=1)).timestamp()))
    shop.goods.withdraw(change.change_id, "manager-1")
    assert [one.state for one in shop.goods.history("A")] == [WITHDRAWN]
    with pytest.raises(CashierError, match="in force already"):
        shop.goods.withdraw(change.change_id, "manager-1")


def test_a_change_that_cannot_be_made_when_its_day_comes_is_on_record_and_the_others_go_on(
    shop: Shop, expect_log
) -> None:
    tomorrow_s = int((NOON + timedelta(days=1)).timestamp())
    shop.change("A", (OTHER_EAN,), effective_from_s=tomorrow_s)
    shop.change("B", price="1.00", effective_from_s=tomorrow_s)
    shop.deliver("sku,name,price,gtin", f"C,Cheese,5.00,{OTHER_EAN}")
    shop.clock.at = NOON + timedelta(days=2)
    expect_log("cannot be made")
    assert [change.state for change in shop.goods.apply_due()] == [FAILED, DONE]
    assert shop.cells("B")["price"] == "1.00"


def test_an_ended_product_is_on_file_and_in_no_search_at_the_counter(shop: Shop) -> None:
    shop.change("A", ended="1")
    assert shop.data.catalogue.search("apple") == []
    assert [hit.item_id for hit in shop.goods.search("apple", 5)] == ["A"]
    assert shop.data.catalogue.find_by_code(EAN).checks.ended
    shop.deliver("sku,name,price,gtin", f"A,Apple juice,2.50,{EAN}")
    assert shop.goods.product("A").ended
    shop.change("A", ended="")
    assert [hit.item_id for hit in shop.data.catalogue.search("apple")] == ["A"]


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        pytest.param({"price": "cheap"}, "price", "no amount", id="price"),
        pytest.param({"name": " "}, "name", "empty", id="name"),
        pytest.param({"serial_rule": "(a+)+"}, "serial_rule", "groups", id="serial-rule"),
        pytest.param({"minimum_age": "200"}, "minimum_age", "up to 99", id="age"),
        pytest.param({"content": "much"}, "content", "like 750 g", id="content"),
        pytest.param({"fees": "no fee"}, "fees", "written like", id="fees"),
        pytest.param({"kind": "toy"}, "kind", "one of goods", id="kind"),
    ],
)
def test_a_field_that_cannot_be_taken_says_which_and_why(shop: Shop, cells, field, words) -> None:
    with pytest.raises(FieldRefusedError, match=words) as refused:
        shop.change("A", **cells)
    assert refused.value.field == field
    assert shop.goods.history("A") == []


def test_a_barcode_of_another_product_is_refused_by_name(shop: Shop) -> None:
    with pytest.raises(FieldRefusedError, match=r"belongs to Apple juice \(A\)"):
        shop.change("B", (EAN,))
    with pytest.raises(FieldRefusedError, match="check digit"):
        shop.change("B", ("9520000001026",))


def test_a_scanned_barcode_is_added(shop: Shop) -> None:
    shop.change("B", (OTHER_EAN,))
    assert shop.goods.product(OTHER_EAN).item_id == "B"
    assert shop.goods.product("B").codes == (OTHER_EAN,)


def test_an_import_can_be_taken_back(shop: Shop) -> None:
    shop.change("B", name="Our bread")
    outcome = shop.deliver("sku,name,price,gtin", "A,Pear juice,9.99,", f"C,Cheese,5.00,{OTHER_EAN}", "B,Brot,4,")
    assert (outcome.added, outcome.changed) == (1, 2)
    assert shop.goods.undo_import(outcome.number, "m") == 3
    assert (shop.cells("A")["name"], shop.cells("A")["price"]) == ("Apple juice", "2.50")
    assert (shop.cells("B")["name"], shop.cells("B")["price"]) == ("Our bread", "3.00")
    assert shop.goods.product("B").delivered == {"name": "Bread"}
    assert shop.goods.product("C").ended
    assert shop.goods.product(OTHER_EAN) is None
    with pytest.raises(CashierError, match="nothing"):
        shop.goods.undo_import(outcome.number, "m")
    shop.deliver("sku,name,price,gtin", f"C,Cheese,5.00,{OTHER_EAN}")
    assert not shop.goods.product(OTHER_EAN).ended


def test_a_rehearsal_says_the_same_and_changes_nothing(shop: Shop) -> None:
    lines = ("sku,name,price", "A,Apple juice,1.00", "D,Dates,4.00", "E,,1.00")
    rehearsed = shop.deliver(*lines, rehearse=True)
    assert shop.cells("A")["price"] == "2.50"
    made = shop.deliver(*lines)
    assert (rehearsed.added, rehearsed.changed, rehearsed.rows_refused) == (made.added, made.changed, 1)
    (refused,) = made.refused
    assert (refused.line, refused.column, refused.reason) == (4, "name", "the name is empty")


@pytest.mark.parametrize("name", ["goods.json", "goods.jsonl"])
def test_json_is_taken_as_csv_is(shop: Shop, name: str) -> None:
    rows = [{"sku": "J", "name": "Jam", "price": 2.35, "barcodes": [OTHER_EAN]}, {"sku": "K", "name": "Kale"}]
    text = json.dumps(rows) if name.endswith("json") else "\n".join(json.dumps(row) for row in rows)
    outcome = shop.deliver(text, name=name)
    assert (outcome.added, outcome.rows_refused) == (1, 1)
    assert outcome.refused[0].line == 2
    assert shop.goods.product(OTHER_EAN).item.price_minor == 235


def test_an_import_that_is_stopped_can_be_taken_back(shop: Shop) -> None:
    path = shop.file("sku,name,price", *(f"S{n},Thing {n},1.00" for n in range(5_000)))
    reached: list[int] = []
    with pytest.raises(InterruptedError):
        shop.goods.import_file(
            path, by="m", rehearse=False, on_progress=reached.append, stopped=lambda: len(reached) >= 6
        )
    last = shop.goods.imports()[0]
    assert (last.words, last.can_undo) == ("Stopped before its end", True)
    assert 0 < shop.goods.undo_import(last.number, "m") < 5_000
    assert shop.goods.product("S1").ended


def test_an_export_imported_again_changes_nothing(shop: Shop) -> None:
    shop.change(
        "F", name="=2+3", price="7.00", fees="eco:Eco fee:0.50", minimum_age="18", by_weight="1", content="1 kg"
    )
    exported = b"".join(shop.goods.export())
    rows = list(csv.DictReader(io.StringIO(exported.decode())))
    assert {row["sku"] for row in rows} == {"A", "B", "F"}
    assert next(row["name"] for row in rows if row["sku"] == "F") == "'=2+3"
    outcome = shop.deliver(exported.decode().replace("\r\n", "\n"))
    assert (outcome.added, outcome.changed, outcome.refused) == (0, 0, [])
    assert shop.cells("F")["name"] == "=2+3"


def test_labels_are_due_for_every_price_that_changed_since(shop: Shop) -> None:
    began_s = int(NOON.timestamp())
    shop.clock.at = NOON + timedelta(hours=1)
    shop.change("A", price="1.99")
    shop.change("B", name="Loaf")
    assert [due.item_id for due in shop.goods.labels_due(began_s)] == ["A"]
    shop.goods.note_label_run("m", 1)
    assert shop.goods.labels_due(shop.goods.last_label_run_s()) == []


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@settings(max_examples=60)
@given(
    name=_TEXT,
    price=st.integers(0, 10**9),
    tenths=st.integers(0, 999),
    age=st.integers(0, 99),
    limit=st.integers(0, 9_999),
    weight=st.booleans(),
)
def test_a_products_cells_read_again_are_the_same_product(name, price, tenths, age, limit, weight) -> None:
    columns = {
        "item_id": "X", "name": name, "brand": "", "model": "", "category": "", "kind": "goods",
        "sold_by": "weight" if weight else "each", "price_minor": price, "tax_ids": "", "fees": "", "department": "",
        "screen_size_tenths": tenths, "serial_rule": "", "minimum_age": age, "quantity_limit": limit, "content": "",
        "ended": 0,
    }  # fmt: skip
    cells = {field: harmless(text) for field, text in cells_of(columns, USD).items()}
    row = ProductReader(list(cells), ImportOptions(USD)).product(1, list(cells.values()))
    assert isinstance(row, ProductRow)
    again = CatalogueWriter.columns(row.entry)
    assert again["price_minor"] == price
    assert {**again, "name": ""} == {**columns, "name": ""}


@given(st.text(max_size=12))
def test_what_was_made_harmless_for_a_spreadsheet_is_read_as_it_was(text: str) -> None:
    assert harmed(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@"))


def test_a_barcode_added_by_mistake_is_taken_off_and_can_be_another_products(shop: Shop) -> None:
    shop.change("B", codes=(EAN_OF_BREAD,))
    assert shop.goods.product(EAN_OF_BREAD).item_id == "B"
    taken = shop.goods.change("B", {}, (), by="manager-1", reason="Correction", removed=(EAN_OF_BREAD, EAN))
    assert taken.removed == (EAN_OF_BREAD,), "what is another product's stays"
    assert shop.goods.product(EAN_OF_BREAD) is None
    assert shop.goods.product("B").codes == ()
    assert shop.goods.product(EAN).item_id == "A"
    assert shop.goods.history("B")[0].removed == (EAN_OF_BREAD,)
    assert shop.journal(EventKind.GOODS_CHANGED)[-1]["removed"] == [EAN_OF_BREAD]
    shop.change("A", codes=(EAN_OF_BREAD,))
    assert shop.goods.product(EAN_OF_BREAD).item_id == "A"


def test_a_barcode_is_taken_off_when_its_day_comes(shop: Shop) -> None:
    at_s = int((NOON + timedelta(days=1)).timestamp())
    shop.goods.change("A", {}, (), by="manager-1", reason="Correction", effective_from_s=at_s, removed=(EAN,))
    assert shop.goods.product(EAN).item_id == "A"
    shop.clock.at = NOON + timedelta(days=1)
    assert [change.state for change in shop.goods.apply_due()] == [DONE]
    assert shop.goods.product(EAN) is None
    assert shop.goods.product("A").item.name == "Apple juice"
