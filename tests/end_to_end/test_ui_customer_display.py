"""What faces the customer: the sale's own figures, nothing private, and never in the way of the till."""

from dataclasses import replace

import pytest
from fakes.ui_shop import MEMBER, UiShop
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pos_app.domain.receipt_template import ReceiptTemplate
from pos_app.domain.receipt_texts import LANGUAGES, receipt_texts
from pos_app.ports.customer_display import IDLE_VIEW, CustomerLine, CustomerView, DisplayState
from ui.customer_display.display_window import CustomerDisplayWindow
from ui.services_bundle import UiSettings

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"


@pytest.fixture
def screen(counter):
    """The customer's window beside the till's."""
    counter.window.functions.customer_display()
    made = counter.window.functions.displays.screen
    counter.qtbot.waitExposed(made)
    QApplication.processEvents()
    counter.until(lambda: QApplication.focusWindow() is counter.window.windowHandle())
    yield made
    made.close()


def shown(counter) -> None:
    """What the sale came to has reached the customer."""
    counter.until(lambda: not counter.window.functions.displays.behind)


class Pole:
    """A line display on the counter."""

    def __init__(self) -> None:
        self.views: list[CustomerView] = []
        self.ended = False

    def show_view(self, view: CustomerView) -> None:
        self.views.append(view)

    def end(self) -> None:
        self.ended = True


def test_the_four_pictures_follow_the_sale(counter, shop, screen):
    money = counter.window.services.formatter.money
    assert screen.view == IDLE_VIEW
    counter.scan(HEADPHONES)
    counter.scan(CABLE)
    shown(counter)
    assert screen.view.state is DisplayState.BASKET
    assert [line.name for line in screen.view.lines] == ["Wireless Headphones WH-7", "USB-C Cable, 2 m"]
    assert screen.view.total == money(counter.view.priced.total_minor)
    counter.window.tender.pay_cash(10_000)
    shown(counter)
    assert screen.view.state is DisplayState.PAYMENT
    assert screen.view.due == money(counter.view.settlement.due_minor)
    assert screen.view.paid == (("Cash", "$100.00"),)
    counter.window.tender.pay_cash(20_000)
    shown(counter)
    assert screen.view.state is DisplayState.SUMMARY
    assert screen.view.change == money(counter.window.sale.completed.change_minor)
    counter.window.sale.next_sale()
    shown(counter)
    assert screen.view == IDLE_VIEW


def test_the_customer_is_told_while_the_card_terminal_waits(counter, shop, screen):
    shop.terminal.go.clear()
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: screen.view.at_card_terminal)
    assert screen.view.state is DisplayState.PAYMENT
    shop.terminal.go.set()
    counter.until(lambda: screen.view.state is DisplayState.SUMMARY)


def test_of_a_member_only_first_name_and_points_are_seen(counter, screen):
    counter.scan(HEADPHONES)
    counter.window.services.selling.attach_member(replace(MEMBER, display_name="Recipient Sample"))
    shown(counter)
    assert screen.view.first_name == "Recipient"
    assert screen.view.points_to_earn == counter.window.services.formatter.points(counter.view.earned.points)
    assert screen.view.points_balance == "1,240"
    seen = f"{screen.view} {screen.accessibleName()} {screen.windowTitle()}"
    assert not any(private in seen for private in ("Sample", "@", "example", "m-1"))


def test_a_member_without_a_name_is_greeted_without_one(counter, screen):
    counter.scan(HEADPHONES)
    counter.window.services.selling.attach_member(MEMBER)
    shown(counter)
    assert screen.view.first_name == ""
    counter.window.services.selling.refresh_account(replace(MEMBER, display_name="casey@example.com"))
    shown(counter)
    assert "casey" not in str(screen.view)


def test_the_customers_window_takes_no_scan_and_no_focus(counter, screen):
    assert screen.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    counter.until(lambda: QApplication.focusWindow() is counter.window.windowHandle())
    counter.scan(HEADPHONES)
    assert counter.names() == ["Wireless Headphones WH-7"]


def test_displays_on_the_counter_get_the_same_view_and_an_end(open_counter):
    shop, pole = UiShop(), Pole()
    counter = open_counter(shop)
    counter.window.services.customer_displays = [pole]
    counter.window.functions.start_displays()
    counter.scan(HEADPHONES)
    shown(counter)
    assert pole.views[-1].total == counter.window.services.formatter.money(counter.view.priced.total_minor)
    counter.window.close()
    assert pole.ended


def test_it_is_off_until_somebody_asks_for_it(counter):
    assert not counter.window.has_customer_display
    counter.window.functions.customer_display()
    screen = counter.window.functions.displays.screen
    assert screen.isVisible()
    counter.window.functions.customer_display()
    assert not screen.isVisible()
    counter.window.functions.customer_display()
    counter.window.close()
    assert not screen.isVisible()


def test_closing_the_till_closes_the_customers_window(counter, screen):
    counter.window.close()
    assert not screen.isVisible()


def test_it_speaks_the_language_of_the_receipts(open_counter):
    counter = open_counter(UiShop(receipt=ReceiptTemplate(language="de")))
    counter.window.functions.customer_display()
    screen = counter.window.functions.displays.screen
    counter.scan(HEADPHONES)
    shown(counter)
    assert screen.accessibleName().startswith("Summe")
    screen.close()


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
lines = st.lists(st.builds(CustomerLine, names, st.just("1"), st.just("9,999,999.99"), names), max_size=40).map(tuple)
views = st.builds(
    CustomerView,
    st.sampled_from(DisplayState),
    lines,
    st.just("$9,999,999.99"),
    st.just("$9,999,999.99"),
    st.lists(st.tuples(names, st.just("$1.00")), max_size=6).map(tuple),
    st.sampled_from(["", "$1,000.00"]),
    st.sampled_from(["", "$99,999,999.99"]),
    names,
    st.sampled_from(["", "9,999,999"]),
    st.sampled_from(["", "1"]),
    st.booleans(),
)


@given(views, st.sampled_from(LANGUAGES), st.sampled_from([(800, 480), (1024, 600), (1920, 1080)]))
@settings(max_examples=40, deadline=None)
def test_no_name_and_no_size_breaks_the_picture(qapp, view, language, size):
    screen = CustomerDisplayWindow("Shop", receipt_texts(language))
    screen.resize(*size)
    screen.show_view(view)
    picture = screen.grab()
    assert (picture.width(), picture.height()) == size
    screen.close()
    screen.deleteLater()


def test_a_view_that_is_the_same_is_not_painted_again(counter, screen):
    counter.scan(HEADPHONES)
    shown(counter)
    painted = []
    screen.update = lambda: painted.append(1)
    counter.window.functions.displays.refresh()
    assert painted == []
    counter.scan(CABLE)
    shown(counter)
    assert painted


def test_settings_open_it_with_the_till(qtbot):
    from ui.application import open_checkout

    window = open_checkout(UiShop().services(UiSettings(sounds=False, customer_display=True)))
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: window.has_customer_display)
    assert window.functions.displays.screen.isVisible()

    window.close()
