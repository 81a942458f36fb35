"""The catalogue at the till: found by any code, searched as one types, best sellers first."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.terminal_data import terminal_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.item import Fee, Item, ItemKind, SoldBy
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter, CodeConflict
from pos_app.storage.terminal_database import TerminalDatabase

TELEVISION = Item(
    "tv-55",
    "Fernseher 55″ “Größe”",
    64999,
    ("state", "city"),
    category="tv",
    brand="Acme",
    fees=(Fee("recycling", "Recycling", 500, ("state",)), Fee("delivery", "Delivery", 2500)),
)
CHEESE = Item("4011", "Cheese", 1299, sold_by=SoldBy.WEIGHT)
CARD = Item("card", "Gift card", 2000, kind=ItemKind.GIFT_CARD)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalDatabase]:
    with terminal_data(tmp_path_factory.mktemp("till")) as opened:
        CatalogueWriter(opened.database).add_items(
            [
                CatalogueItem(Item("1", "Cable USB-C", 999, brand="Acme"), ("036000291452", "4006381333931"), "C-1"),
                CatalogueItem(Item("2", "Cable HDMI", 1999, brand="Bolt"), ("042100005264", "in-house-7"), "H%2"),
                CatalogueItem(TELEVISION, (), "XR55"),
                CatalogueItem(CHEESE),
                CatalogueItem(CARD),
            ]
        )
        yield opened


@pytest.fixture
def catalogue(data: TerminalDatabase) -> SqliteCatalogue:
    return data.catalogue


@pytest.mark.parametrize(
    ("code", "item_id"),
    [
        ("036000291452", "1"),
        ("0036000291452", "1"),
        ("36000291452", "1"),
        (" 4006381333931\r\n", "1"),
        ("04252614", "2"),
        ("425261", "2"),
        ("IN-HOUSE-7", "2"),
        ("in-house-7", "2"),
        ("TV-55", "tv-55"),
        ("4011", "4011"),
    ],
)
def test_an_item_is_found_by_any_notation_of_any_of_its_codes(
    catalogue: SqliteCatalogue, code: str, item_id: str
) -> None:
    item = catalogue.find_by_code(code)
    assert item is not None
    assert item.item_id == item_id


@pytest.mark.parametrize("code", ["", "   ", "036000291453", "sku:1", "x" * 10_000, "\x00", "'; DROP TABLE item; --"])
def test_an_unknown_code_is_no_error(catalogue: SqliteCatalogue, code: str) -> None:
    assert catalogue.find_by_code(code) is None


def test_an_item_comes_back_whole(catalogue: SqliteCatalogue) -> None:
    assert catalogue.find_by_code("tv-55") == TELEVISION
    assert catalogue.find_by_code("4011") == CHEESE
    assert catalogue.find_by_code("card") == CARD


@pytest.mark.parametrize(
    ("text", "item_ids"),
    [
        ("c", ["1", "2", "4011", "card"]),
        ("cab", ["1", "2"]),
        ("usb cable", ["1"]),
        ("acme", ["1", "tv-55"]),
        ("XR5", ["tv-55"]),
        ("grosse", []),
        ("größ", ["tv-55"]),
        ("GROß", ["tv-55"]),
        ("tv-55", ["tv-55"]),
        ("036000291452", ["1"]),
        ("", []),
        ("  *  ", []),
    ],
)
def test_items_are_found_by_the_beginnings_of_words_in_the_order_of_sales(
    catalogue: SqliteCatalogue, text: str, item_ids: list[str]
) -> None:
    assert [hit.item_id for hit in catalogue.search(text)] == item_ids


def test_a_hit_can_be_rung_up_by_its_code(catalogue: SqliteCatalogue) -> None:
    for hit in catalogue.search("c"):
        item = catalogue.find_by_code(hit.code)
        assert item is not None
        assert (item.item_id, item.price_minor) == (hit.item_id, hit.price_minor)


def test_a_search_gives_no_more_than_asked_for(catalogue: SqliteCatalogue) -> None:
    assert [hit.item_id for hit in catalogue.search("c", limit=2)] == ["1", "2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.text('"*()^:+-{}NEAR AND OR NOT\x00'))
def test_no_text_breaks_the_search(catalogue: SqliteCatalogue, text: str) -> None:
    catalogue.search(text)
    catalogue.find_by_code(text)


def test_threads_may_look_up_at_once(catalogue: SqliteCatalogue) -> None:
    wrong: list[object] = []

    def look_up() -> None:
        for _ in range(300):
            item = catalogue.find_by_code("tv-55")
            if item != TELEVISION or len(catalogue.search("cable")) != 2:
                wrong.append(item)

    threads = [threading.Thread(target=look_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_changed_item_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        writer = CatalogueWriter(data.database)
        writer.add_items([CatalogueItem(Item("1", "Old lamp", 100), ("036000291452",))])
        change = writer.add_items([CatalogueItem(Item("1", "New torch", 200), ("4006381333931",))])
        assert (change.added, change.changed, change.unchanged, change.codes_added) == (0, 1, 0, 1)
        assert data.catalogue.search("lamp") == []
        assert [hit.price_minor for hit in data.catalogue.search("torch")] == [200]
        assert data.catalogue.codes("1") == ["00036000291452", "04006381333931"]


def test_the_same_items_again_change_nothing(tmp_path: Path) -> None:
    items = [CatalogueItem(Item(str(n), f"Thing {n}", n, ("t",)), (f"code-{n}",)) for n in range(50)]
    with terminal_data(tmp_path) as data:
        writer = CatalogueWriter(data.database)
        assert writer.add_items(items).added == 50
        again = writer.add_items(items)
        assert (again.added, again.changed, again.unchanged, again.codes_added) == (0, 0, 50, 0)
        assert data.catalogue.count() == 50


def test_a_code_stays_with_its_first_owner(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        writer = CatalogueWriter(data.database)
        change = writer.add_items(
            [
                CatalogueItem(Item("1", "First", 1), ("036000291452",)),
                CatalogueItem(Item("2", "Second", 2), ("0036000291452", "own")),
            ]
        )
        assert change.conflicts == [CodeConflict("2", "00036000291452", "1")]
        found = [data.catalogue.find_by_code(code) for code in ("036000291452", "own", "2")]
        assert [item.item_id for item in found if item] == ["1", "2", "2"]


def test_a_rehearsal_counts_and_leaves_nothing(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        writer = CatalogueWriter(data.database)
        with writer.rehearsal():
            assert writer.add_items([CatalogueItem(Item("1", "First", 1), ("a",))]).added == 1
            assert writer.known(["1", "2"]) == {"1"}
        assert data.catalogue.count() == 0
        assert data.catalogue.search("first") == []
