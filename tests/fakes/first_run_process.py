"""Sets a store up to a step and is killed there, as by a power cut: python first_run_process.py FOLDER STEP."""

import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from pos_app.first_run import FirstRun
from pos_app.ports.first_run import Step
from pos_app.storage.keys import KeyFile

PIN = "482915"
STORE = {"store_name": "Corner Shop", "address": "12 High Street", "city": "Springfield", "phone": "",
         "store_id": "007", "workstation_id": "01"}  # fmt: skip
MONEY = {"country": "US", "currency": "USD", "time_zone": "America/New_York", "included": "", "tax_1_name": "Sales tax",
         "tax_1_rate": "8.25", "tax_2_name": "", "tax_2_rate": ""}  # fmt: skip


def desk_of(folder: Path) -> FirstRun:
    return FirstRun(folder, KeyFile(folder / "till.key"))


def take(desk: FirstRun, step: Step) -> None:
    """Do what the step asks for."""
    if step is Step.STORE:
        desk.keep(step, STORE)
    elif step is Step.MONEY:
        desk.keep(step, MONEY)
    elif step is Step.MANAGER:
        desk.keep_manager("Manager", "1", PIN)
    elif step is Step.PRINTER:
        desk.set_printer("simulator", "")
        desk.go_to(Step.GOODS)
    elif step is Step.GOODS:
        desk.take_demo_goods()
        desk.go_to(Step.CENTRAL)
    elif step is Step.CENTRAL:
        desk.go_to(Step.READY)


def go_through(folder: Path, last: Step) -> FirstRun:
    """From where it is to the end of that step."""
    desk = desk_of(folder)
    steps = list(Step)
    for step in steps[steps.index(desk.step) : steps.index(last) + 1]:
        take(desk, step)
    return desk


if __name__ == "__main__":
    go_through(Path(sys.argv[1]), Step(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGKILL)
