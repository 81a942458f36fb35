"""A till's printer in a process of its own, over real data, to be killed: printing_process.py FOLDER ADDRESS NAME."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fakes.printing_counter import SHORT
from fakes.receipts import sale_receipt
from fakes.terminal_data import terminal_data

from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.printer import ReceiptPrinter
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.transports import TcpTransport
from pos_app.domain.receipt_document import Cut, Pair, ReceiptDocument
from pos_app.ports import PrintJob


def receipts_of(name: str) -> list[PrintJob]:
    """One long receipt, or five short ones whose every line names their till."""
    if name == "long":
        return [PrintJob("job-long", "sale", sale_receipt(60))]
    documents = [
        ReceiptDocument(f"{name} {number}", (*(Pair(f"till {name} sale {number}", f"{n}") for n in range(25)), Cut()))
        for number in range(5)
    ]
    return [PrintJob(f"{name}-{number}", "sale", document) for number, document in enumerate(documents)]


def main(folder: Path, address: str, name: str) -> None:
    """Queue receipts and print them until somebody says something or kills it."""
    with terminal_data(folder) as data:
        with data.storage.unit_of_work() as work:
            for job in receipts_of(name):
                work.add_print_job(job)
            work.commit()
        settings = PrinterSettings(columns=42)
        renderer = EscposRenderer(settings, folder / "profiles")
        printer = ReceiptPrinter(
            settings, data.print_queue, TcpTransport(address), renderer, patience=SHORT, records=data.printer_records
        )
        printer.start()
        sys.stdout.write("started\n")
        sys.stdout.flush()
        sys.stdin.readline()
        printer.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
