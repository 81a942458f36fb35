"""A scan in five hundred states of the window: never lost, never typed into a field, never pressing anything."""

import random

from fakes.scales import HandScale
from fakes.ui_shop import SHELF
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from pos_app.domain.item import Item, SoldBy

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
BY_WEIGHT, UNKNOWN = "4000000000006", "4999999999999"
STATES = 500
KEYS = (
    *(Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F7),
    *(Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Plus, Qt.Key.Key_1, Qt.Key.Key_7),
)


class Witness:
    """Sees what a scan did: what was added, what was said, and every press of whatever can be pressed."""

    def __init__(self, counter) -> None:
        self._window = counter.window
        self._seen: set[int] = set()
        self.added: list[object] = []
        self.said: list[str] = []
        self.pressed: list[str] = []
        self._window.sale.item_added.connect(self.added.append)
        self._window.sale.missed.connect(self.said.append)

    def look(self) -> None:
        """Before a scan: nothing has happened, and every button is watched."""
        for widget in self._window.findChildren(QWidget):
            if hasattr(widget, "clicked") and id(widget) not in self._seen:
                self._seen.add(id(widget))
                widget.clicked.connect(lambda *_, widget=widget: self.pressed.append(widget.accessibleName()))
        self.added.clear()
        self.said.clear()
        self.pressed.clear()

    def typed(self) -> str:
        """What stands in every field that is typed into."""
        return " ".join(field.text() for field in self._window.findChildren(QLineEdit) if field.isVisible())


def shown(window) -> list[tuple[str, ...]]:
    """What a screen reader finds in the window now."""
    return [
        (widget.accessibleName(), widget.accessibleDescription(), widget.text() if hasattr(widget, "text") else "")
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
    ]


def acts(counter):
    """What brings a window into its states besides keys, as buttons and services would."""
    window = counter.window
    functions, sale, tender = window.functions, window.sale, window.tender
    return (
        functions.tiles,
        functions.price_check,
        functions.gift_card,
        functions.split,
        functions.other_tender,
        functions.points,
        functions.promo_codes.open,
        functions.orders.show_orders,
        functions.exposure,
        window.people.lock,
        window.people.show_time_clock,
        lambda: functions.shelf.departments.open(UNKNOWN),
        lambda: sale.set_pending_quantity(1000),
        lambda: sale.set_pending_quantity(3),
        lambda: tender.pay_cash(100),
        tender.pay_exact_cash,
        tender.ask_to_cancel,
        lambda: window.on_scan(BY_WEIGHT),
        lambda: window.on_scan(UNKNOWN),
        sale.undo,
        lambda: functions.with_approval(lambda approval: window.services.cash.no_sale("Change", approval)),
        lambda: window.member.look_up("j@example.com"),
        lambda: counter.shop.bridge.on_scan_refused("The scanner sent garbage."),
    )


def test_five_hundred_scans_in_five_hundred_states(counter):
    counter.shop.catalogue.items = {
        **SHELF,
        BY_WEIGHT: Item(BY_WEIGHT, "Speaker Cable", 1_299, ("general",), sold_by=SoldBy.WEIGHT),
    }
    window, chance, scale = counter.window, random.Random(27), HandScale()
    window.services.scale = lambda: scale
    window.services.selling.asks_weight = True
    witness, ways = Witness(counter), acts(counter)
    landed = refused = taken = 0
    for number in range(STATES):
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.6:
                QTest.keyClick(QApplication.focusWindow(), chance.choice(KEYS))
            elif window.sale.question is None and not window.people.covering:
                chance.choice(ways)()
        state = f"state {number}"
        witness.look()
        entries = len(counter.shop.storage.state.entries)
        before = shown(window)
        code = chance.choice((HEADPHONES, CAMERA, CABLE))
        counter.scan(code)
        assert witness.pressed == [], state
        assert code not in witness.typed(), state
        sold = counter.shop.storage.state.entries[entries:]
        assert not [entry for entry in sold if entry.kind == "sale"], state
        if witness.added:
            landed += 1
        elif witness.said:
            refused += 1
        else:
            # A screen that asks for a code took it: a receipt, a gift card, a price check. It shows.
            counter.until(lambda before=before: shown(window) != before)
            taken += 1
        _go_on(counter)
    assert landed + refused + taken == STATES
    assert landed > STATES // 4


def _go_on(counter) -> None:
    """What stands in the way of the next state is answered with no, as a person would."""
    window = counter.window
    if window.sale.question is not None:
        window.sale.answer(window.sale.question.choices[0])
    if window.people.covering:
        if window.people.approvals.asking:
            window.people.approvals.give_up()
        if window.people.covering:
            counter.scan("OPB-ASSOCIATE")
            counter.until(lambda: not window.people.covering)
    if len(counter.names()) > 12 or window.sale.paid_in_part:
        window.side.close_panel()
        window.tender.pay_exact_cash()
