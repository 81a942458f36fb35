"""kill -9 while a till is sent to another workstation and taken up there: its cash is somewhere, and only once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.workstation import CABLE_MINOR, MANAGER, Workstation, count_slips

from pos_app.domain.till_closing import ClosingStep
from pos_app.errors import CashierError

PROCESS = Path(__file__).parents[1] / "fakes" / "moving_process.py"
CASH_MINOR = 20_000 + 3 * CABLE_MINOR


def killed_after(words: int, *arguments: str) -> None:
    """A workstation that said so many words, and was killed."""
    command = [sys.executable, str(PROCESS), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(words):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def sent(till: Workstation) -> str:
    """Whatever step it is at, on to the slip."""
    till.sign_on(MANAGER)
    if till.storage.open_tills() and till.closing.current is None:
        till.closing.stop_sales(to_workstation="02")
    while (closing := till.closing.current) is not None:
        match closing.step:
            case ClosingStep.COUNT_CASH:
                till.closing.seal_uncounted()
            case ClosingStep.COUNT_TENDERS:
                count_slips(till.closing)
            case ClosingStep.REVEAL:
                till.closing.go_to(ClosingStep.DEPOSIT)
            case ClosingStep.DEPOSIT:
                till.closing.set_deposit(0, "SEAL-1")
            case ClosingStep.SIGN:
                till.closing.seal(None)
    assert len(till.payloads("till_moved_out")) == 1
    return till.slip_code()


@pytest.mark.parametrize("words", range(1, 7), ids=lambda words: f"after-{words}-steps")
def test_a_till_killed_while_it_is_sent_goes_on_and_is_sent_once(words: int, tmp_path: Path) -> None:
    killed_after(words, "send", str(tmp_path / "01"))
    here = Workstation(tmp_path / "01")
    code = sent(here)
    there = Workstation(tmp_path / "02", "02")
    there.sign_on(MANAGER)
    there.register.till_moving.take_up(code)
    assert there.expected_minor == CASH_MINOR
    assert here.storage.open_tills() == []
    for one in (here, there):
        assert one.faults() == []
        one.end()


@pytest.mark.parametrize("words", [1, 2], ids=["before-it-is-taken-up", "after-it"])
def test_a_till_killed_while_it_is_taken_up_is_there_once_or_not_yet(words: int, tmp_path: Path) -> None:
    here = Workstation(tmp_path / "01")
    here.sign_on(MANAGER)
    here.open()
    here.sell(3)
    code = sent(here)
    here.end()
    killed_after(words, "take", str(tmp_path / "02"), code)
    there = Workstation(tmp_path / "02", "02")
    there.sign_on(MANAGER)
    if there.storage.open_tills():
        with pytest.raises(CashierError, match="already"):
            there.register.till_moving.take_up(code)
    else:
        assert words == 1, "what was said is there"
        there.register.till_moving.take_up(code)
    assert there.expected_minor == CASH_MINOR
    assert len(there.payloads("till_moved_in")) == 1
    assert there.faults() == []
    there.end()
