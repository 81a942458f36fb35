"""The store's settings with their versions, on real files: changes wait for their day, and nothing is half saved."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.settings_edits import EditConflictError, edited, edits_between
from pos_app.errors import CashierError, WorldError
from pos_app.ports.set_up import StoreVersion
from pos_app.sample_store import FOLDER
from pos_app.store_book import AS_IT_CAME, BY_HAND, StoreFileBook
from pos_app.toml_text import reworded

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOMORROW, DECEMBER = date(2026, 11, 23), date(2026, 12, 1)


@pytest.fixture
def book(tmp_path: Path) -> StoreFileBook:
    return StoreFileBook(tmp_path, lambda: NOON)


def change(book: StoreFileBook, day: date, **values: object) -> StoreVersion:
    """Plan other values of the file's first table."""
    planned = book.planned()
    edits = edits_between(planned, {**planned, **values})
    return book.save(StoreVersion(0, "", "manager-1", "a test", day.isoformat(), ("words",), edits, ""))


def rate(book: StoreFileBook, day: date, text: str) -> StoreVersion:
    (tax,) = book.planned()["tax"]
    return change(book, day, tax=[{**tax, "rate": text}])


def test_a_change_waits_for_its_day_and_then_stands_in_the_file(book: StoreFileBook) -> None:
    rate(book, DECEMBER, "0.0875")

    assert book.plain()["tax"][0]["rate"] == "0.0825"
    assert book.planned(date(2026, 11, 30))["tax"][0]["rate"] == "0.0825"
    assert book.planned(DECEMBER)["tax"][0]["rate"] == "0.0875"
    assert book.next_day == "2026-12-01"
    assert book.take_due(date(2026, 11, 30)) is None

    store = book.take_due(DECEMBER)
    assert store is not None
    assert store.profile.tax_rates[0].rate_micro == 87_500
    assert book.plain()["tax"][0]["rate"] == "0.0875"
    assert book.next_day == ""
    assert [version.waits for version in book.versions()] == [False, False]


def test_an_earlier_change_takes_effect_before_one_that_was_planned_first(book: StoreFileBook) -> None:
    rate(book, DECEMBER, "0.0875")
    change(book, TOMORROW, store_name="Northgate")

    book.take_due(TOMORROW)
    assert book.plain()["store_name"] == "Northgate"
    assert book.plain()["tax"][0]["rate"] == "0.0825"
    book.take_due(DECEMBER)
    assert book.plain()["store_name"] == "Northgate"
    assert book.plain()["tax"][0]["rate"] == "0.0875"


def test_two_changes_of_one_thing_need_their_days_in_order(book: StoreFileBook) -> None:
    change(book, DECEMBER, store_name="December")
    with pytest.raises(CashierError, match="does not go together with the change of 2026-12-01"):
        change(book, TOMORROW, store_name="Tomorrow")
    assert [version.number for version in book.versions()] == [2, 1]
    change(book, date(2026, 12, 2), store_name="Later")
    book.take_due(date(2026, 12, 24))
    assert book.plain()["store_name"] == "Later"


def test_a_change_that_waits_can_be_withdrawn_but_not_from_below_another(book: StoreFileBook) -> None:
    first = change(book, TOMORROW, store_name="Tomorrow")
    second = change(book, DECEMBER, store_name="December")
    with pytest.raises(CashierError, match="does not go together"):
        book.withdraw(first.number, "manager-1")
    book.withdraw(second.number, "manager-1")
    book.withdraw(first.number, "manager-1")
    assert book.take_due(DECEMBER) is None
    with pytest.raises(CashierError, match="does not wait any more"):
        book.withdraw(first.number, "manager-1")


def test_settings_that_the_till_could_not_use_are_never_kept(book: StoreFileBook) -> None:
    with pytest.raises(CashierError, match="cannot be used: 'abc' is not a rate"):
        rate(book, TOMORROW, "abc")
    with pytest.raises(CashierError, match="names the tax 'luxury'"):
        change(book, TOMORROW, fee=[{"fee_id": "x", "amount": "1.00", "tax": ["luxury"]}])
    assert book.next_day == ""


def test_the_demo_store_is_still_the_demo_store_after_a_change(book: StoreFileBook, tmp_path: Path) -> None:
    change(book, TOMORROW, store_name="Northgate")
    assert (tmp_path / "store.toml").read_text(encoding="utf-8") == (FOLDER / "store.toml").read_text(encoding="utf-8")
    assert (tmp_path / "logo.png").exists()
    assert (tmp_path / "promotions.toml").exists()
    assert (tmp_path / "demo-store").exists()
    assert book.versions()[-1].words == (AS_IT_CAME,)


def test_a_change_by_hand_is_a_version_of_its_own(book: StoreFileBook, tmp_path: Path) -> None:
    change(book, TOMORROW, store_name="Northgate")
    path = tmp_path / "store.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"0.0825"', '"0.0900"'), encoding="utf-8")
    newest = book.versions()[0]
    assert newest.words == (BY_HAND,)
    assert newest.by == ""
    assert [(edit.old["rate"], edit.new["rate"]) for edit in newest.edits] == [("0.0825", "0.0900")]
    assert len(book.versions()) == 3

    book.take_due(TOMORROW)
    assert book.plain()["store_name"] == "Northgate"
    assert book.plain()["tax"][0]["rate"] == "0.0900"


def test_a_change_that_no_longer_fits_waits_on_and_says_so(book: StoreFileBook, tmp_path: Path) -> None:
    change(book, TOMORROW, store_name="Northgate")
    path = tmp_path / "store.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Northgate Electronics", "Mine"), encoding="utf-8")
    with pytest.raises(CashierError, match="does not fit the file any more"):
        book.take_due(TOMORROW)
    assert book.plain()["store_name"] == "Mine"
    assert book.next_day == "2026-11-23"


def test_settings_go_out_to_a_file_and_in_again_at_another_till(book: StoreFileBook, tmp_path: Path) -> None:
    change(book, TOMORROW, store_name='A "name", [with] = signs # ü')
    path = book.export()
    other = StoreFileBook(tmp_path / "other", lambda: NOON)
    (tmp_path / "other").mkdir()
    text = (FOLDER / "store.toml").read_text(encoding="utf-8").replace('workstation_id = "02"', 'workstation_id = "07"')
    (tmp_path / "other" / "store.toml").write_text(text, encoding="utf-8")
    taken = other.read(path)
    assert taken["store_name"] == 'A "name", [with] = signs # ü'
    assert taken["workstation_id"] == "07"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"store_id = ", "is no valid TOML"),
        (b'store_id = "001"\n', "the key 'currency' is missing"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"#" * 600_000, "too long"),
        (b"[[tax]]\n", "cannot be used"),
    ],
    ids=["torn", "half", "bytes", "long", "empty-tax"],
)
def test_a_hostile_file_is_refused_with_a_reason_and_nothing_changes(
    book: StoreFileBook, tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "import.toml"
    path.write_bytes(content)
    with pytest.raises((CashierError, WorldError), match=problem):
        book.read(path)
    assert not (tmp_path / "store.toml").exists()


_KILLED = """
import os, sys, signal
from datetime import UTC, date, datetime
from pathlib import Path
from pos_app import settings_book, store_book
from pos_app.store_book import StoreFileBook

folder, after = Path(sys.argv[1]), int(sys.argv[2])
real = settings_book.write_file
def write_file(path, text):
    global after
    if after == 0:
        fresh = path.with_name(path.name + ".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text[: len(text) // 2], encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    after -= 1
    real(path, text)
store_book.write_file = write_file
StoreFileBook(folder, lambda: datetime(2026, 12, 1, 7, tzinfo=UTC)).take_due(date(2026, 12, 1))
"""


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_power_cut_while_a_change_is_taken_leaves_the_old_or_the_new_settings(
    book: StoreFileBook, tmp_path: Path, writes: int
) -> None:
    """Cut in the middle of the next write after so many: the file, then the mark of each of two versions."""
    rate(book, DECEMBER, "0.0875")
    change(book, DECEMBER, store_name="December")
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), str(writes)], check=False, cwd=os.getcwd())
    assert killed.returncode == -signal.SIGKILL

    again = StoreFileBook(tmp_path, lambda: NOON)
    assert again.plain()["tax"][0]["rate"] == ("0.0825" if writes == 0 else "0.0875")
    store = again.take_due(DECEMBER)
    assert store is not None
    assert (store.profile.store_name, store.profile.tax_rates[0].rate_micro) == ("December", 87_500)
    assert [version.words for version in again.versions() if not version.event_id and not version.edits] == [
        (AS_IT_CAME,)
    ]
    assert again.take_due(DECEMBER) is None


def test_a_torn_version_is_named_with_its_file(book: StoreFileBook, tmp_path: Path) -> None:
    change(book, TOMORROW, store_name="Northgate")
    path = tmp_path / "store-history" / "000002.json"
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(WorldError, match=r"000002\.json cannot be read"):
        book.versions()


# --- what may be between two settings ---------------------------------------------------------------------------------

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
_VALUE = st.one_of(_TEXT, st.integers(-(10**9), 10**9), st.booleans(), st.lists(_TEXT, max_size=3))
_KEY = st.sampled_from(["name", "rate", "id", "text", "days"])
_ENTRY = st.dictionaries(_KEY, _VALUE, min_size=1, max_size=4)
_PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "name": _VALUE,
        "lines": st.lists(_TEXT, max_size=3),
        "till": st.dictionaries(_KEY, _VALUE, min_size=1, max_size=3),
        "tax": st.lists(_ENTRY, min_size=1, max_size=4, unique_by=lambda one: json.dumps(one, sort_keys=True)),
    },
)


@given(_PLAIN, _PLAIN)
def test_edits_lead_from_any_settings_to_any_others_and_do_no_more_when_done_again(old: dict, new: dict) -> None:
    edits = edits_between(old, new)
    done = edited(old, edits)
    assert done == new
    assert edits_between(new, new) == ()


@given(_PLAIN, _PLAIN)
def test_any_settings_can_be_written_over_any_others(old: dict, new: dict) -> None:
    import tomllib

    text = reworded("# mine\n", old)
    assert tomllib.loads(text) == old
    assert tomllib.loads(reworded(text, new)) == new


def test_an_edit_finds_its_entry_again_wherever_it_stands_now() -> None:
    old = {"tax": [{"tax_id": "a", "rate": "1"}, {"tax_id": "b", "rate": "1"}]}
    edits = edits_between(old, {"tax": [old["tax"][0], {"tax_id": "b", "rate": "2"}]})
    moved = {
        "tax": [{"tax_id": "c", "rate": "1"}, {"tax_id": "b", "rate": "1", "name": "B"}, {"tax_id": "a", "rate": "1"}]
    }
    assert edited(moved, edits)["tax"][1] == {"tax_id": "b", "rate": "2", "name": "B"}
    with pytest.raises(EditConflictError, match="tax was changed in between"):
        edited({"tax": [{"tax_id": "b", "rate": "3"}]}, edits)
