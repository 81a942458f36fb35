"""A trading day over three tills and their service, with all that goes wrong: every figure agrees with another."""

import os
from pathlib import Path

import pytest
from fakes import made_up_log
from fakes.central_databases import new_postgresql_database

from pos_app.cli.till_log import read_tickets
from pos_app.cli.trading_account import Account
from pos_app.cli.trading_day import play
from pos_app.commands import find


def assert_agrees(account: Account) -> None:
    assert [(line.what, line.ours, line.other) for line in account.faults] == []
    said = {line.what: line.ours for line in account.lines}
    assert said["amended close: tills in it"] == 3
    for what in ("points issued", "points redeemed", "points reversed", "points restored"):
        assert said[f"{what}: receipts and ledger"] > 0, what
    assert said["till 01: Z and the journal: void count"] == 1
    assert sum(said.get(f"till {one}: Z and the journal: return count", 0) for one in ("01", "02", "03")) > 3
    assert sum(said[f"till {one}: pickups"] for one in ("01", "02", "03")) > 0
    assert len(account.lines) > 120


def test_three_hundred_baskets_with_a_power_cut_and_a_till_that_comes_late(tmp_path: Path) -> None:
    assert_agrees(play(made_up_log.tickets(300), tmp_path))


def test_the_same_day_over_a_service_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    assert_agrees(play(made_up_log.tickets(90, seed=11), tmp_path, new_postgresql_database(postgresql_url)))


def test_a_day_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = find("trading-day")
    assert command is not None
    assert command.run([str(tmp_path / "none.csv"), str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.skipif(
    not os.environ.get("POS_LOG_FOLDER"),
    reason="needs a real till's log: POS_LOG_FOLDER names the folder of pos_log_lines.csv and pos_log_sales.csv",
)
def test_three_hundred_baskets_of_a_real_day(tmp_path: Path) -> None:
    folder = Path(os.environ["POS_LOG_FOLDER"])
    tickets = list(read_tickets(folder / "pos_log_lines.csv", folder / "pos_log_sales.csv", "1900-07-01"))[:300]
    assert_agrees(play(tickets, tmp_path))
