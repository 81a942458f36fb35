"""Two drawers, tills of people's own and tills that move, in the real window; no count says what should be there."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from fakes.whole_counter import BADGE, CABLE, HEADPHONES, WholeCounter
from fakes.workstation import close_the_rest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_document import Cut, ReceiptDocument, Text
from pos_app.domain.till_slip import TillSlip, code_of_slip
from pos_app.domain.tills import TillSharing
from pos_app.sample_store import sample_store
from pos_app.storage.journal_audit import audit
from ui.theme import paint

ENTER, UP, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Escape
RULES = replace(sample_store().profile.till, counts_opening=True, rolls=())
TWO_DRAWERS = replace(RULES, drawers=2)
PERSONAL = replace(RULES, sharing=TillSharing.PERSONAL)
DENOMINATIONS = 10
Open = Callable[..., WholeCounter]


def sign_on(counter: WholeCounter, who: str) -> None:
    counter.scan(BADGE[who])
    counter.until(lambda: not counter.window.people.covering, f"{who} is signed on")


def count(counter: WholeCounter, amount_minor: int) -> None:
    """So much, typed as dollars and cents, from the first row to the last."""
    numbers = {5: amount_minor // 100, 9: amount_minor % 100}
    for row in range(DENOMINATIONS):
        counter.type(str(numbers.get(row, "")))
        counter.press(ENTER)


def opened(counter: WholeCounter, who: str, amount_minor: int = 20_000) -> None:
    """Somebody signs on and opens their till."""
    sign_on(counter, who)
    count(counter, amount_minor)
    counter.press(ENTER)
    if who == "associate":
        counter.approve()
    counter.until(lambda: not counter.window.covered, "the till is open")
    # The first paper of a process takes long: a drawer would get no pulse for somebody who waited so long.
    printed = len(counter.printer.receipts())
    counter.window.services.print_actions.print_document(ReceiptDocument("First", (Text("First paper"), Cut())))
    counter.printed(printed + 1)


def said_and_painted(page: QWidget) -> str:
    """All that is shown, and all that a screen reader is told."""
    words: list[str] = []

    def heard(real: Callable[..., object], *given: object, **named: object) -> object:
        words.append(str(given[2]))
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("text", "amount", "wrapped"):
            patch.setattr(paint, name, partial(heard, getattr(paint, name)))
        page.grab()
    kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)
    for widget in (page, *page.findChildren(QWidget)):
        words += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.statusTip()]
        told = QAccessible.queryAccessibleInterface(widget)
        if told is not None:
            words += [told.text(kind) for kind in kinds]
    return "\n".join(words)


def secrets_of(counter: WholeCounter) -> list[str]:
    """What must not be said: what should be in the till, and what it sold."""
    totals, money = counter.register.data.storage.till_totals(), counter.register.formatter.money
    return [money(amount).lstrip("$") for amount in (totals.expected_cash_minor, totals.cash_sales_minor)]


def tills_page(counter: WholeCounter):
    counter.press(Qt.Key.Key_F10)
    counter.touch(counter.rows()["Manager"])
    counter.touch(counter.rows()["Tills and drawers"])
    return counter.window.till.tills.body


def act(counter: WholeCounter, name: str) -> None:
    body = counter.window.till.tills.body
    counter.touch(next(button for button in body.acts if button.text() == name))


def proved(counter: WholeCounter) -> None:
    assert audit(counter.register.data.database).faults == []


def test_two_associates_sell_from_two_drawers_and_each_is_counted_for_itself(open_till: Open):
    counter = open_till(sign_on=True, till=TWO_DRAWERS)
    tills = counter.register.tills
    opened(counter, "manager")
    counter.sell(HEADPHONES)
    counter.window.people.lock()
    sign_on(counter, "associate")
    assert counter.window.covered, "drawer B has no float yet, and nothing is sold from it"
    count(counter, 10_000)
    counter.press(ENTER)
    counter.approve()
    counter.until(lambda: not counter.window.covered, "drawer B is open")
    counter.sell(CABLE)
    assert tills.current.drawer == "B"
    assert "Till 02-B" in said_and_painted(counter.window.top_bar)
    counter.until(lambda: counter.printer.pulses_on_pin.get(5), "the second drawer opened")
    counter.window.people.lock()
    sign_on(counter, "manager")
    assert tills.current.drawer == "A"
    assert not counter.window.covered
    proved(counter)


def test_a_count_of_the_opening_float_says_nothing_of_the_day_before(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    opened(counter, "manager", 31_337)
    register = counter.register
    register.closing.stop_sales()
    close_the_rest(register, 31_337, float_minor=31_337)
    counter.window.till.look()
    page = counter.window.till.page
    assert page.accessibleName() == "Open the day"
    assert "313.37" not in said_and_painted(page)
    count(counter, 31_337)
    assert "313.37" in said_and_painted(page), "it says what was counted, since somebody typed it"


def test_a_pickup_never_says_how_much_should_be_in_the_drawer(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    opened(counter, "manager")
    counter.sell(HEADPHONES)
    secrets = secrets_of(counter)
    counter.press(Qt.Key.Key_F9)
    counter.touch(counter.rows()["Pickup"])
    counter.type("5000")
    assert not [secret for secret in secrets if secret in said_and_painted(counter.window.side)]
    counter.press(ENTER)
    assert not [secret for secret in secrets if secret in said_and_painted(counter.window.side)]
    counter.scan(CABLE)
    assert counter.register.data.storage.till_totals().pickups_minor == 0, "goods are no bag"
    counter.scan("BAG-4711")
    counter.until(lambda: counter.register.data.storage.till_totals().pickups_minor == 5_000, "it is picked up")


def test_somebodys_own_till_is_handed_over_with_a_blind_count(open_till: Open):
    counter = open_till(sign_on=True, till=PERSONAL)
    opened(counter, "associate")
    counter.sell(HEADPHONES)
    secrets = secrets_of(counter)
    counter.window.people.lock()
    sign_on(counter, "manager")
    page = counter.window.till.page
    assert counter.window.covered, "a manager sells from a till of their own"
    counter.touch(page.back)
    body = counter.window.till.tills.body
    assert "Associate" in body.rows[0].accessibleDescription()
    act(counter, "Count and close it")
    counter.press(ENTER)
    for step in ("count_cash", "count_tenders"):
        assert counter.register.closing.current.step.value == step
        assert not [secret for secret in secrets if secret in said_and_painted(page)]
        counter.touch(page.main)
    assert [secret for secret in secrets if secret in said_and_painted(page)], "now it is said"
    proved(counter)


def test_a_till_is_sent_elsewhere_and_another_is_taken_up_by_scanning_its_slip(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    register, page = counter.register, counter.window.till.page
    opened(counter, "manager")
    counter.sell(CABLE)
    secrets = secrets_of(counter)
    tills_page(counter)
    act(counter, "Send it elsewhere")
    counter.type(register.profile.workstation_id)
    counter.touch(page.main)
    assert "the other one" in page.note
    counter.press(*[Qt.Key.Key_Backspace] * 2)
    counter.type("07")
    counter.touch(page.main)
    counter.press(ENTER)
    assert not [secret for secret in secrets if secret in said_and_painted(page)]
    counter.touch(page.extra)
    counter.touch(page.main)
    counter.touch(page.main)
    counter.scan(CABLE)
    assert "code of goods" in page.note
    counter.scan("SEAL-77")
    counter.touch(page.main)
    assert not [secret for secret in secrets if secret in said_and_painted(page)], "sealed cash is counted elsewhere"
    counter.touch(page.main)
    counter.until(lambda: not register.tills.open_tills(), "the till is closed here")
    counter.until(lambda: any("TILL ON ITS WAY" in paper for paper in counter.printed(3)), "its slip is printed")

    secret = register.sign_on.people.approval_secret()
    here = register.profile.workstation_id
    coming = TillSlip("move-1", register.profile.store_id, "07", here, "07-A", "", 23_450, "SEAL-1")
    counter.touch(page.back)
    counter.scan(code_of_slip(coming, secret))
    counter.until(lambda: not counter.window.covered, "it is taken up")
    assert register.data.storage.till_totals().expected_cash_minor == 23_450
    counter.sell(CABLE)
    counter.scan(code_of_slip(coming, secret))
    assert counter.names() == [], "a slip is no goods"
    assert "already" in page.note
    proved(counter)


def test_the_card_terminal_is_asked_and_what_only_it_knows_is_named(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    page = counter.window.till.page
    opened(counter, "manager")
    counter.sell(CABLE, card=True)
    counter.card_terminal.authorise("typed-on-the-terminal", 4_200, "USD")
    counter.window.till.close_the_day()
    counter.press(ENTER)
    counter.touch(page.main)
    counter.touch(page.extra)
    counter.until(lambda: page.note == "The card total is the terminal's own.", "it answered")
    counter.touch(page.main)
    assert "$42.00 over" in counter.window.till.closing.reveal.rows["card"].accessibleDescription()
    counter.touch(page.back)
    counter.until(lambda: "Why the card differs" in page.accessibleDescription(), "it says why")
    assert "Only the card terminal knows it" in said_and_painted(page)
    counter.touch(page.main)
    assert counter.register.closing.current.step.value == "reveal"


def test_the_opening_count_survives_a_power_cut(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    sign_on(counter, "manager")
    counter.type("2")
    counter.press(ENTER)
    counter.type("3")
    counter.end()
    again = open_till(sign_on=True, till=RULES)
    sign_on(again, "manager")
    assert again.window.till.opening.pad.values[:2] == [2, 3]
    assert again.window.till.opening.pad.total_text == "$350.00"


def test_a_bag_typed_in_part_survives_a_power_cut(open_till: Open):
    counter = open_till(sign_on=True, till=RULES)
    opened(counter, "manager")
    window = counter.window
    window.till.close_the_day()
    counter.press(ENTER)
    count(counter, 20_000)
    for _ in range(3):
        counter.touch(window.till.page.main)
    counter.type("15000")
    counter.press(ENTER)
    counter.type("BAG-")
    queue = counter.register.data.print_queue
    counter.until(lambda: queue.next_job() is None and not queue.unfinished(), "the drawer is open")
    counter.end()
    again = open_till(sign_on=True, till=RULES)
    sign_on(again, "manager")
    body = again.window.till.closing.deposit
    assert (body.float_minor, body.bag_number) == (15_000, "BAG-")


def test_an_operator_changes_their_pin_by_keys_alone(open_till: Open):
    counter = open_till(sign_on=True)
    sign_on(counter, "associate")
    counter.press(Qt.Key.Key_F10)
    for name in ("People", "Change my PIN"):
        counter.press(*[Qt.Key.Key_Down] * list(counter.rows()).index(name), ENTER)
    counter.type("111111")
    counter.press(ENTER)
    counter.type("123456")
    counter.press(ENTER)
    assert "tried first" in said_and_painted(counter.window.side.entry), "a weak one is refused, and can be mended"
    counter.press(*[Qt.Key.Key_Backspace] * 6)
    counter.type("286420")
    counter.press(ENTER)
    counter.type("286420")
    counter.press(ENTER)
    people = counter.register.sign_on.people
    counter.until(lambda: people.by_pin("101", "286420") is not None, "it is changed")
    assert "286420" not in said_and_painted(counter.window)
