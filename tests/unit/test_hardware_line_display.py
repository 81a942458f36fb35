"""Pole displays: the customer reads what is so now, and no text of ours is ever a command."""

import queue
from collections.abc import Callable

import pytest
from fakes.lines import serving
from hypothesis import given
from hypothesis import strategies as st

from hardware.line_display.commands import COLUMNS, Cd5220, DisplayCommands, EscPosDisplay
from hardware.line_display.display import LineDisplay
from hardware.line_display.lines import lines_of, two_ends
from hardware.line_display.settings import CD5220, ESCPOS, LineDisplaySettings
from hardware.line_display.simulator import SimulatedLineDisplay
from hardware.line_server import TcpLineServer
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.ports import DeviceState, DeviceStatus
from pos_app.ports.customer_display import IDLE_VIEW, CustomerLine, CustomerView, DisplayState

TEXTS = receipt_texts("en")
IDLE = ("Northgate", "Welcome")
MOUSE = CustomerLine("Wireless Mouse", "1", "29.99")
CABLE = CustomerLine("USB-C Cable, 2 m", "2", "29.98")
KINDS: dict[str, DisplayCommands] = {CD5220: Cd5220(), ESCPOS: EscPosDisplay()}


def basket(*lines: CustomerLine, total: str = "$29.99") -> CustomerView:
    return CustomerView(DisplayState.BASKET, lines, total=total, due=total)


@pytest.mark.parametrize(
    ("view", "before", "upper", "lower"),
    [
        (IDLE_VIEW, IDLE_VIEW, "     Northgate", "      Welcome"),
        (basket(MOUSE), IDLE_VIEW, "Wireless Mouse 29.99", "Total         $29.99"),
        (basket(MOUSE, CABLE), basket(MOUSE), "2 x USB-C Cabl 29.98", "Total         $29.99"),
        (basket(MOUSE), basket(MOUSE, CABLE), "Wireless Mouse 29.99", "Total         $29.99"),
        (
            CustomerView(DisplayState.PAYMENT, (MOUSE,), total="$29.99", due="$9.99"),
            basket(MOUSE),
            "Total         $29.99",
            "To pay         $9.99",
        ),
        (
            CustomerView(DisplayState.SUMMARY, total="$29.99", change="$0.01"),
            basket(MOUSE),
            "Total         $29.99",
            "Change         $0.01",
        ),
    ],
    ids=["idle", "one line", "the line that changed", "a line taken back", "payment", "change"],
)
def test_what_stands_on_the_display(view: CustomerView, before: CustomerView, upper: str, lower: str) -> None:
    assert lines_of(view, before, TEXTS, IDLE) == (upper, lower)


def test_an_amount_is_never_cut() -> None:
    assert two_ends("A very long product name", "1,234,567.89") == "A very  1,234,567.89"[:7] + " 1,234,567.89"
    assert two_ends("Total", "1,234,567,890,123.45 EUR").endswith("123.45 EUR")


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(name=st.text(max_size=60), amount=st.text(max_size=30))
def test_hostile_text_is_two_lines_of_twenty_and_nothing_else(kind: str, name: str, amount: str) -> None:
    commands, display = KINDS[kind], SimulatedLineDisplay()
    view = basket(CustomerLine(name, "1", amount))
    display.feed(commands.begin(2) + commands.show(*lines_of(view, IDLE_VIEW, TEXTS, IDLE, commands.clean)))
    assert display.refusals == []
    assert [len(line) for line in display.lines] == [COLUMNS, COLUMNS]
    assert display.brightness == 2
    assert display.lines[1] == "Total         $29.99"


@pytest.mark.parametrize(("kind", "shown"), [(CD5220, "Cafe EUR Munchen 1.00"), (ESCPOS, "Café € München  1.00")])
def test_letters_are_those_the_display_has(kind: str, shown: str) -> None:
    commands, display = KINDS[kind], SimulatedLineDisplay()
    lines = lines_of(
        basket(CustomerLine("Cafe\u0301 € München 北", "1", "1.00")), IDLE_VIEW, TEXTS, IDLE, commands.clean
    )
    display.feed(commands.begin(0) + commands.show(*lines))
    assert display.lines[0] == shown.replace("en 1", "e 1")


@pytest.mark.parametrize("line", ["pty", "tcp"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_sale_is_followed_over_a_real_line(kind: str, line: str) -> None:
    changed: queue.Queue[tuple[str, str]] = queue.Queue()
    machine = SimulatedLineDisplay(lambda: changed.put(machine.lines))
    with serving(machine.feed, line) as far_end:
        display = LineDisplay(LineDisplaySettings(driver=kind, address=far_end.address, idle_lines=IDLE), TEXTS)
        display.start()
        _until(changed, "Northgate")
        display.show_view(basket(MOUSE))
        _until(changed, "Wireless Mouse 29.99")
        display.show_view(CustomerView(DisplayState.SUMMARY, total="$29.99", change="$0.01"))
        _until(changed, "Change         $0.01")
        display.show_text("0123456789ABCDEFGHIJ", "test")
        _until(changed, "0123456789ABCDEFGHIJ")
        display.end()
        _until(changed, "Northgate")
        assert display.stop()
    assert machine.refusals == []


def test_a_display_that_comes_late_shows_what_is_so_now_and_none_of_the_old_texts(
    expect_log: Callable[[str], None],
) -> None:
    """Fault 33: absent or vanishing, one warning, no queue."""
    expect_log("line display customer display: .* cannot be reached")
    first = TcpLineServer(lambda _: b"")
    port = first.port
    first.stop()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    display = LineDisplay(
        LineDisplaySettings(driver=CD5220, address=f"tcp://127.0.0.1:{port}", idle_lines=IDLE), TEXTS, statuses.put
    )
    display.start()
    assert statuses.get(timeout=10).state is DeviceState.OFFLINE
    for number in range(500):
        display.show_view(basket(CustomerLine(f"Item {number}", "1", "1.00"), total=f"${number}.00"))
    changed: queue.Queue[tuple[str, str]] = queue.Queue()
    machine = SimulatedLineDisplay(lambda: changed.put(machine.lines))
    second = TcpLineServer(machine.feed, port=port)
    second.start()
    assert statuses.get(timeout=10).state is DeviceState.READY
    _until(changed, "Item 499")
    assert not [upper for upper, _ in machine.history if upper.strip() and "499" not in upper]
    assert display.stop()
    second.stop()


def _until(changed: "queue.Queue[tuple[str, str]]", words: str) -> None:
    while words not in " ".join(changed.get(timeout=10)):
        pass
