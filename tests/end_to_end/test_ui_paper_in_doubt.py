"""Paper that nobody knows of whether it came out: the till says so, F8 asks, and nothing prints twice by itself."""

import json

import pytest
from fakes.memory_receipts import MemoryPrintQueue
from fakes.receipts import sale_receipt
from fakes.ui_shop import UiShop
from fakes.whole_counter import CABLE
from PySide6.QtCore import Qt

from pos_app.errors import CashierError
from pos_app.ports import PrintJob, PrintState
from ui.theme.tokens import Height


def leave_in_doubt(shop: UiShop, job_id: str = "job-1") -> PrintJob:
    """A receipt that was sent while the line to the printer broke."""
    shop.storage.state.print_jobs[job_id] = PrintJob(job_id, f"sale-{job_id}", sale_receipt())
    queue = MemoryPrintQueue(shop.storage)
    assert queue.claim(job_id, 900)
    reason = "The printer at 10.0.0.9, port 9100, broke the connection. 300 of 900 bytes were sent."
    queue.set_state(job_id, PrintState.SENT_UNCONFIRMED, reason, bytes_sent=300, in_doubt=True)
    return queue.unfinished()[0]


def outcomes(shop: UiShop) -> list[dict[str, object]]:
    return [json.loads(e.payload) for e in shop.storage.state.entries if e.kind == "print_outcome"]


def rows(counter) -> dict[str, object]:
    return {row.row.name: row for row in counter.window.side.list_panel.rows}


def test_a_receipt_that_may_not_have_printed_is_told_and_found_on_paper(counter, shop):
    counter.scan("4006381333931")
    shop.bridge.on_paper_in_doubt(leave_in_doubt(shop))
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.window.sale.banner.title == "Did it print?"
    assert "press F8" in counter.window.sale.banner.detail
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: "It printed" in rows(counter))
    assert list(rows(counter)) == ["It printed", "Print it again", "Not needed", "All receipts"]
    assert all(row.height() >= Height.TOUCH for row in rows(counter).values())
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.banner is None)
    assert [one["outcome"] for one in outcomes(shop)] == ["seen_on_paper"]
    assert shop.storage.state.print_jobs["job-1"].state is PrintState.PRINTED
    assert len(shop.storage.state.print_jobs) == 1
    assert len(counter.names()) == 1, "the sale under way went on"


def test_what_did_not_come_out_is_printed_again_as_a_copy_and_only_once(counter, shop):
    shop.bridge.on_paper_in_doubt(leave_in_doubt(shop))
    counter.until(lambda: counter.window.sale.banner is not None)
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: "Print it again" in rows(counter))
    counter.click(rows(counter)["Print it again"])
    counter.until(lambda: len(shop.storage.state.print_jobs) == 2)
    first, copy = shop.storage.state.print_jobs.values()
    assert (first.state, first.in_doubt) == (PrintState.CANCELLED, False)
    assert (copy.state, copy.document.copy) == (PrintState.QUEUED, True)
    doubts = counter.window.services.papers.doubts
    with pytest.raises(CashierError, match="Nothing was done twice"):
        doubts.print_copy("job-1")
    assert len(shop.storage.state.print_jobs) == 2


def test_after_a_power_cut_the_till_asks_about_each_paper_and_prints_none(open_counter):
    shop = UiShop()
    leave_in_doubt(shop, "job-1")
    leave_in_doubt(shop, "job-2")
    counter = open_counter(shop)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "2 papers were on the way" in counter.window.sale.banner.detail
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: len(rows(counter)) == 2)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: "It printed" in rows(counter))
    counter.press(Qt.Key.Key_Escape)
    counter.until(lambda: "All receipts" in rows(counter))
    assert [job.state for job in shop.storage.state.print_jobs.values()] == [PrintState.SENT_UNCONFIRMED] * 2


def test_all_receipts_are_one_row_away_while_paper_is_in_doubt(counter, shop):
    shop.bridge.on_paper_in_doubt(leave_in_doubt(shop))
    counter.until(lambda: counter.window.sale.banner is not None)
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: "All receipts" in rows(counter))
    counter.click(rows(counter)["All receipts"])
    counter.until(lambda: counter.window.functions.receipts.room.panel.isVisible())


def test_a_cleared_cutter_goes_on_or_prints_again_as_somebody_chooses(counter, shop):
    shop.jammed = True
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: "Cutter cleared: go on" in rows(counter))
    counter.click(rows(counter)["Cutter cleared: go on"])
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: "Cutter cleared: print it again" in rows(counter))
    counter.click(rows(counter)["Cutter cleared: print it again"])
    assert shop.recovered == [False, True]


def test_paper_from_the_other_printer_is_told(counter, shop):
    shop.bridge.on_backup_printer(PrintJob("job-1", "sale-1", sale_receipt()))
    counter.until(lambda: counter.window.sale.toast is not None)
    assert "comes out of the backup printer" in counter.window.sale.toast.words


def test_a_receipt_cut_off_at_a_whole_till_is_printed_again_as_a_copy(open_till, expect_log):
    expect_log("sent_unconfirmed: The printer at .* broke|sent_unconfirmed: .* closed the connection")
    till = open_till()
    till.sell(CABLE)
    till.printed(1)
    till.until(lambda: not till.register.data.print_queue.unfinished(), "the first receipt is confirmed")
    till.printer.set_faults(reset_after_bytes=600)
    number = till.sell(CABLE)
    till.until(lambda: till.window.sale.banner is not None, "the till says that paper is in doubt")
    assert till.window.sale.banner.title == "Did it print?"
    assert number in till.window.sale.banner.detail
    till.printer.repair()
    till.press(Qt.Key.Key_F8)
    till.until(lambda: "Print it again" in till.rows(), "F8 asks what came out")
    till.touch(till.rows()["Print it again"])
    till.until(lambda: any("COPY" in text and number in text for text in till.printed(1)), "the copy is printed")
    assert till.printer.refusals == []
    kinds = [kind for (kind,) in till.register.data.database.all("SELECT kind FROM journal ORDER BY position")]
    assert kinds.count("print_outcome") == 1
    assert kinds.count("sale") == 2


def test_a_jammed_cutter_at_a_whole_till_is_cleared_by_f8(open_till):
    till = open_till()
    till.printer.set_faults(cutter_jam=True)
    till.sell(CABLE)
    till.until(lambda: till.printer_state() == "error", "the cutter is jammed")
    till.printer.clear_cutter()
    till.press(Qt.Key.Key_F8)
    till.until(lambda: "Cutter cleared: go on" in till.rows(), "F8 asks how to go on")
    till.touch(till.rows()["Cutter cleared: go on"])
    assert len(till.printed(1)) == 1
    till.until(lambda: device_states(till)[-2:] == ["error", "ready"], "the journal has the jam and its end")


def device_states(till) -> list[str]:
    """What the journal has of the printer."""
    events = till.register.data.database.all("SELECT payload FROM journal WHERE kind = 'device_event'")
    told = [json.loads(payload) for (payload,) in events]
    return [event["state"] for event in told if event["kind"] == "receipt_printer"]
