"""What every driver keeps, against its simulator and, with --device, against the machine itself.

pytest tests/contract/test_device_drivers.py --device scale=nci:///dev/ttyUSB0
"""

import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fakes.lines import serving
from fakes.memory_print_queue import MemoryPrintQueue

from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.settings import DrawerSettings
from hardware.counter_devices import CounterDevice, CounterDevices
from hardware.line_display.display import LineDisplay
from hardware.line_display.settings import LineDisplaySettings
from hardware.line_display.simulator import SimulatedLineDisplay
from hardware.payment_terminal.settings import CardTerminalSettings
from hardware.peripherals import Peripherals, PeripheralsSettings
from hardware.receipt_printer.health import HealthLevel
from hardware.receipt_printer.printer import ReceiptPrinter
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.scale.scale import SerialScale
from hardware.scale.settings import ScaleSettings
from hardware.scale.simulator import SimulatedScale
from pos_app.counter_settings import peripherals_settings
from pos_app.ids import SystemIds
from pos_app.ports import CardOutcome, DeviceState, DeviceStatus, PaymentTerminal, WeightReading, WeightState
from pos_app.sample_store import store_of
from pos_app.settings import load_settings

MADE = {
    "barcode_scanner": lambda driver, address: ScannerSettings("tested", driver, address),
    "line_display": lambda driver, address: LineDisplaySettings("tested", driver, address),
    "scale": lambda driver, address: ScaleSettings("tested", driver, address),
    "cash_drawer": lambda driver, address: DrawerSettings("tested", driver, address),
}
SIMULATED = {
    ("barcode_scanner", "serial"): lambda: lambda _: b"",
    ("line_display", "cd5220"): lambda: SimulatedLineDisplay().feed,
    ("line_display", "escpos"): lambda: SimulatedLineDisplay().feed,
    ("scale", "nci"): lambda: SimulatedScale("nci").feed,
    ("scale", "toledo_8217"): lambda: SimulatedScale("toledo_8217").feed,
    ("cash_drawer", "serial"): lambda: lambda _: b"",
}


class Listening:
    """Hears what devices say."""

    def __init__(self) -> None:
        self.statuses: queue.Queue[DeviceStatus] = queue.Queue()
        self.on_status: Callable[[DeviceStatus], None] = self.statuses.put
        self.on_scan = self.on_scan_refused = self.on_drawer = lambda _: None

    def until(self, state: DeviceState) -> DeviceStatus:
        while (status := self.statuses.get(timeout=15)).state is not state:
            pass
        return status


class Candidate:
    """One driver with the device at the end of its line."""

    def __init__(self, kind: str, driver: str, address: str) -> None:
        self.kind, self.driver, self.address = kind, driver, address
        self.heard = Listening()
        self.devices = CounterDevices(self.heard, "en")

    def start(self) -> CounterDevice:
        return self.devices.add(MADE[self.kind](self.driver, self.address))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = [_named(text) for text in metafunc.config.getoption("--device")]
    if "tested" in metafunc.fixturenames:
        simulated = [(kind, driver, "") for kind, driver in SIMULATED]
        real = [device for device in named if device[0] in MADE]
        cases = real or simulated
        metafunc.parametrize("tested", cases, ids=["-".join(case[:2]) for case in cases], indirect=True)
    if "card_terminal" in metafunc.fixturenames:
        terminals = [device for device in named if device[0] == "payment_terminal"]
        cases = terminals or [("payment_terminal", "simulator", "")]
        metafunc.parametrize("card_terminal", cases, ids=[each[1] for each in cases], indirect=True)
    if "printer" in metafunc.fixturenames:
        printers = [device for device in named if device[0] == "receipt_printer"] or [("receipt_printer", "tcp", "")]
        metafunc.parametrize("printer", printers, ids=[each[1] for each in printers], indirect=True)


def _named(text: str) -> tuple[str, str, str]:
    kind, _, rest = text.partition("=")
    driver, _, address = rest.partition("://")
    if kind not in (*MADE, "receipt_printer", "payment_terminal") or not driver or not address:
        raise pytest.UsageError(f"--device {text}: write KIND=DRIVER://ADDRESS")
    return kind, driver, address


@pytest.fixture
def tested(request: pytest.FixtureRequest) -> Iterator[Candidate]:
    kind, driver, address = request.param
    with ExitStack() as ends:
        if not address:
            address = ends.enter_context(serving(SIMULATED[kind, driver](), "tcp")).address
        made = Candidate(kind, driver, address)
        yield made
        made.devices.stop()


@pytest.fixture
def printer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReceiptPrinter]:
    _, driver, address = request.param
    with ExitStack() as ends:
        if not address:
            server = PrinterServer(SimulatedPrinter(42))
            server.start()
            ends.callback(server.stop)
            address = server.address
        settings = PeripheralsSettings(PrinterSettings(driver=driver, address=address), (), tmp_path)
        peripherals = Peripherals(settings, MemoryPrintQueue())
        peripherals.start()
        ends.callback(peripherals.stop)
        assert peripherals.printer is not None
        yield peripherals.printer


@pytest.fixture
def card_terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PaymentTerminal]:
    """The simulated one, or that of a till's settings; its payments are noted in the test's folder, not the till's."""
    _, driver, folder = request.param
    card = CardTerminalSettings()
    if folder:
        data = Path(folder)
        card = peripherals_settings(data, store_of(data).profile, load_settings(data)).card_terminal
        assert card.driver == driver, f"the till in {folder} has the driver {card.driver}"
    peripherals = Peripherals(PeripheralsSettings(PrinterSettings(), (), tmp_path, card), MemoryPrintQueue())
    peripherals.start()
    assert peripherals.payment_terminal is not None, peripherals.statuses()
    yield peripherals.payment_terminal
    peripherals.stop()


def test_it_is_ready_soon_and_says_who_it_is(tested: Candidate) -> None:
    device = tested.start()
    status = tested.heard.until(DeviceState.READY)
    assert (status.name, status.kind) == ("tested", tested.kind)
    assert device.status.state is DeviceState.READY


def test_it_lets_go_of_its_line_so_that_it_can_be_had_again(tested: Candidate) -> None:
    for _ in range(3):
        tested.start()
        tested.heard.until(DeviceState.READY)
        tested.devices.remove("tested")
    assert tested.devices.statuses() == []


def test_its_counters_have_the_names_of_the_standard(tested: Candidate) -> None:
    device = tested.start()
    tested.heard.until(DeviceState.READY)
    assert all(name.endswith("Count") for name in device.statistics())


def test_it_does_what_its_kind_does(tested: Candidate) -> None:
    device = tested.start()
    tested.heard.until(DeviceState.READY)
    if isinstance(device, SerialScale):
        readings: queue.Queue[WeightReading] = queue.Queue()
        device.watch(readings.put)
        assert readings.get(timeout=5).state is not WeightState.OFFLINE
        device.watch(None)
    elif isinstance(device, LineDisplay):
        device.show_text("0123456789ABCDEFGHIJ", "Total        1,234.50")
        while "LinesShownCount" not in device.statistics():
            pass
    elif tested.devices.drawer is not None:
        tested.devices.drawer.kick_drawer("driver suite").result(10)


def test_a_card_terminal_takes_a_payment_once_and_gives_it_back(card_terminal: PaymentTerminal) -> None:
    """1.00 of the terminal's currency; at a machine somebody holds a card, best a test card."""
    assert card_terminal.check().state in (DeviceState.READY, DeviceState.BUSY)
    payment, refund = SystemIds().new_id(), SystemIds().new_id()
    taken = card_terminal.authorise(payment, 100, "USD")
    assert (taken.outcome, taken.amount_minor) == (CardOutcome.APPROVED, 100), taken.message
    assert card_terminal.recover(payment) == card_terminal.authorise(payment, 100, "USD") == taken
    back = card_terminal.refund(refund, payment, 100, "USD", taken.reference)
    assert back.outcome is CardOutcome.APPROVED, back.message


def test_a_printer_says_how_it_is_and_prints_its_page(printer: ReceiptPrinter) -> None:
    assert printer.check_health(HealthLevel.INTERNAL).result(30).words
    assert printer.check_health(HealthLevel.EXTERNAL).result(60).words[-1].startswith("The test page")
