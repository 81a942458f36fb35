"""The load test: what it sends is real and proved afterwards, and it goes nowhere it could hurt."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral

from pos_app.commands import find
from sync import contract


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


def load(central: RealCentral, folder: Path, *arguments: str) -> int:
    command = find("central")
    assert command is not None
    bounds = ("--seconds", "100", "--tills", "2", "--members", "3")
    return command.run(["load", "--data", str(folder / "central"), "--url", central.url, *bounds, *arguments])


def test_so_many_sales_are_made_measured_and_proved(
    central: RealCentral, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(central, tmp_path, "--sales", "12", "--batch", "3") == 0
    said = capsys.readouterr().out
    assert "12 sales of 2 tills" in said
    assert "4 uploads: half within" in said
    assert said.endswith("The books are right.\n")
    assert central.service.verify().events == 12
    assert load(central, tmp_path, "--sales", "2") == 0, "again, with tills of its own"


def test_a_database_of_real_terminals_is_left_alone(
    central: RealCentral, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = central.service.open_enrolment("001", "01")
    central.service.enrol_terminal(contract.EnrolTerminal(code=code, public_key="A" * 43, incarnation="first"))
    assert load(central, tmp_path, "--sales", "2") == 1
    assert "Terminal 001-01 was let in to this database" in capsys.readouterr().err
    assert central.service.verify().events == 0


@pytest.mark.parametrize("url", ["http://rewards.example.com", "https://127.0.0.1", "http://10.0.0.1:8710"])
def test_other_machines_are_left_alone(
    central: RealCentral, tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert load(central, tmp_path, "--url", url) == 1
    assert "this machine only" in capsys.readouterr().err


def test_what_was_refused_is_said(central: RealCentral, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    central.server.stop()
    try:
        assert load(central, tmp_path, "--seconds", "1") == 1
    finally:
        central.serve_again()
    assert "times: The central service cannot be reached." in capsys.readouterr().out


@pytest.mark.parametrize("bound", [("--tills", "65"), ("--seconds", "121"), ("--sales", "200001"), ("--batch", "0")])
def test_there_are_bounds(central: RealCentral, tmp_path: Path, bound: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        load(central, tmp_path, *bound)
