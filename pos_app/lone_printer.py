"""The receipt printer of a data folder while no till runs there: a test page, or the logo into its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.counter_settings import peripherals_settings
from pos_app.domain.store import StoreProfile
from pos_app.errors import WorldError
from pos_app.ports import PrinterRecords
from pos_app.settings import load_settings

if TYPE_CHECKING:
    from hardware.receipt_printer.printer import ReceiptPrinter


@contextmanager
def lone_printer(
    folder: Path, profile: StoreProfile, records: PrinterRecords | None = None
) -> "Iterator[ReceiptPrinter]":
    """It, started and stopped again. Raises WorldError when it is a simulated one.

    records are the till's own, where it is not running: what the printer's memory holds is remembered in them.
    Without them no logo is put there.
    """
    from hardware.receipt_printer.escpos_renderer import EscposRenderer
    from hardware.receipt_printer.no_jobs import NoJobs
    from hardware.receipt_printer.printer import ReceiptPrinter
    from hardware.receipt_printer.transports import transport_for

    settings = peripherals_settings(folder, profile, load_settings(folder)).printer
    if records is None:
        settings = replace(settings, stored_logo="off")
    if settings.driver == "simulator":
        raise WorldError("The receipt printer of these settings is simulated, inside of the till that runs.")
    renderer = EscposRenderer(settings, folder / "printer-profiles")
    printer = ReceiptPrinter(settings, NoJobs(), transport_for(settings), renderer, records=records)
    printer.start()
    try:
        yield printer
    finally:
        printer.stop()
