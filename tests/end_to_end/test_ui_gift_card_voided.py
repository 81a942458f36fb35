"""In the real window, over the real service: a gift card sold by mistake is voided, and what was used stays sold."""

from fakes.whole_counter import WholeCounter
from PySide6.QtCore import Qt

NEW_CARD = "6006491234567890555"
Key = Qt.Key


def sell_card(till: WholeCounter) -> str:
    till.window.functions.ways_to_pay.gift_cards.ask_sale()
    till.scan(NEW_CARD)
    till.until(lambda: till.side.entry.accessibleName() == "New gift card", "the service has answered")
    till.touch(till.side.entry.picks[1])
    till.touch(till.side.entry.action_buttons[0])
    till.press(Key.Key_F11, Key.Key_Return)
    number = till.sale.header.receipt_number
    till.window.sale.next_sale()
    till.all_sent()
    return str(number)


def begin_void(till: WholeCounter) -> None:
    returns = till.window.functions.returns
    returns.search.list_today()
    till.until(lambda: till.side.list_panel.isVisible() and till.side.list_panel.rows, "the sales of today")
    till.touch(till.side.list_panel.rows[0])
    till.until(lambda: returns.desk.active, "what the void gives back")
    assert "gift card is taken back first" in returns.panel.page.note
    till.press(Key.Key_Return)
    till.touch(till.side.list_panel.rows[0])
    till.approve()


def test_an_unspent_gift_card_goes_with_its_voided_sale(till: WholeCounter) -> None:
    number = sell_card(till)
    begin_void(till)
    till.until(lambda: till.register.data.storage.returns_of(number), "the sale is voided")
    till.all_sent()
    till.until(lambda: len(till.central.service.gift_card_movements(NEW_CARD)) == 2, "the card is taken back")
    assert sum(one.amount_minor for one in till.central.service.gift_card_movements(NEW_CARD)) == 0


def test_offline_the_sale_of_a_gift_card_stays_and_the_banner_says_what_to_do(till: WholeCounter) -> None:
    number = sell_card(till)
    till.go_offline()
    begin_void(till)
    till.until(lambda: till.window.sale.banner is not None, "the refusal")
    assert "Keep the card here, and void the sale when the line is back" in till.window.sale.banner.detail
    assert not till.register.data.storage.returns_of(number)
    assert not till.window.functions.returns.parts.refunding.interrupted()
