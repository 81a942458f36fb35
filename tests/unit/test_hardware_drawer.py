"""Cash drawers: opened at once or not at all, and known to be open where a wire says so (faults 23 and 24)."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.printing_counter import PrintingCounter, printing_counter

from hardware.cash_drawer.drawer import CashDrawer, DrawerError
from hardware.cash_drawer.serial_drawer import SerialDrawer
from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_server import LineServer, TcpLineServer
from hardware.receipt_printer.settings import PrinterSettings
from hardware.serial_line import SerialLine
from hardware.simulated_devices import DrawerOnALine
from pos_app.ports import DeviceState, DeviceStatus, PrintState

TELLS = PrinterSettings(columns=42, drawer_open_level="high")


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[PrintingCounter]:
    with printing_counter(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("level", "is_high", "is_open"), [("high", True, True), ("low", True, False)])
def test_what_the_contact_shows_depends_on_the_drawer(level: str, is_high: bool, is_open: bool) -> None:
    drawer = CashDrawer(open_level=level)
    drawer.sensed(is_high)
    assert drawer.is_open is is_open


def test_a_drawer_without_a_wire_is_neither_open_nor_shut() -> None:
    drawer = CashDrawer()
    drawer.sensed(True)
    assert drawer.is_open is None
    assert not drawer.tells


def test_a_drawer_that_is_found_shut_is_no_news_and_one_that_is_found_open_is() -> None:
    heard: list[bool] = []
    for found_high in (False, True):
        drawer = CashDrawer(open_level="high")
        drawer.on_position = heard.append
        drawer.sensed(found_high)
    assert heard == [True]


def test_the_printers_drawer_springs_open_and_is_seen_to_be_shut_again(counter: PrintingCounter) -> None:
    moves: queue.Queue[bool] = queue.Queue()
    printer = counter.ready_till(settings=TELLS)
    assert printer.drawer is not None
    printer.drawer.on_position = moves.put
    printer.kick_drawer("no sale").result(10)
    assert moves.get(timeout=10) is True
    counter.machine.move_drawer(False)
    assert moves.get(timeout=10) is False
    assert counter.machine.drawer_pulses == 1


def test_a_drawer_opened_with_its_key_is_noticed(counter: PrintingCounter, expect_log: Callable[[str], None]) -> None:
    expect_log("cash drawer opened by hand")
    moves: queue.Queue[bool] = queue.Queue()
    printer = counter.ready_till(settings=TELLS)
    assert printer.drawer is not None
    printer.drawer.on_position = moves.put
    counter.machine.move_drawer(True)
    assert moves.get(timeout=15)
    status = counter.wait_for_status(DeviceState.WARNING, "Opened by hand at", "cash_drawer")
    assert "not by the till" in status.reason
    assert printer.drawer.statistics() == {"DrawerOpenedByHandCount": 1}


def test_a_drawer_that_gets_its_pulse_and_stays_shut_is_said(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("The drawer was not opened: It got its pulse and stayed shut")
    counter.machine.set_faults(drawer_stuck=True)
    printer = counter.ready_till(settings=TELLS)
    with pytest.raises(DrawerError, match=r"stayed shut\. Open it with its key"):
        printer.kick_drawer("no sale").result(10)
    counter.wait_for_status(DeviceState.WARNING, "stayed shut", "cash_drawer")


def test_a_sale_whose_drawer_stays_shut_is_printed_all_the_same(
    counter: PrintingCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("stayed shut")
    counter.machine.set_faults(drawer_stuck=True)
    printer = counter.ready_till(settings=TELLS)
    counter.queue.add("sale", open_drawer=True)
    printer.nudge()
    counter.queue.wait_for("sale", PrintState.PRINTED)
    counter.wait_for_status(DeviceState.WARNING, "stayed shut", "cash_drawer")


def test_a_drawer_whose_contact_is_not_wired_is_believed(counter: PrintingCounter) -> None:
    printer = counter.ready_till()
    printer.kick_drawer("no sale").result(10)
    assert counter.machine.drawer_pulses == 1


# --- a trigger box on a serial line -----------------------------------------------------------------------------------


def boxed(made: list[LineServer]) -> DrawerOnALine:
    def serve(feed: Callable[[bytes], bytes]) -> LineServer:
        made.append(TcpLineServer(feed))
        made[-1].start()
        return made[-1]

    return DrawerOnALine(serve)


@pytest.fixture
def lines() -> Iterator[list[LineServer]]:
    made: list[LineServer] = []
    yield made
    for line in made:
        line.stop()


def test_a_trigger_box_opens_its_drawer_and_its_wire_tells(
    lines: list[LineServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = boxed(lines)
    # A TCP line has no modem wires: the box's own contact stands in for CTS.
    monkeypatch.setattr(SerialLine, "control_lines", lambda _: (box.is_open, False))
    moves: queue.Queue[bool] = queue.Queue()
    settings = DrawerSettings(driver="serial", address=box.line.address, sense="cts", open_level="high")
    drawer = SerialDrawer(settings)
    drawer.on_position = moves.put
    drawer.start()
    drawer.kick_drawer("no sale").result(10)
    assert moves.get(timeout=10) is True
    box.do("close", {})
    assert moves.get(timeout=10) is False
    assert drawer.statistics() == {"DrawerGoodOpenCount": 1}
    assert drawer.stop()


def test_a_trigger_box_whose_drawer_stays_shut_is_said(
    lines: list[LineServer], monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("stayed shut")
    box = boxed(lines)
    box.set({"stuck": True})
    monkeypatch.setattr(SerialLine, "control_lines", lambda _: (box.is_open, False))
    drawer = SerialDrawer(DrawerSettings(driver="serial", address=box.line.address, sense="cts", open_level="high"))
    drawer.start()
    with pytest.raises(DrawerError, match="stayed shut"):
        drawer.kick_drawer("no sale").result(10)
    assert drawer.stop()


def test_a_kick_that_could_not_be_given_is_never_given_later(
    lines: list[LineServer], expect_log: Callable[[str], None]
) -> None:
    """Fault 24, for a drawer of its own."""
    expect_log("The drawer was not opened: The line .* cannot be reached")
    gone = TcpLineServer(lambda _: b"")
    gone.stop()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    drawer = SerialDrawer(DrawerSettings(driver="serial", address=gone.address), statuses.put)
    drawer.start()
    with pytest.raises(DrawerError, match="cannot be reached"):
        drawer.kick_drawer("no sale").result(10)
    pulses: list[bytes] = []
    back = TcpLineServer(lambda data: pulses.append(data) or b"", port=gone.port)
    lines.append(back)
    back.start()
    while statuses.get(timeout=10).state is not DeviceState.READY or drawer.status.state is not DeviceState.READY:
        pass
    assert pulses == []
    assert drawer.stop()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (DrawerSettings(address="/dev/x", sense="smell"), "unknown drawer sense 'smell'"),
        (DrawerSettings(address="/dev/x", kick_hex="zz"), "non-hexadecimal"),
        (DrawerSettings(address=""), "not a serial line"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: DrawerSettings, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SerialDrawer(settings)
