"""A new store is set up step by step; a power cut at any of them loses nothing that was said."""

import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from fakes import first_run_process
from fakes.first_run_process import MONEY, PIN, STORE, desk_of, go_through, take
from fakes.whole_counter import open_central

from pos_app.bootstrap import open_register
from pos_app.commands import find
from pos_app.errors import CashierError, WorldError
from pos_app.first_run import STATE_NAME, FirstRun, is_needed
from pos_app.first_store import store_text
from pos_app.ports.first_run import Step
from pos_app.ports.goods import FieldRefusedError
from pos_app.sample_store import is_demo, store_of
from pos_app.settings import load_settings
from pos_app.storage.keys import KeyFile
from pos_app.store_profile import load_store_file

KILLED_AFTER = [step for step in Step if step is not Step.READY]


@pytest.mark.parametrize("step", KILLED_AFTER, ids=str)
def test_a_set_up_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, step: Step) -> None:
    command = [sys.executable, first_run_process.__file__, str(tmp_path), step.value]
    killed = subprocess.run(command, check=False, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert is_needed(tmp_path)
    desk = desk_of(tmp_path)
    assert desk.step is list(Step)[list(Step).index(step) + 1]
    assert desk.values["store_name"] == "Corner Shop"
    go_through(tmp_path, Step.CENTRAL).finish()
    assert not is_needed(tmp_path)
    register = open_register(tmp_path, store_of(tmp_path), KeyFile(tmp_path / "till.key"))
    try:
        assert register.profile.store_name == "Corner Shop"
        assert register.data.people.by_pin("1", PIN) is not None
        assert register.data.catalogue.count() == 60
    finally:
        register.close()


def test_a_step_that_is_done_twice_changes_nothing(tmp_path: Path) -> None:
    desk = go_through(tmp_path, Step.GOODS)
    for step in (Step.STORE, Step.MONEY, Step.MANAGER, Step.GOODS):
        take(desk, step)
    desk.close()
    register = open_register(tmp_path, store_of(tmp_path), KeyFile(tmp_path / "till.key"))
    assert register.data.catalogue.count() == 60
    register.close()


def test_a_folder_where_a_till_was_is_not_asked_what_it_shall_be(tmp_path: Path) -> None:
    assert is_needed(tmp_path)
    (tmp_path / "till.log").write_text("started")
    assert is_needed(tmp_path)
    (tmp_path / "terminal.db").write_bytes(b"")
    assert not is_needed(tmp_path)


def test_the_pin_is_in_no_file(tmp_path: Path) -> None:
    go_through(tmp_path, Step.CENTRAL).close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PIN.encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"store_name": " "}, "store_name", id="no-name"),
        pytest.param({"store_id": "A1"}, "store_id", id="store-number"),
        pytest.param({"workstation_id": ""}, "workstation_id", id="till-number"),
    ],
)
def test_a_store_that_lacks_something_says_what(tmp_path: Path, values, field) -> None:
    desk = desk_of(tmp_path)
    with pytest.raises(FieldRefusedError) as refused:
        desk.keep(Step.STORE, STORE | values)
    assert refused.value.field == field
    assert not (tmp_path / STATE_NAME).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"currency": "XXX"}, "currency", id="currency"),
        pytest.param({"tax_1_rate": "much"}, "tax_1_rate", id="rate"),
        pytest.param({"tax_1_rate": "101"}, "tax_1_rate", id="rate-above-100"),
        pytest.param({"tax_2_rate": "5"}, "tax_2_name", id="rate-without-name"),
    ],
)
def test_money_that_cannot_be_says_what(tmp_path: Path, values, field) -> None:
    desk = desk_of(tmp_path)
    desk.keep(Step.STORE, STORE)
    with pytest.raises(FieldRefusedError) as refused:
        desk.keep(Step.MONEY, MONEY | values)
    assert refused.value.field == field
    assert not (tmp_path / "store.toml").exists()


def test_a_pin_that_is_guessed_first_is_refused(tmp_path: Path) -> None:
    desk = go_through(tmp_path, Step.MONEY)
    for pin in ("123456", "12", "abcdef"):
        with pytest.raises(FieldRefusedError) as refused:
            desk.keep_manager("Manager", "1", pin)
        assert refused.value.field == "pin"


def test_a_printer_that_does_not_answer_is_not_set_up(tmp_path: Path) -> None:
    desk = go_through(tmp_path, Step.MANAGER)
    report = desk.set_printer("tcp", "127.0.0.1:1")
    assert not report.good
    assert "printer_driver" not in desk.values
    assert not (tmp_path / "settings.toml").exists()
    desk.close()


def test_a_catalogue_is_imported_with_the_stores_tax(tmp_path: Path) -> None:
    desk = go_through(tmp_path, Step.PRINTER)
    path = tmp_path / "goods.csv"
    path.write_text("sku,name,price\nA,Apple,0.50\nB,,1.00\n", encoding="utf-8")
    outcome = desk.import_goods(path, lambda _: None, lambda: False)
    assert (outcome.added, outcome.rows_refused) == (1, 1)
    desk.close()
    register = open_register(tmp_path, store_of(tmp_path), KeyFile(tmp_path / "till.key"))
    assert register.data.catalogue.find_by_code("A").tax_ids == ("sales",)
    register.close()


def test_what_may_not_be_an_address_of_the_service_is_said(tmp_path: Path) -> None:
    desk = go_through(tmp_path, Step.GOODS)
    for url in ("rewards", "http://rewards.example.com"):
        with pytest.raises(FieldRefusedError) as refused:
            desk.connect(url, "CODE")
        assert refused.value.field == "url"
    desk.close()


def every_country() -> list[str]:
    return [one.code for one in FirstRun(Path("none"), KeyFile(Path("none"))).countries]


@pytest.mark.parametrize("code", every_country())
def test_a_store_of_every_country_can_be_opened(tmp_path: Path, code: str) -> None:
    countries = desk_of(tmp_path).countries
    preset = next(one for one in countries if one.code == code)
    values = STORE | {
        "country": code,
        "currency": preset.currency,
        "time_zone": preset.time_zones[-1],
        "included": "1" if preset.included else "",
    }
    for number, tax in enumerate(preset.taxes, 1):
        values |= {f"tax_{number}_name": tax.name, f"tax_{number}_rate": tax.rate}
    path = tmp_path / "store.toml"
    path.write_text(store_text(values, countries), encoding="utf-8")
    profile = load_store_file(path).profile
    assert profile.currency.code == preset.currency
    assert [rate.name for rate in profile.tax_rates] == [tax.name for tax in preset.taxes]
    assert tomllib.loads(path.read_text(encoding="utf-8"))["store_id"] == "007"
    assert not is_demo(tmp_path)


def test_hostile_words_stay_words_in_the_stores_file(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    desk.keep(Step.STORE, STORE | {"store_name": 'Shop" \n[[tax]]\nrate="1"'})
    desk.keep(Step.MONEY, MONEY)
    profile = load_store_file(tmp_path / "store.toml").profile
    assert profile.store_name == 'Shop" [[tax]] rate="1"'
    assert len(profile.tax_rates) == 1


def test_a_time_zone_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    desk.keep(Step.STORE, STORE)
    with pytest.raises(CashierError):
        desk.keep(Step.MONEY, MONEY | {"time_zone": "Nowhere/At_All"})
    assert not (tmp_path / "store.toml").exists()


def test_the_till_is_let_in_by_its_one_time_code(tmp_path: Path) -> None:
    central = open_central(tmp_path / "central")
    try:
        desk = go_through(tmp_path, Step.GOODS)
        code = central.service.open_enrolment("007", "01")
        with pytest.raises(WorldError):
            desk.connect(central.url, "WRONG")
        assert desk.connect(central.url, code) == "007-01"
        assert desk.connect(central.url, "") == "007-01", "asked for again, the till is in already"
        desk.finish()
        assert load_settings(tmp_path).central_url == central.url
    finally:
        central.close()


def test_a_till_can_be_let_in_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    central = open_central(tmp_path / "central")
    folder = tmp_path / "till"
    folder.mkdir()
    try:
        desk = FirstRun(folder, KeyFile(folder / "database.key"))
        for step in (Step.STORE, Step.MONEY, Step.MANAGER):
            take(desk, step)
        desk.finish()
        enrol = find("enrol")
        assert enrol is not None
        assert enrol.run([central.url, "WRONG", "--data", str(folder)]) == 1
        assert enrol.run(["nowhere", "CODE", "--data", str(folder)]) == 1
        assert "must look like" in capsys.readouterr().err
        code = central.service.open_enrolment("007", "01")
        assert enrol.run([central.url, code, "--data", str(folder)]) == 0
        assert "007-01" in capsys.readouterr().out
        assert load_settings(folder).central_url == central.url
    finally:
        central.close()
