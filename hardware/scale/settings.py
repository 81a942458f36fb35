"""How one scale is reached and what it speaks."""

from dataclasses import dataclass

NONE, NCI, TOLEDO_8217, SIMULATOR = "none", "nci", "toledo_8217", "simulator"
DRIVERS = (NONE, NCI, TOLEDO_8217, SIMULATOR)
UNITS = ("kg", "lb")


@dataclass(frozen=True, slots=True)
class ScaleSettings:
    """One scale. driver is one of DRIVERS, address a serial line (hardware/serial_line.py).

    unit is what the scale shows where its protocol does not say so; smallest_milli and largest_milli are its range in
    thousandths of the unit: what is outside is no weight to sell by.
    """

    name: str = "scale"
    driver: str = NONE
    address: str = ""
    unit: str = "kg"
    smallest_milli: int = 5
    largest_milli: int = 30_000
