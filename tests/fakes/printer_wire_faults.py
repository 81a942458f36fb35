"""Answers and lines of a printer that go wrong: each scenario under the number of its fault."""

import errno
import os
from dataclasses import replace

from fakes.fault_bench import Bench, plays, totals_on_paper
from fakes.memory_print_queue import MemoryPrintQueue
from fakes.printing_counter import SHORT
from fakes.receipts import sale_receipt
from fakes.usb_bus import UsbBus

from hardware.line_server import PtyLineServer
from hardware.receipt_printer import transports
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.receipt_printer.transports import FileTransport, SerialTransport, TcpTransport
from hardware.receipt_printer.usb_transport import UsbTransport
from pos_app.ports import CompletionMark, DeviceState, PrintState

# --- what it says -----------------------------------------------------------------------------------------------------


@plays(13)
def a_mute_printer(bench: Bench) -> None:
    """A printer that never answers, over TCP"""
    counter = bench.counter
    bench.expect_log("job-1: sent_unconfirmed: This printer does not report back")
    counter.machine.set_faults(mute=True)
    counter.queue.add("job-1")
    counter.till()
    assert not counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED).in_doubt
    assert counter.queue.unfinished() == []


@plays(13)
def a_file(bench: Bench) -> None:
    """a file, which two programs never write at once"""
    counter, path = bench.counter, bench.folder / "printer"
    bench.expect_log("job-1: sent_unconfirmed")
    other = FileTransport(str(path))
    other.open()
    counter.queue.add("job-1")
    counter.till(FileTransport(str(path)))
    counter.wait_for_status(DeviceState.BUSY, "in use by another program")
    other.close()
    counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)


@plays(13)
def a_print_queue(bench: Bench) -> None:
    """a raw queue of the print system, taken or refused in one piece (a real `lp` of ours in its place)"""
    from hardware.receipt_printer.cups_transport import CupsTransport

    counter, tools = bench.counter, bench.folder / "bin"
    tools.mkdir()
    for name, script in (("lpstat", 'test "$2" = receipts'), ("lp", f"test -e {tools}/up && cat > {tools}/job")):
        (tools / name).write_text(f"#!/bin/sh\n{script} || {{ echo $0: no such thing >&2; exit 1; }}\n")
        (tools / name).chmod(0o755)
    bench.monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    bench.expect_log("job-1: sent_unconfirmed: This printer does not report back")
    counter.queue.add("job-1")
    counter.till(CupsTransport("receipts"))
    counter.wait_for_status(DeviceState.OFFLINE, "refused the job")
    (tools / "up").touch()
    counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)
    copied = SimulatedPrinter(42)
    copied.feed((tools / "job").read_bytes())
    assert totals_on_paper(copied) == 1
    counter.till(CupsTransport("nowhere"))
    counter.wait_for_status(DeviceState.OFFLINE, "The print queue nowhere is not known")


@plays(14)
def noise_between_the_answers(bench: Bench) -> None:
    """Noise before each answer, and automatic status between them"""
    counter = bench.counter
    counter.machine.set_faults(garbage=True)
    counter.machine.feed(b"\x1da\xff")
    printer = counter.till()
    counter.queue.add("job-1")
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


@plays(14)
def answers_of_an_earlier_question(bench: Bench) -> None:
    """answers that an earlier question left on a serial line"""
    counter = bench.counter
    machine = SimulatedPrinter(42)
    line = _serial_line(machine)
    line.send(b"\x1a\x12" * 3)
    counter.queue.add("job-1")
    counter.till(SerialTransport(line.address))
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    line.stop()


@plays(14)
def weaker_proofs(bench: Bench) -> None:
    """printers without process ids, without GS r, without any proof, each learnt by asking"""
    ways = (
        ({}, CompletionMark.PROCESS_ID),
        ({"no_process_ids": True}, CompletionMark.BUFFERED_STATUS),
        ({"no_process_ids": True, "no_buffered_status": True}, CompletionMark.AUTOMATIC_STATUS),
    )
    counter = bench.counter
    for number, (lacks, way) in enumerate(ways):
        machine = SimulatedPrinter(42)
        machine.set_faults(**lacks, nameless=bool(number))
        server = PrinterServer(machine)
        server.start()
        queue = MemoryPrintQueue()
        queue.add("job-1")
        printer = counter.till(TcpTransport(server.address), queue)
        queue.wait_for("job-1", PrintState.PRINTED)
        assert printer.capability.completion is way
        assert printer.capability.identity.serial_number == ("" if number else "SIM0001")
        assert printer.stop(10)
        server.stop()


# --- lines ------------------------------------------------------------------------------------------------------------


def _usb_till(bench: Bench, bus: UsbBus, job_id: str) -> None:
    counter = bench.counter
    counter.queue.add(job_id)
    printer = counter.till(UsbTransport("04b8:0202", backend=bus))
    printer.nudge()


@plays(15)
def usb_takes_a_few_bytes_at_a_time(bench: Bench) -> None:
    """A bus that takes seven bytes of each write"""
    machine = SimulatedPrinter(42)
    _usb_till(bench, UsbBus(machine), "job-1")
    bench.counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert totals_on_paper(machine) == 1


@plays(15)
def usb_unplugged_and_back(bench: Bench) -> None:
    """the cable is pulled in the middle and put back"""
    counter, machine = bench.counter, SimulatedPrinter(42)
    bench.expect_log("job-1: sent_unconfirmed: The USB printer .* went away")
    bus = UsbBus(machine, takes=64)
    printer = counter.ready_till(transport=UsbTransport("04b8:0202", backend=bus))
    bus.fails_after, bus.fails_with = len(bus.received) + 300, errno.ENODEV
    counter.queue.add("job-1", sale_receipt(40))
    printer.nudge()
    assert counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED).in_doubt
    bus.is_plugged_in = False
    printer.nudge()
    counter.wait_for_status(DeviceState.OFFLINE, "not plugged in")
    bus.is_plugged_in, bus.fails_with = True, None
    counter.queue.add("job-2")
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert printer.statistics()["ReconnectCount"] >= 1


@plays(15)
def usb_held_by_another_program(bench: Bench) -> None:
    """another program holds it"""
    bus = UsbBus(SimulatedPrinter(42))
    bus.claimed_by_other = True
    _usb_till(bench, bus, "job-1")
    bench.counter.wait_for_status(DeviceState.BUSY, "held by another program")
    bus.claimed_by_other = False
    bench.counter.queue.wait_for("job-1", PrintState.PRINTED)


def _serial_line(machine: SimulatedPrinter) -> PtyLineServer:
    answers: list[bytes] = []
    machine.attach(answers.append)

    def feed(data: bytes) -> bytes:
        machine.feed(data)
        said = b"".join(answers)
        answers.clear()
        return said

    line = PtyLineServer(feed)
    line.start()
    return line


@plays(16)
def serial_takes_nothing(bench: Bench) -> None:
    """A pseudo-terminal that nobody drains"""
    import pty

    counter = bench.counter
    bench.monkeypatch.setattr(transports, "WRITE_TIMEOUT_S", 0.3)
    bench.expect_log("job-1: sent_unconfirmed: The serial port .* took no more data")
    ours, theirs = pty.openpty()
    counter.queue.add("job-1", sale_receipt(600))
    counter.till(SerialTransport(os.ttyname(theirs)), patience=replace(SHORT, silences_of_a_mute=1, answer_s=0.1))
    assert counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED).in_doubt
    assert counter.printers[0].stop(10)
    os.close(ours)
    os.close(theirs)


@plays(16)
def serial_port_vanishes(bench: Bench) -> None:
    """a line that is pulled out and put back under the same name"""
    counter, name = bench.counter, bench.folder / "ttyUSB0"
    line = _serial_line(SimulatedPrinter(42))
    name.symlink_to(line.address)
    printer = counter.ready_till(transport=SerialTransport(str(name)))
    name.unlink()
    line.stop()
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.OFFLINE, "No such file")
    machine = SimulatedPrinter(42)
    back = _serial_line(machine)
    name.symlink_to(back.address)
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert totals_on_paper(machine) == 1
    assert printer.stop(10)
    back.stop()
