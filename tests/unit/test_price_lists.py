"""Price lists: what holds when and for whom, from a file to the line in the basket."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.memory_shop import DEMO_ACCOUNT, OPERATOR, MemoryTerms, PlainFormatter, profile
from fakes.terminal_data import open_data, open_day, terminal_data
from hypothesis import given
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.domain.item import Item
from pos_app.domain.money import currency
from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.price_list import PriceEntry, price_in_force
from pos_app.errors import WorldError
from pos_app.ids import SeededIds
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.price_list_import import PriceListOptions, PriceListResult, import_price_lists
from pos_app.storage.price_lists import write_prices
from pos_app.storage.terminal_database import TerminalDatabase

ZONE = ZoneInfo("America/Los_Angeles")
OPTIONS = PriceListOptions(currency("USD"), "001", ZONE)
CAMERA, CABLE = Item("CAM", "Camera", 50_000, ("general",)), Item("CAB", "Cable", 1_000, ("general",))
STUDENT = replace(DEMO_ACCOUNT, member_id="m-2", segment="student")
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=ZONE)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[TerminalDatabase]:
    with terminal_data(tmp_path / "till") as opened:
        CatalogueWriter(opened.database).add_items([CatalogueItem(CAMERA, ("4006381333931",)), CatalogueItem(CABLE)])
        yield opened


def load(data: TerminalDatabase, folder: Path, *rows: str, **more: bool) -> PriceListResult:
    """Import these rows."""
    path = folder / "prices.csv"
    path.write_text("list,segment,sku,price,from,until,store\n" + "".join(f"{row}\n" for row in rows))
    return import_price_lists(data.database, path, OPTIONS, **more)


def price_of(data: TerminalDatabase, item: Item = CAMERA, segment: str = "consumer", at: datetime = NOON) -> int:
    """What the item costs."""
    found = data.price_lists.price_in_force(item.item_id, segment, at)
    return found.price_minor if found else item.price_minor


# --- what holds -------------------------------------------------------------------------------------------------------


def test_a_price_holds_from_its_first_second_to_the_end_of_its_last_day(data: TerminalDatabase, tmp_path: Path) -> None:
    load(data, tmp_path, "weekend,,CAM,449.00,2026-11-27,2026-11-29,")
    begins, ends = datetime(2026, 11, 27, tzinfo=ZONE), datetime(2026, 11, 30, tzinfo=ZONE)
    second = timedelta(seconds=1)
    assert [price_of(data, at=at) for at in (begins - second, begins, ends - second, ends)] == [
        50_000,
        44_900,
        44_900,
        50_000,
    ]


def test_of_two_the_one_that_began_last_holds_and_then_the_older_one_again(
    data: TerminalDatabase, tmp_path: Path
) -> None:
    load(data, tmp_path, "autumn,,CAM,480.00,2026-10-01,,", "friday,,CAM,400.00,2026-11-27,2026-11-27,")
    assert price_of(data) == 40_000
    assert price_of(data, at=NOON + timedelta(days=1)) == 48_000


def test_a_segment_has_its_price_and_never_pays_more_than_everybody(data: TerminalDatabase, tmp_path: Path) -> None:
    load(data, tmp_path, "campus,student,CAM,450.00,,,", "friday,,CAM,400.00,2026-11-27,2026-11-27,")
    assert price_of(data, segment="student") == 40_000
    assert price_of(data, segment="student", at=NOON + timedelta(days=1)) == 45_000
    assert price_of(data, segment="business", at=NOON + timedelta(days=1)) == 50_000


@given(
    st.lists(
        st.builds(
            PriceEntry,
            list_id=st.sampled_from("ab"),
            segment=st.sampled_from(["consumer", "student", "business"]),
            item_id=st.just("x"),
            price_minor=st.integers(0, 100),
            starts_at_s=st.integers(0, 5),
            ends_at_s=st.none() | st.integers(1, 9),
        ),
        max_size=6,
    ),
    st.integers(0, 9),
)
def test_the_order_of_rows_never_matters_and_nobody_pays_more_for_a_segment(
    entries: list[PriceEntry], at_s: int
) -> None:
    unique = {(one.list_id, one.segment, one.starts_at_s): one for one in entries}.values()
    for segment in ("consumer", "student", "employee"):
        found = price_in_force(unique, segment, at_s)
        assert found == price_in_force(reversed(list(unique)), segment, at_s)
        everybody = price_in_force(unique, "consumer", at_s)
        if everybody is not None:
            assert found is not None
            assert found.price_minor <= everybody.price_minor


# --- files ------------------------------------------------------------------------------------------------------------


def test_bad_rows_are_named_and_the_rest_is_kept(data: TerminalDatabase, tmp_path: Path) -> None:
    result = load(
        data,
        tmp_path,
        "w,,4006381333931,449.00,2026-11-27,2026-11-29,",
        "w,,NOSUCH,1.00,,,",
        "w,vip,CAB,1.00,,,",
        "w,,CAB,free,,,",
        "w,,CAB,-1.00,,,",
        "w,,CAB,9.00,27.11.2026,,",
        "w,,CAB,9.00,2026-11-29,2026-11-27,",
        ",,CAB,9.00,,,",
        "w,,CAM,448.00,2026-11-27,,",
        "w,,CAB,8.00,,,002",
        "w,,CAB,9.00,,",
    )
    assert (result.rows_read, result.other_stores, result.change.added) == (11, 1, 1)
    assert [(one.line, one.column) for one in result.refused] == [
        (3, "item"),
        (4, "segment"),
        (5, "price"),
        (6, "price"),
        (7, "from"),
        (8, "until"),
        (9, "list"),
        (10, "item"),
        (12, ""),
    ]
    assert price_of(data) == 44_900


def test_the_same_file_again_changes_nothing_and_a_dry_run_never(data: TerminalDatabase, tmp_path: Path) -> None:
    row = "w,,CAM,449.00,2026-11-27,,"
    assert load(data, tmp_path, row, dry_run=True).change.added == 1
    assert price_of(data) == 50_000
    load(data, tmp_path, row)
    assert load(data, tmp_path, row).change.unchanged == 1
    assert load(data, tmp_path, "w,,CAM,439.00,2026-11-27,,").change.changed == 1
    assert price_of(data) == 43_900


def test_a_file_without_the_needed_columns_is_refused_whole(data: TerminalDatabase, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("name,amount\nx,1\n")
    with pytest.raises(WorldError, match="lacks the columns list, item, price"):
        import_price_lists(data.database, path, OPTIONS)


# --- in the basket ----------------------------------------------------------------------------------------------------


class Till:
    """A till over real data whose prices may change while it sells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(NOON)
        self.data = open_data(folder, clock=self.clock)
        CatalogueWriter(self.data.database).add_items([CatalogueItem(CAMERA), CatalogueItem(CABLE)])
        open_day(self.data)
        self.start()

    def start(self) -> None:
        parts = {"storage": self.data.storage, "terms": MemoryTerms(), "clock": self.clock, "ids": SeededIds(1)}
        self.selling = Selling(
            catalogue=self.data.catalogue,
            profile=profile(),
            operator=OPERATOR,
            price_lists=self.data.price_lists,
            **parts,
        )
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)

    def set_price(self, item: Item, price_minor: int, segment: str = "consumer") -> None:
        entry = PriceEntry("list", segment, item.item_id, price_minor)
        write_prices(self.data.database, [entry])

    def lines(self) -> list[tuple[int, int | None, str]]:
        """Price, price before, list."""
        lines = self.selling.view.basket.lines
        return [(line.unit_price_minor, line.former_price_minor, line.price_list) for line in lines]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "till")
    yield made
    made.data.close()


def test_a_student_pays_the_students_price_and_the_line_shows_both(till: Till) -> None:
    till.set_price(CAMERA, 45_000, "student")
    till.selling.add_item("CAM")
    till.selling.add_item("CAB")
    till.selling.attach_member(STUDENT)
    assert till.lines() == [(45_000, 50_000, "list"), (1_000, None, "")]
    till.selling.remove_member()
    assert till.lines() == [(50_000, None, ""), (1_000, None, "")]
    till.selling.attach_member(STUDENT)
    till.selling.add_item("CAM")
    assert [line.quantity_milli for line in till.selling.view.basket.lines] == [2000, 1000]
    assert till.selling.undo()
    assert till.selling.undo()
    assert till.lines() == [(50_000, None, ""), (1_000, None, "")]


def test_an_unknown_member_pays_what_everybody_pays(till: Till) -> None:
    till.set_price(CAMERA, 45_000, "student")
    till.selling.add_item("CAM")
    till.selling.attach_member(STUDENT)
    till.selling.attach_unknown_member("jo@example.com")
    assert till.lines() == [(50_000, None, "")]


def test_a_segment_that_is_learnt_later_reprices_unless_something_is_paid(till: Till) -> None:
    till.set_price(CAMERA, 45_000, "student")
    known = replace(STUDENT, segment="consumer")
    till.selling.add_item("CAM")
    till.selling.attach_member(known)
    till.selling.refresh_account(STUDENT)
    assert till.lines() == [(45_000, 50_000, "list")]
    till.selling.refresh_account(known)
    till.tendering.add_cash(10_000)
    till.selling.refresh_account(STUDENT)
    assert till.lines() == [(50_000, None, "")]


def test_a_sale_keeps_its_price_until_the_code_is_scanned_again(till: Till) -> None:
    till.selling.add_item("CAM")
    till.set_price(CAMERA, 44_000)
    till.start()
    assert till.selling.restore()
    assert till.lines() == [(50_000, None, "")]
    result = till.selling.add_item("CAM")
    assert (result.former_price_minor, result.merged) == (50_000, True)
    assert till.lines() == [(44_000, 50_000, "list")]
    assert till.selling.view.priced.subtotal_minor == 88_000
    assert till.selling.add_item("CAM").former_price_minor is None


def test_a_price_that_rose_is_for_the_new_piece_and_those_rung_up_stay(till: Till) -> None:
    till.set_price(CAMERA, 44_000)
    till.selling.add_item("CAM")
    till.set_price(CAMERA, 48_000)
    result = till.selling.add_item("CAM")
    assert (result.former_price_minor, result.kept_price_minor, result.merged) == (None, 44_000, False)
    assert till.lines() == [(44_000, None, "list"), (48_000, None, "list")]
    assert (till.selling.add_item("CAM").merged, till.selling.view.priced.subtotal_minor) == (True, 140_000)


def test_a_price_set_by_hand_stays(till: Till) -> None:
    till.selling.add_item("CAM")
    till.selling.set_price(1, 30_000, "price match")
    till.set_price(CAMERA, 20_000, "student")
    till.selling.attach_member(STUDENT)
    assert till.lines() == [(30_000, None, "")]


def test_old_price_and_list_are_on_record(till: Till) -> None:
    till.set_price(CAMERA, 45_000, "student")
    till.selling.add_item("CAM")
    till.selling.attach_member(STUDENT)
    completed = till.tendering.add_cash(100_000).completed
    assert completed is not None
    entry = till.data.storage.sale(completed.transaction.header.receipt_number)
    assert entry is not None
    (line,) = sale_from_plain(json.loads(entry.payload)).lines
    assert (line.unit_price_minor, line.former_price_minor, line.price_list) == (45_000, 50_000, "list")
    assert any(getattr(block, "text", "") == "  Before 500.00" for block in completed.document.blocks)


def test_a_price_that_begins_while_a_sale_is_under_way_is_for_the_next_one(till: Till) -> None:
    at_s = int(NOON.timestamp())
    write_prices(till.data.database, [PriceEntry("list", "consumer", "CAM", 44_000, at_s + 60)])
    till.selling.add_item("CAB")
    till.clock.at += timedelta(minutes=5)
    till.selling.add_item("CAM")
    assert till.lines()[1] == (50_000, None, "")
    till.selling.cancel("test")
    till.selling.add_item("CAM")
    assert till.lines() == [(44_000, None, "list")]
