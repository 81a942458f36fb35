"""How one line display is reached and what it obeys."""

from dataclasses import dataclass

NONE, CD5220, ESCPOS, SIMULATOR = "none", "cd5220", "escpos", "simulator"
DRIVERS = (NONE, CD5220, ESCPOS, SIMULATOR)


@dataclass(frozen=True, slots=True)
class LineDisplaySettings:
    """One display. driver is one of DRIVERS, address a serial line (hardware/serial_line.py).

    idle_lines stand there between sales; brightness is 1 to 4, 0 leaves it as it is.
    """

    name: str = "customer display"
    driver: str = NONE
    address: str = ""
    idle_lines: tuple[str, str] = ("", "")
    brightness: int = 0
