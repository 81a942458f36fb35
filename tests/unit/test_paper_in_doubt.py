"""Paper in doubt over the till's real database: an answer counts once, also when two people give it at once."""

import json
import threading
from pathlib import Path

import pytest
from fakes.receipts import sale_receipt
from fakes.terminal_data import open_day, terminal_data

from pos_app.domain.operator import Operator, Role
from pos_app.errors import CashierError
from pos_app.ids import SystemIds
from pos_app.ports import CompletionMark, PrinterCapability, PrinterIdentity, PrintJob, PrintState
from pos_app.services.paper_in_doubt import PaperInDoubt
from pos_app.storage.terminal_database import TerminalDatabase

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def doubts_of(data: TerminalDatabase) -> PaperInDoubt:
    return PaperInDoubt(storage=data.storage, print_queue=data.print_queue, ids=SystemIds(), operator=MANAGER)


def leave_in_doubt(data: TerminalDatabase) -> None:
    open_day(data)
    with data.storage.unit_of_work() as work:
        work.add_print_job(PrintJob("job-1", "sale-1", sale_receipt()))
        work.commit()
    assert data.print_queue.claim("job-1", 900)
    data.print_queue.set_state("job-1", PrintState.SENT_UNCONFIRMED, "No proof.", bytes_sent=900, in_doubt=True)


def outcomes(data: TerminalDatabase) -> list[dict[str, object]]:
    rows = data.database.all("SELECT payload FROM journal WHERE kind = 'print_outcome' ORDER BY position")
    return [json.loads(payload) for (payload,) in rows]


def test_what_was_answered_stays_answered_after_a_restart(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        leave_in_doubt(data)
    with terminal_data(tmp_path) as data:
        doubts = doubts_of(data)
        (paper,) = doubts.papers()
        assert (paper.title, paper.reason, paper.is_partial) == ("Sale 001-02-000147", "No proof.", False)
        doubts.it_printed("job-1")
    with terminal_data(tmp_path) as data:
        assert doubts_of(data).papers() == []
        assert data.print_queue.next_job() is None
        (outcome,) = outcomes(data)
        assert (outcome["outcome"], outcome["operator_id"]) == ("seen_on_paper", "manager-1")


def test_two_answers_at_once_print_one_copy(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        leave_in_doubt(data)
        together, refused = threading.Barrier(2), []

        def answer() -> None:
            together.wait()
            try:
                doubts_of(data).print_copy("job-1")
            except CashierError as error:
                refused.append(error.code)

        people = [threading.Thread(target=answer) for _ in range(2)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert refused == ["answered"]
        assert len(outcomes(data)) == 1
        assert data.database.all("SELECT state FROM print_job ORDER BY position") == [("cancelled",), ("queued",)]


def test_what_nobody_needs_is_left(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        leave_in_doubt(data)
        doubts_of(data).leave_it("job-1")
        assert data.print_queue.next_job() is None
        with pytest.raises(CashierError, match="already"):
            doubts_of(data).it_printed("job-1")


def test_what_a_printer_can_do_is_kept(tmp_path: Path) -> None:
    known = PrinterCapability(
        PrinterIdentity("EPSON", "TM-T88VI", "70.08", "X7Y1"),
        True,
        CompletionMark.PROCESS_ID,
        "2026-11-22",
        {"ReceiptPrintedCount": 41},
    )
    with terminal_data(tmp_path) as data:
        assert data.printer_records.load("tcp 10.0.0.9") is None
        data.printer_records.save("tcp 10.0.0.9", PrinterCapability())
        data.printer_records.save("tcp 10.0.0.9", known)
    with terminal_data(tmp_path) as data:
        assert data.printer_records.load("tcp 10.0.0.9") == known
