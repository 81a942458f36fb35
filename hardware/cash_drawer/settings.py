"""How one cash drawer is opened, and how it is known to be open."""

from dataclasses import dataclass

NONE, PRINTER, SERIAL, SIMULATOR = "none", "printer", "serial", "simulator"
DRIVERS = (NONE, PRINTER, SERIAL, SIMULATOR)
LEVELS = ("", "high", "low")
SENSES = ("", "cts", "dsr")


@dataclass(frozen=True, slots=True)
class DrawerSettings:
    """One drawer. driver says what kicks it: the receipt printer's connector, or a trigger box on a serial line.

    pin is 2 or 5 of the printer's connector, on_ms and off_ms the pulse and the rest after it. open_level is what pin
    3 of the connector, or the wire named by sense, shows while the drawer is open; empty is a drawer that cannot tell.
    kick_hex is what a trigger box opens at. The till says so when the drawer stays open for alarm_s; 0: never.
    drawer is A, or B for the second drawer of a counter; where the printer kicks both, B hangs on the other pin.
    """

    name: str = "cash drawer"
    driver: str = PRINTER
    address: str = ""
    pin: int = 2
    on_ms: int = 50
    off_ms: int = 500
    open_level: str = ""
    sense: str = ""
    kick_hex: str = "07"
    alarm_s: int = 30
    drawer: str = "A"
