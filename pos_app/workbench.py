"""Trying devices out on this machine, whether or not a till runs: for the console and for the command line."""

from collections.abc import Callable, Sequence
from threading import Event

from pos_app.ports.maintenance import DriverChoice, FoundDevice, TrialReport, TrialStep


class LocalWorkbench:
    """See ports.maintenance.Workbench. What it needs of the hardware is imported when it is needed."""

    def drivers(self, kind: str) -> Sequence[DriverChoice]:
        """The ways to drive a kind of device, best first."""
        from hardware.registry import drivers_of

        return drivers_of(kind)

    def code_pages(self) -> Sequence[str]:
        """Names of code pages to choose from."""
        from hardware.receipt_printer.code_pages import CODE_PAGES

        return tuple(CODE_PAGES)

    def attached(self) -> list[FoundDevice]:
        """What is plugged into this machine."""
        from hardware import discovery

        return discovery.attached()

    def on_network(self, hosts: str, found: Callable[[FoundDevice], None], cancelled: Event) -> int:
        """Printers of a network; how many addresses were tried. Raises WorldError."""
        from hardware import discovery

        return discovery.on_network(hosts, found, cancelled)

    def check_address(self, driver: str, address: str) -> TrialReport:
        """Does a printer answer there; prints nothing."""
        from hardware.address_check import check_printer

        if driver == "simulator":
            return TrialReport(True, "A simulated printer is always there.", (TrialStep("Nothing to reach", True),))
        return check_printer(driver, address)

    def find_baud(self, port: str, tried: Callable[[int], None], cancelled: Event) -> int | None:
        """The speed of a scanner on a serial port, while somebody scans. Raises WorldError."""
        from hardware.baud_finder import find_baud

        return find_baud(port, tried, cancelled)
