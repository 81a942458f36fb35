"""A printer with its queue over a real socket: each job once, known to be on paper or said not to be."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.memory_print_queue import MemoryPrintQueue
from fakes.printing_counter import RESTING, PrintingCounter, printing_counter
from fakes.receipts import sale_receipt
from fakes.terminal_data import terminal_data

from hardware.cash_drawer.drawer import DrawerError
from hardware.receipt_printer.health import HealthLevel
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.receipt_printer.transports import FileTransport, TcpTransport
from pos_app.domain.receipt_document import Cut, Pair, ReceiptDocument
from pos_app.ports import CompletionMark, DeviceState, PrintState


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def counter(cache: Path) -> Iterator[PrintingCounter]:
    with printing_counter(cache) as made:
        yield made


def test_a_queued_receipt_is_printed_once_and_confirmed_by_the_printer(counter: PrintingCounter) -> None:
    printer = counter.till()
    counter.queue.add("job-1")
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    counter.queue.add("job-1")
    counter.queue.add("job-2", sale_receipt(copy=True))
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.PRINTED]
    assert len(counter.machine.receipts()) == 2
    assert counter.machine.refusals == []
    assert "*** COPY ***" in counter.machine.receipts()[1].text()
    assert printer.statistics()["ReceiptPrintedCount"] == 2


def test_what_was_queued_before_the_start_is_printed_but_opens_no_drawer(counter: PrintingCounter) -> None:
    counter.queue.add("job-1", open_drawer=True)
    counter.queue.add("job-2", open_drawer=True)
    counter.till().nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert counter.machine.drawer_pulses == 0


def test_a_cash_sale_opens_the_drawer_in_the_same_connection(counter: PrintingCounter) -> None:
    printer = counter.till()
    counter.wait_for_status(DeviceState.READY, "")
    counter.queue.add("job-1", open_drawer=True)
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.machine.drawer_pulses == 1
    assert printer.statistics()["DrawerGoodOpenCount"] == 1


@pytest.mark.parametrize(
    ("fault", "state", "says"),
    [
        ("paper_out", DeviceState.ERROR, "load a new roll"),
        ("cover_open", DeviceState.ERROR, "cover is open: close it"),
        ("overheated", DeviceState.ERROR, "cooling down"),
        ("offline", DeviceState.OFFLINE, "paused"),
    ],
)
def test_a_printer_that_cannot_print_is_not_sent_anything_until_it_can(
    counter: PrintingCounter, fault: str, state: DeviceState, says: str
) -> None:
    counter.machine.set_faults(**{fault: True})
    counter.queue.add("job-1")
    printer = counter.till()
    counter.wait_for_status(state, says)
    job = counter.queue.job("job-1")
    assert job is not None
    assert job.state is PrintState.QUEUED
    counter.machine.repair()
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert len(counter.machine.receipts()) == 1


def test_paper_running_out_in_the_middle_is_waited_for_and_nothing_is_sent_twice(counter: PrintingCounter) -> None:
    counter.machine.set_faults(paper_lines=4)
    printer = counter.till()
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.ERROR, "out of paper")
    job = counter.queue.job("job-1")
    assert job is not None
    assert job.state is PrintState.SENDING
    counter.machine.set_faults(paper_out=False)
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.PRINTED]
    assert counter.machine.paper().text().count("TOTAL") == 1


def test_paper_near_its_end_is_a_warning_and_prints(counter: PrintingCounter) -> None:
    counter.machine.set_faults(paper_near_end=True)
    counter.queue.add("job-1")
    counter.till()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    counter.wait_for_status(DeviceState.WARNING, "have a new roll ready")


def test_a_printer_that_reports_nothing_is_never_claimed_to_have_printed(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed")
    counter.machine.set_faults(mute=True)
    counter.queue.add("job-1")
    counter.till()
    job = counter.queue.wait_for("job-1", *RESTING)
    assert job.state is PrintState.SENT_UNCONFIRMED
    assert "does not report back" in job.reason
    counter.wait_for_status(DeviceState.READY, "does not report back")


def test_a_printer_without_process_ids_confirms_by_its_buffered_status(counter: PrintingCounter) -> None:
    counter.machine.set_faults(no_process_ids=True)
    counter.queue.add("job-1")
    counter.till()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


def test_silence_at_first_means_that_another_till_prints(counter: PrintingCounter) -> None:
    other = TcpTransport(counter.server.address)
    other.open()
    other.write(b"\x10\x04\x01")
    assert other.read(10) == b"\x12"
    counter.queue.add("job-1")
    counter.till()
    counter.wait_for_status(DeviceState.BUSY, "another till prints")
    other.close()
    counter.queue.wait_for("job-1", PrintState.PRINTED)


def test_a_file_printer_is_written_and_never_confirmed(
    counter: PrintingCounter, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed")
    counter.queue.add("job-1")
    counter.till(FileTransport(str(tmp_path / "printer")))
    counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)
    copied = SimulatedPrinter(42)
    copied.feed((tmp_path / "printer").read_bytes())
    assert len(copied.receipts()) == 1


def test_a_printer_that_used_to_answer_and_does_not_is_busy_and_gets_no_job(counter: PrintingCounter) -> None:
    printer = counter.till()
    counter.wait_for_status(DeviceState.READY, "")
    counter.machine.set_faults(hang=True)
    counter.queue.add("job-1")
    printer.nudge()
    counter.wait_for_status(DeviceState.BUSY, "does not answer")
    assert counter.queue.states_of("job-1") == []
    counter.machine.set_faults(hang=False)
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert len(counter.machine.receipts()) == 1


def test_a_connection_that_breaks_in_the_middle_leaves_the_job_to_somebody_who_looks(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed: The printer at .* bytes were sent")
    printer = counter.till()
    counter.wait_for_status(DeviceState.READY, "")
    counter.machine.set_faults(reset_after_bytes=200)
    counter.queue.add("job-1", sale_receipt(200))
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)
    counter.machine.repair()
    counter.queue.add("job-2")
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.SENT_UNCONFIRMED]
    assert counter.machine.refusals == []


def test_a_slow_printer_is_given_the_time_it_needs(counter: PrintingCounter) -> None:
    counter.machine.set_faults(slow_bytes_per_s=1500)
    counter.queue.add("job-1", sale_receipt(40))
    counter.till()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.queue.states_of("job-1") == [PrintState.SENDING, PrintState.PRINTED]


def test_a_job_left_half_sent_by_a_crash_is_put_up_and_not_printed_again(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed: The register stopped")
    counter.queue.add("job-1", state=PrintState.SENDING)
    counter.queue.add("job-2")
    counter.till()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    job = counter.queue.job("job-1")
    assert job is not None
    assert job.state is PrintState.SENT_UNCONFIRMED
    assert len(counter.machine.receipts()) == 1


def test_closing_the_register_while_it_prints_leaves_the_job_unconfirmed(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed: The register was closed")
    counter.machine.set_faults(paper_lines=3)
    counter.queue.add("job-1")
    printer = counter.till()
    counter.wait_for_status(DeviceState.ERROR, "out of paper")
    assert printer.stop(10)
    counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED)


def test_two_tills_on_one_printer_never_mix_their_receipts(counter: PrintingCounter) -> None:
    tills = [(name, MemoryPrintQueue()) for name in ("A", "B")]
    for name, queue in tills:
        for number in range(5):
            lines = tuple(Pair(f"till {name} sale {number}", f"{line}") for line in range(30))
            queue.add(f"{name}-{number}", ReceiptDocument(name, (*lines, Cut())))
        counter.till(queue=queue)
    for name, queue in tills:
        for number in range(5):
            queue.wait_for(f"{name}-{number}", PrintState.PRINTED, timeout_s=60)
    receipts = counter.machine.receipts()
    assert len(receipts) == 10
    for receipt in receipts:
        sold = {line.rsplit(maxsplit=1)[0] for line in receipt.text().splitlines() if line.startswith("till")}
        assert len(sold) == 1


def test_a_receipt_that_cannot_be_drawn_fails_alone(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1 cannot be rendered")
    expect_log("job-1: failed")
    counter.queue.add("job-1", ReceiptDocument("broken", (None,)))  # type: ignore[arg-type]
    counter.queue.add("job-2")
    counter.till()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    counter.queue.wait_for("job-1", PrintState.FAILED)


def test_the_drawer_opens_on_request_and_never_later(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("drawer was not opened")
    printer = counter.till()
    counter.wait_for_status(DeviceState.READY, "")
    printer.kick_drawer("no sale").result(10)
    assert counter.machine.drawer_pulses == 1
    counter.machine.set_faults(cover_open=True)
    with pytest.raises(DrawerError, match="cover is open"):
        printer.kick_drawer("no sale").result(10)
    with pytest.raises(DrawerError, match="cover is open"):
        printer.kick_drawer("no sale").result(10)
    counter.machine.repair()
    counter.queue.add("job-1")
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.machine.drawer_pulses == 1


def test_a_cash_sale_without_paper_says_that_the_drawer_stayed_shut_and_never_opens_it_later(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("drawer was not opened: The printer is out of paper")
    printer = counter.till()
    counter.wait_for_status(DeviceState.READY, "", kind="cash_drawer")
    counter.wait_for_status(DeviceState.READY, "")
    counter.machine.set_faults(paper_out=True)
    counter.queue.add("job-1", open_drawer=True)
    printer.nudge()
    counter.wait_for_status(DeviceState.WARNING, "Open it with its key", kind="cash_drawer")
    counter.queue.add("job-2", open_drawer=True)
    printer.nudge()
    counter.machine.repair()
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert counter.machine.drawer_pulses == 0


def test_a_printer_that_comes_back_before_the_sale_opens_the_drawer_for_it(counter: PrintingCounter) -> None:
    place = PrinterServer(SimulatedPrinter(42))
    place.stop()
    printer = counter.till(TcpTransport(place.address))
    counter.wait_for_status(DeviceState.OFFLINE, "nothing listens")
    back = PrinterServer(counter.machine, port=int(place.address.rsplit(":", 1)[1]))
    back.start()
    counter.queue.add("job-1", open_drawer=True)
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    back.stop()
    assert counter.machine.drawer_pulses == 1


def test_a_printer_that_is_off_is_told_with_its_address_and_the_job_waits(counter: PrintingCounter) -> None:
    gone = PrinterServer(SimulatedPrinter(42))
    address = gone.address
    gone.stop()
    counter.queue.add("job-1")
    counter.till(TcpTransport(address))
    status = counter.wait_for_status(DeviceState.OFFLINE, address.rsplit(":", 1)[1])
    assert "127.0.0.1" in status.reason
    assert counter.queue.states_of("job-1") == []


def test_a_printer_is_asked_once_what_it_can_and_again_on_request(counter: PrintingCounter) -> None:
    printer = counter.ready_till()
    assert printer.capability.completion is CompletionMark.PROCESS_ID
    counter.machine.set_faults(no_process_ids=True)
    report = printer.check_health(HealthLevel.INTERNAL).result(20)
    assert report.healthy
    assert printer.capability.completion is CompletionMark.PROCESS_ID
    assert printer.check_health(HealthLevel.EXTERNAL).result(20).healthy
    assert printer.capability.completion is CompletionMark.BUFFERED_STATUS


def test_what_a_printer_can_and_did_is_kept_for_the_next_start(counter: PrintingCounter, tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        for run in range(2):
            printer = counter.till(records=data.printer_records)
            counter.queue.add(f"job-{run}")
            printer.nudge()
            counter.queue.wait_for(f"job-{run}", PrintState.PRINTED)
            assert printer.stop(10)
            assert printer.lifetime_statistics()["ReceiptPrintedCount"] == run + 1
        kept = data.printer_records.load("simulator")
        assert kept.identity.serial_number == "SIM0001"
        assert kept.statistics["ReceiptPrintedCount"] == 2
        assert kept.statistics["BytesWrittenCount"] > 1000


def test_a_printer_that_stopped_proving_is_asked_again(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1: sent_unconfirmed: The printer did not confirm in time")
    printer = counter.ready_till()
    counter.machine.set_faults(no_process_ids=True)
    counter.queue.add("job-1")
    printer.nudge()
    assert counter.queue.wait_for("job-1", PrintState.SENT_UNCONFIRMED).in_doubt
    counter.queue.add("job-2")
    printer.nudge()
    counter.queue.wait_for("job-2", PrintState.PRINTED)
    assert printer.capability.completion is CompletionMark.BUFFERED_STATUS
