"""A printer that is off, hangs, or runs out of paper: each scenario under the number of its fault."""

import socket
from collections.abc import Callable

from fakes.fault_bench import Bench, plays, totals_on_paper
from fakes.memory_print_queue import MemoryPrintQueue
from fakes.printing_counter import RESTING, PrintingCounter
from fakes.receipts import sale_receipt

from hardware.receipt_printer import transports
from hardware.receipt_printer.backup import BackupQueue
from hardware.receipt_printer.session import Recovery
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.receipt_printer.transports import TcpTransport
from pos_app.domain.receipt_document import Cut, ReceiptDocument, Text
from pos_app.ports import DeviceState, PrintState

# --- reaching it ------------------------------------------------------------------------------------------------------


@plays(1)
def off_at_the_start(bench: Bench) -> None:
    """A real port where nothing listens yet; then a printer comes up there, and nobody presses anything."""
    counter = bench.counter
    place = PrinterServer(SimulatedPrinter(42))
    place.stop()
    counter.queue.add("job-1")
    counter.till(TcpTransport(place.address))
    counter.wait_for_status(DeviceState.OFFLINE, "nothing listens there")
    assert counter.queue.states_of("job-1") == []
    comes = PrinterServer(counter.machine, port=int(place.address.rpartition(":")[2]))
    comes.start()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    comes.stop()


@plays(2)
def no_answer_from_the_address(bench: Bench) -> None:
    """A listener whose backlog is full never answers the connection"""
    assert transports.CONNECT_TIMEOUT_S <= 3
    bench.monkeypatch.setattr(transports, "CONNECT_TIMEOUT_S", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        bench.counter.till(TcpTransport(f"127.0.0.1:{listener.getsockname()[1]}"))
        bench.counter.wait_for_status(DeviceState.OFFLINE, "is it switched on, is the address right?")
        for each in waiting:
            each.close()


@plays(2)
def an_unknown_name(bench: Bench) -> None:
    """a name that the resolver does not know"""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    bench.monkeypatch.setattr(socket, "getaddrinfo", unknown)
    bench.counter.till(TcpTransport("printer.invalid"))
    bench.counter.wait_for_status(DeviceState.OFFLINE, "printer.invalid, port 9100, is not known to the network")


@plays(2)
def another_till_holds_the_port(bench: Bench) -> None:
    """another connection holds the printer, which is busy then, not off"""
    counter = bench.counter
    other = TcpTransport(counter.server.address)
    other.open()
    other.write(b"\x10\x04\x01")
    assert other.read(10) == b"\x12"
    counter.queue.add("job-1")
    counter.till()
    counter.wait_for_status(DeviceState.BUSY, "another till prints")
    other.close()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


@plays(3)
def stops_reading(bench: Bench) -> None:
    """A printer over TCP hangs after some lines while a second one prints"""
    counter = bench.counter
    bench.expect_log("job-1: sent_unconfirmed")
    printer = counter.ready_till()
    counter.once_printed(3, lambda: counter.machine.set_faults(hang=True))
    counter.machine.set_faults(slow_bytes_per_s=20_000)
    counter.queue.add("job-1", sale_receipt(150))
    printer.nudge()
    with_other = MemoryPrintQueue()
    other = PrinterServer(SimulatedPrinter(42))
    other.start()
    with_other.add("job-2")
    counter.till(TcpTransport(other.address), with_other)
    with_other.wait_for("job-2", PrintState.PRINTED)
    assert counter.queue.wait_for("job-1", *RESTING).in_doubt
    other.stop()


@plays(3)
def hangs_before_the_job(bench: Bench) -> None:
    """one that hangs gets no job, and the backup printer takes it"""
    counter, backup = bench.counter, SimulatedPrinter(42)
    bench.expect_log("job-1 goes to the backup printer: The printer takes the connection but does not answer")
    first = counter.ready_till()
    counter.machine.set_faults(hang=True)
    server = PrinterServer(backup)
    server.start()
    second = counter.till(TcpTransport(server.address), BackupQueue(counter.queue, lambda: first.why_down, 0))
    counter.queue.add("job-1")
    first.nudge()
    counter.until(lambda: first.why_down != "", second.nudge)
    second.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert (totals_on_paper(counter.machine), totals_on_paper(backup)) == (0, 1)
    server.stop()


@plays(4)
def reset_in_the_middle(bench: Bench) -> None:
    """The connection is reset inside a raster command; the next receipt is whole"""
    counter = bench.counter
    bench.expect_log("job-1: sent_unconfirmed: The printer at .* bytes were sent")
    printer = counter.ready_till()
    counter.machine.set_faults(reset_after_bytes=400)
    lines = tuple(Text("電子" * 9) for _ in range(30))
    counter.queue.add("job-1", ReceiptDocument("Sale", (*lines, Cut())))
    printer.nudge()
    job = counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)
    assert job.in_doubt
    assert job.bytes_sent > 0
    counter.machine.repair()
    counter.machine.tear_off()
    counter.queue.add("job-2")
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.SENT_UNCONFIRMED]
    assert totals_on_paper(counter.machine) == 1
    assert counter.machine.refusals == []


@plays(5)
def power_cycled_between_jobs(bench: Bench) -> None:
    """The printer closes everything and comes back on the same port between two receipts"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.server.stop()
    counter.server = PrinterServer(counter.machine, port=int(counter.server.address.rpartition(":")[2]))
    counter.server.start()
    counter.queue.add("job-1")
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert totals_on_paper(counter.machine) == 1


# --- paper, cover, cutter ---------------------------------------------------------------------------------------------


@plays(6)
def paper_out_in_the_middle(bench: Bench) -> None:
    """Four lines are left on the roll; a new one is loaded"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.machine.set_faults(paper_lines=4)
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "load a new roll")
    counter.machine.set_faults(paper_out=False)
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.PRINTED]
    assert totals_on_paper(counter.machine) == 1


@plays(7)
def paper_out_before_the_job(bench: Bench) -> None:
    """The job waits for paper"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.machine.set_faults(paper_out=True)
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "load a new roll")
    assert counter.queue.states_of("job-1") == []
    counter.machine.repair()
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


@plays(7)
def another_printer_steps_in(bench: Bench) -> None:
    """a backup printer takes it, and the first one never does"""
    counter, backup = bench.counter, SimulatedPrinter(42)
    bench.expect_log("job-1 goes to the backup printer: The printer is out of paper")
    counter.machine.set_faults(paper_out=True)
    first = counter.till()
    counter.wait_for_status(DeviceState.ERROR, "load a new roll")
    server = PrinterServer(backup)
    server.start()
    stepped_in: list[str] = []
    queue = BackupQueue(counter.queue, lambda: first.why_down, 0, lambda job: stepped_in.append(job.job_id))
    second = counter.till(TcpTransport(server.address), queue)
    counter.queue.add("job-1")
    second.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    counter.machine.repair()
    counter.until(lambda: first.status.state is DeviceState.READY, first.nudge)
    counter.queue.add("job-2")
    first.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert (totals_on_paper(counter.machine), totals_on_paper(backup)) == (1, 1)
    assert stepped_in == ["job-1"]
    server.stop()


@plays(9)
def cover_opened_in_the_middle(bench: Bench) -> None:
    """The cover opens after three lines and is closed again"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.once_printed(3, lambda: counter.machine.set_faults(cover_open=True))
    counter.machine.set_faults(slow_bytes_per_s=3000)
    counter.queue.add("job-1", sale_receipt(30))
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "cover is open: close it")
    counter.machine.repair()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert totals_on_paper(counter.machine) == 1


def _jam(bench: Bench) -> "tuple[PrintingCounter, Callable[[Recovery], None]]":
    counter = bench.counter
    printer = counter.ready_till()
    counter.machine.set_faults(cutter_jam=True)
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "cutter is jammed: clear it")
    assert printer.is_jammed
    assert counter.queue.states_of("job-1") == [PrintState.SENDING]

    def clear(choice: Recovery) -> None:
        counter.machine.clear_cutter()
        counter.heard.clear()
        printer.recover(choice)
        counter.queue.wait_for("job-1", PrintState.PRINTED)
        counter.wait_for_status(DeviceState.READY, "")
        assert not printer.is_jammed

    return counter, clear


@plays(10)
def jammed_and_went_on(bench: Bench) -> None:
    """The cutter jams at the cut: DLE ENQ 1 cuts what is printed"""
    counter, clear = _jam(bench)
    clear(Recovery.GO_ON)
    assert totals_on_paper(counter.machine) == 1
    assert len(counter.machine.receipts()) == 1


@plays(10)
def jammed_and_printed_again(bench: Bench) -> None:
    """DLE ENQ 2 clears the printer and the whole receipt is printed again"""
    counter, clear = _jam(bench)
    clear(Recovery.START_AGAIN)
    assert totals_on_paper(counter.machine) == 2
    assert len(counter.machine.receipts()) == 1
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.PRINTED]


@plays(8)
def paper_runs_low(bench: Bench) -> None:
    """The near-end sensor is set while five receipts print; the warning is told once and never lifted between them"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.machine.set_faults(paper_near_end=True)
    counter.heard.clear()
    for number in range(5):
        counter.queue.add(f"job-{number}")
    printer.nudge()
    counter.queue.wait_for("job-4", PrintState.PRINTED)
    states = [status.state for status in counter.heard if status.kind == "receipt_printer"]
    assert states == [DeviceState.WARNING]


@plays(11)
def the_head_is_hot(bench: Bench) -> None:
    """The head overheats in the middle and cools"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.once_printed(3, lambda: counter.machine.set_faults(overheated=True))
    counter.machine.set_faults(slow_bytes_per_s=3000)
    counter.queue.add("job-1", sale_receipt(30))
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "cooling down: printing goes on by itself")
    counter.machine.repair()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


@plays(12)
def a_slow_printer(bench: Bench) -> None:
    """1,500 bytes a second, a receipt that takes longer than the answer to an empty one may"""
    counter = bench.counter
    printer = counter.ready_till()
    counter.machine.set_faults(slow_bytes_per_s=1500)
    counter.queue.add("job-1", sale_receipt(80))
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED, timeout_s=60)
