"""A search forgives what fingers do: a letter too many, too few, wrong or swapped, and spaces."""

from collections.abc import Iterator

import pytest
from fakes.terminal_data import terminal_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.item import Item
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_spelling import words_of
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter

SHELF = [
    CatalogueItem(Item("1", "Wireless Headphones", 9900, brand="Sony"), (), "WH-1000XM4"),
    CatalogueItem(Item("2", "Wired Headphones", 1900, brand="Philips")),
    CatalogueItem(Item("3", "Wireless Keyboard", 4900, brand="Logitech")),
    CatalogueItem(Item("4", "USB Cable 2 m", 900, brand="Belkin")),
    CatalogueItem(Item("5", "Coffee table, oak", 19900, brand="Casa")),
    CatalogueItem(Item("6", "Café crème set", 2900, brand="Casa")),
]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCatalogue]:
    with terminal_data(tmp_path_factory.mktemp("till")) as data:
        CatalogueWriter(data.database).add_items(SHELF)
        yield data.catalogue


def found(catalogue: SqliteCatalogue, text: str) -> list[str]:
    return [hit.item_id for hit in catalogue.search(text)]


@pytest.mark.parametrize(
    ("typed", "item_ids"),
    [
        ("headphones", ["1", "2"]),
        ("hedphones", ["1", "2"]),
        ("haedphones", ["1", "2"]),
        ("headhpones", ["1", "2"]),
        ("headdphnes", ["1", "2"]),
        ("eadphones", ["1", "2"]),
        ("hedph", ["1", "2"]),
        ("keybord", ["3"]),
        ("kyebaord", ["3"]),
        ("logitec", ["3"]),
        ("sany", ["1"]),
        ("snoy", ["1"]),
        ("sony hedphones", ["1"]),
        ("wireles keybord", ["3"]),
        ("caffe creme", ["6"]),
    ],
)
def test_typing_errors_are_forgiven(catalogue: SqliteCatalogue, typed: str, item_ids: list[str]) -> None:
    assert found(catalogue, typed) == item_ids


@pytest.mark.parametrize("typed", ["usbcable", "usbcab", "usb cabel"])
def test_a_missing_space_is_forgiven(catalogue: SqliteCatalogue, typed: str) -> None:
    assert "4" in found(catalogue, typed)


def test_a_needless_space_is_forgiven(catalogue: SqliteCatalogue) -> None:
    assert found(catalogue, "head phones") == ["1", "2"]


@pytest.mark.parametrize("typed", ["soy", "usx", "hexdxpxones", "keyxxrd", "WH-1000XM5"])
def test_short_words_numbers_and_too_many_errors_are_not_forgiven(catalogue: SqliteCatalogue, typed: str) -> None:
    assert found(catalogue, typed) == []


def test_what_was_typed_comes_before_what_may_have_been_meant(catalogue: SqliteCatalogue) -> None:
    assert found(catalogue, "table") == ["5", "4"]
    assert found(catalogue, "cable") == ["4", "5"]


def test_a_new_name_is_found_with_an_error_in_it_at_once(catalogue: SqliteCatalogue, tmp_path) -> None:
    with terminal_data(tmp_path) as data:
        writer = CatalogueWriter(data.database)
        writer.add_items(SHELF[:1])
        writer.add_items([CatalogueItem(Item("1", "Turntable", 9900))])
        assert found(data.catalogue, "trntable") == ["1"]
        assert found(data.catalogue, "hedphones") == []


def test_words_of_letters_and_short_ones_are_kept() -> None:
    assert words_of('Größe 55" TV 4K, WH-1000XM4 a 2024') == {"große", "tv", "4k", "wh"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 9), letter=st.sampled_from("abcxyz"), kind=st.sampled_from(["drop", "change", "add", "swap"]))
def test_any_single_error_in_a_word_is_forgiven(catalogue: SqliteCatalogue, at: int, letter: str, kind: str) -> None:
    word = "headphones"
    typed = {
        "drop": word[:at] + word[at + 1 :],
        "change": word[:at] + letter + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[kind]
    assert found(catalogue, typed) == ["1", "2"]
