"""How one receipt printer is reached and what its paper takes."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Cutter(StrEnum):
    """What the printer cuts with."""

    PARTIAL = "partial"
    FULL = "full"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One receipt printer.

    driver is simulator, tcp, serial, usb, file or cups; address is host:port, [::1]:9100, a serial port with an
    optional baud rate (/dev/ttyUSB0@38400), vendor:product (04b8:0202), a path or the name of a print queue. columns
    are those of font A: 48 on 80 mm at 203 dpi, 42 at 180 dpi, 32 on 58 mm. The drawer hangs on connector pin 2 or 5
    and gets a pulse of drawer_on_ms; drawer_open_level is what its pin 3 shows while it is open, high or low, and empty
    where it is not wired. logo_file is a PNG for the head of receipts; stored_logo is auto, fs_q or off: how the
    printer is given it to keep.
    """

    name: str = "receipt printer"
    driver: str = "simulator"
    address: str = ""
    columns: int = 42
    dots_per_column: int = 12
    profile: str = "default"
    code_page: str = "CP858"
    cutter: Cutter = Cutter.PARTIAL
    raster: bool = True
    drawer_pin: int = 2
    drawer_on_ms: int = 50
    drawer_off_ms: int = 500
    drawer_open_level: str = ""
    logo_file: Path | None = None
    stored_logo: str = "auto"

    @property
    def record_key(self) -> str:
        """What is known of the printer is kept under this; a simulated one has another port at each start."""
        return self.driver if self.driver == "simulator" else f"{self.driver} {self.address}"
