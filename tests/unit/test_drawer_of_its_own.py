"""A drawer on a line of its own opens with the commit that wants it, whatever the printer does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.memory_print_queue import MemoryPrintQueue
from fakes.real_till import RealTill

from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_server import TcpLineServer
from hardware.peripherals import Peripherals, PeripheralsSettings
from hardware.receipt_printer.settings import PrinterSettings
from hardware.simulated_devices import DrawerOnALine
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.errors import WorldError
from pos_app.ports import PrintJob


@pytest.fixture
def box() -> Iterator[DrawerOnALine]:
    made = DrawerOnALine(TcpLineServer)
    made.line.start()
    yield made
    made.line.stop()


@pytest.fixture
def till(tmp_path: Path, box: DrawerOnALine) -> Iterator[RealTill]:
    """A till whose printer is not there, and whose drawer is."""
    made = RealTill(tmp_path / "till")
    absent = PrinterSettings(driver="file", address=str(tmp_path / "nowhere" / "lp0"))
    own = DrawerSettings(driver="serial", address=box.line.address)
    devices = Peripherals(PeripheralsSettings(absent, (), tmp_path, others=(own,)), MemoryPrintQueue())
    devices.start()
    made.data.storage.on_drawer_wanted = devices.drawer_wanted
    yield made
    devices.stop()
    made.data.close()


def commit(till: RealTill, job_id: str, *, open_drawer: bool) -> None:
    with till.data.storage.unit_of_work() as work:
        work.append("no_sale", {"operator_id": "manager-1", "reason": "Change"})
        work.add_print_job(PrintJob(job_id, job_id, ReceiptDocument("Drawer", ()), open_drawer=open_drawer))
        work.commit()


def give_up(till: RealTill, job_id: str) -> None:
    with till.data.storage.unit_of_work() as work:
        work.add_print_job(PrintJob(job_id, job_id, ReceiptDocument("Drawer", ()), open_drawer=True))
        raise WorldError("given up")


def until(happened: Callable[[], bool]) -> None:
    while not happened():
        pass


def test_it_opens_although_the_printer_is_away(till: RealTill, box: DrawerOnALine) -> None:
    commit(till, "job-1", open_drawer=True)
    until(lambda: box.is_open)
    assert box.pulses == 1


def test_paper_alone_opens_nothing_and_a_write_that_was_not_committed_neither(
    till: RealTill, box: DrawerOnALine
) -> None:
    commit(till, "job-1", open_drawer=False)
    with pytest.raises(WorldError, match="given up"):
        give_up(till, "job-2")
    commit(till, "job-3", open_drawer=True)
    until(lambda: box.is_open)
    assert box.pulses == 1
