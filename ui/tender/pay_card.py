"""Totals and the ways to pay: the same places in every state of the sale."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QFont, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.exchange import exchange_credit_minor
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import Formatter
from pos_app.services.current_sale import SaleView
from ui.promotions.words import offer_words, savings
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.tender.card_offer import any_card_minor
from ui.tender.tender_view_model import TenderViewModel
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.theme.tokens import Height
from ui.widgets.buttons import Button, PayButton
from ui.widgets.card import Card

_ROW = 28
_INSET = 16
_MARGIN = 20.0
_TOTAL = 64
_GAP = 10
_QUICK = 3
_ROOM_FOR_A_KEY_CAP = 380
"""Below this the button of the exact amount has none, and leaves its place to notes of six figures."""


def tender_name(tender: Tender, formatter: Formatter) -> str:
    """A part of the payment in words."""
    if tender.tender_type is TenderType.POINTS:
        return f"Points ({formatter.points(tender.points)})"
    if tender.tender_type is TenderType.CASH and not tender.currency_code:
        return "Cash"
    return tender.description or tender.tender_type.value.replace("_", " ").capitalize()


def tax_name(name: str, rate_micro: int, included: bool) -> str:
    """A tax in words, with its rate."""
    words = f"{name or 'Tax'} {rate_micro / 10_000:g}%"
    return f"{words} included" if included else words


class PayCard(Card):
    """Subtotal to total due, quick cash, gift card, split and card."""

    split_requested = Signal()
    gift_card_requested = Signal()
    other_requested = Signal()
    next_sale_requested = Signal()

    def __init__(
        self,
        sale: SaleViewModel,
        tender: TenderViewModel,
        formatter: Formatter,
        profile: StoreProfile,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Payment", parent)
        self._sale, self._tender, self._formatter, self._profile = sale, tender, formatter, profile
        self._lines: list[tuple[str, str, str]] = []
        self._total_name, self._total = "Total due", formatter.money(0)
        self._quick_amounts: list[int] = []
        self.exact = Button("Exact cash", self, key="F11")
        self.exact.clicked.connect(tender.pay_exact_cash)
        self.quick = [Button("Cash", self) for _ in range(_QUICK)]
        for number, button in enumerate(self.quick):
            button.clicked.connect(lambda _=False, n=number: tender.pay_cash(self._quick_amounts[n]))
        self.gift_card = Button("Gift card", self)
        self.gift_card.clicked.connect(self.gift_card_requested)
        self.split = Button("Split", self)
        self.split.clicked.connect(self.split_requested)
        self.other = Button("Other", self, description="Foreign cash and other tenders")
        self.other.clicked.connect(self.other_requested)
        self.card = PayButton("Pay by card", "F12", self)
        self.card.clicked.connect(lambda: tender.pay_card())
        self.next_sale = PayButton("New sale", "", self, icon="scan-barcode")
        self.next_sale.clicked.connect(self.next_sale_requested)
        self.cancel_card = Button("Cancel card payment", self, kind="plain", icon="x", size=18)
        self.cancel_card.clicked.connect(tender.cancel_card)
        self.check_card = Button("Check the card terminal", self, kind="accent", icon="circle-question-mark", size=18)
        self.check_card.clicked.connect(tender.cancel_card)

    @property
    def total_text(self) -> str:
        """The large amount as shown."""
        return self._total

    def rows_shown(self) -> list[tuple[str, str]]:
        """The rows above it that are in sight: what they are called, and how much."""
        return [(name, amount) for name, amount, _ in self._lines_in_sight()]

    def refresh(self) -> None:
        """Show the sale as it is now."""
        view, stage = self._sale.view, self._sale.stage
        money = self._formatter.money
        due = view.settlement.due_minor
        complete = stage is Stage.COMPLETE
        lines = self._summary(view)
        if complete:
            total_name, total = "Total paid", money(view.priced.total_minor + view.settlement.cash_rounding_minor)
        elif view.given_back and not due:
            back_minor = sum(refund.amount_minor for refund in view.given_back)
            total_name, total = "Give back", money(back_minor)
        elif view.tenders or view.credit:
            total_name, total = "Left to pay", money(due)
        else:
            total_name, total = "Total due", money(due)
        if stage is Stage.CARD_PENDING:
            total_name, total = self._tender.card.words, money(self._tender.card_amount_minor)
        if lines != self._lines:
            self._show_lines(lines)
        if (total_name, total) != (self._total_name, self._total):
            self._total_name, self._total = total_name, total
            self.setAccessibleDescription(f"{total_name} {total}")
            self.update(self._total_place().toAlignedRect())
        self._refresh_buttons(view, stage, due)

    def _show_lines(self, lines: list[tuple[str, str, str]]) -> None:
        """Most of the time only amounts changed, and only their rows are painted."""
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.update(_INSET, 12, self.width() - 2 * _INSET, self._buttons_top() - 12)
            return
        first = len(lines) - len(self._lines_in_sight())
        for number in range(first, len(lines)):
            if lines[number] != before[number]:
                self.update(self._row_place(number - first).toAlignedRect())

    def _refresh_buttons(self, view: SaleView, stage: Stage, due: int) -> None:
        can_pay = self._tender.can_pay
        complete, pending = stage is Stage.COMPLETE, stage is Stage.CARD_PENDING
        free = can_pay and due == 0
        self._quick_amounts = self._tender.quick_cash()
        self.exact.setEnabled(can_pay and due > 0)
        for number, button in enumerate(self.quick):
            amount = self._quick_amounts[number] if number < len(self._quick_amounts) else 0
            words = short_amount(self._formatter.money(amount))
            button.setVisible(amount > 0 and button.fits(words))
            if amount:
                button.rename(words)
        self.gift_card.setEnabled(can_pay and due > 0)
        self.split.setEnabled(can_pay and (due > 0 or bool(view.tenders)))
        self.split.rename(f"Split · {len(view.tenders)}" if view.tenders and not complete else "Split")
        self.other.setEnabled(can_pay and due > 0)
        has_terminal = self._sale.services.payment_terminal is not None
        self.card.setVisible(not complete and not pending)
        self.card.setEnabled(can_pay and (has_terminal or free))
        if due > 0:
            due = any_card_minor(self._sale.savings.offers, due)
        due_text = self._formatter.money(due) if view.priced.lines and not (free and view.given_back) else ""
        by_card = "Pay by card" if self.card.has_room_for("Pay by card", due_text) else "Card"
        self.card.rename("Complete" if free else by_card)
        self.card.set_amount(due_text)
        self.next_sale.setVisible(complete)
        self.cancel_card.setVisible(pending and not self._tender.card.unknown)
        self.check_card.setVisible(pending and self._tender.card.unknown)
        self.cancel_card.setEnabled(not self._tender.card_cancelling)
        self.cancel_card.rename(self._tender.card.way_out)

    def _summary(self, view: SaleView) -> list[tuple[str, str, str]]:
        """Description, amount, ink: the amounts of the sale, then what was paid of it."""
        money, priced = self._formatter.money, view.priced
        rest = [("Fees", money(priced.fees_minor), "ink")] if priced.fees_minor else []
        rest += self._tax_rows(view)
        if self._sale.stage is Stage.SALE and view.settlement.due_minor > 0:
            rest += [(offer_words(offer, self._formatter), "", "ink_2") for offer in self._sale.savings.offers[:1]]
        room = self._rows_in_sight() - 1 - len(rest)
        lines = [("Subtotal", money(priced.subtotal_minor), "ink"), *self._savings(view, room), *rest]
        came_back = []
        if view.exchange is not None:
            came_back = [("Returned goods", money(exchange_credit_minor(view.exchange)), "ink")]
        paid = (*view.credit, *view.tenders)
        if not paid:
            return [*lines, *came_back]
        parts = [(tender_name(tender, self._formatter), money(-tender.amount_minor), "go_text") for tender in paid]
        parts = came_back + parts
        if view.settlement.cash_rounding_minor:
            parts.insert(0, ("Cash rounding", money(view.settlement.cash_rounding_minor), "ink"))
        total = ("Total with tax" if priced.tax_minor else "Total", money(priced.total_minor), "ink")
        room = self._rows_in_sight() - len(parts)
        return [*lines, total, *parts] if room > len(lines) else [total, *parts]

    def _savings(self, view: SaleView, rows: int) -> list[tuple[str, str, str]]:
        """What was taken off; a code that takes nothing off is there all the same."""
        if not view.priced.discount_minor and not view.basket.promo_codes:
            return []
        money = self._formatter.money
        return [
            (name, money(-minor) if minor else "no effect", "go_text" if minor else "ink_2")
            for name, minor in savings(view, self._sale.services.selling, rows)
        ]

    def _tax_rows(self, view: SaleView) -> list[tuple[str, str, str]]:
        """Each tax by its name where there is room; nothing of a tax that is not due, and who is exempt by what."""
        money, certificate = self._formatter.money, view.basket.tax_certificate
        due = [tax for tax in view.priced.taxes if tax.tax_minor]
        if not view.priced.lines:
            names = [tax_name(rate.name, rate.rate_micro, rate.included) for rate in self._profile.tax_rates]
            return [(names[0] if len(names) == 1 else "Taxes", money(0), "ink")]
        rows = [(tax_name(tax.name, tax.rate_micro, tax.included), money(tax.tax_minor), "ink") for tax in due]
        if len(rows) > 1 and 3 + len(rows) + len(view.tenders) > self._rows_in_sight():
            included = all(tax.included for tax in due)
            rows = [("Taxes included" if included else "Taxes", money(view.priced.tax_minor), "ink")]
        return [*rows, ("Tax exempt", certificate, "ink")] if certificate else rows

    # --- geometry and painting --------------------------------------------------------------------------------------

    def _buttons_top(self) -> int:
        return self.height() - 16 - Height.PAY - 2 * (_GAP + Height.CASH)

    def _rows_in_sight(self) -> int:
        return (self._buttons_top() - _TOTAL - 12 - 14) // _ROW

    def resizeEvent(self, event: QResizeEvent) -> None:
        left, wide = 20, self.width() - 40
        top = self._buttons_top()
        exact = round(wide * (0.413 if wide >= _ROOM_FOR_A_KEY_CAP else 0.33))
        note = (wide - exact - _QUICK * _GAP) // _QUICK
        self.exact.setGeometry(left, top, wide - _QUICK * (note + _GAP), Height.CASH)
        for number, button in enumerate(self.quick):
            button.setGeometry(left + wide - (_QUICK - number) * (note + _GAP) + _GAP, top, note, Height.CASH)
        top += Height.CASH + _GAP
        third = (wide - 2 * _GAP) // 3
        self.gift_card.setGeometry(left, top, third, Height.CASH)
        self.split.setGeometry(left + third + _GAP, top, third, Height.CASH)
        self.other.setGeometry(left + 2 * (third + _GAP), top, wide - 2 * (third + _GAP), Height.CASH)
        top += Height.CASH + _GAP
        for large in (self.card, self.next_sale, self.cancel_card, self.check_card):
            large.setGeometry(left, top, wide, Height.PAY)
        self.refresh()  # what there is room for: names, notes, rows

    def _lines_in_sight(self) -> list[tuple[str, str, str]]:
        return self._lines[-self._rows_in_sight() :] if len(self._lines) > self._rows_in_sight() else self._lines

    def _row_place(self, number: int) -> QRectF:
        return QRectF(_MARGIN, 14 + number * _ROW, self.width() - 2 * _MARGIN, _ROW)

    def _total_place(self) -> QRectF:
        return QRectF(_MARGIN, self._buttons_top() - _TOTAL - 6, self.width() - 2 * _MARGIN, _TOTAL)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Rows from the top, the total right above the buttons; only what is exposed."""
        for number, (name, amount, ink) in enumerate(self._lines_in_sight()):
            row = self._row_place(number)
            if self.exposed.intersects(row.toAlignedRect()):
                used = paint.text(painter, row, amount, font(15, 600, tabular=True), ink, paint.RIGHT)
                paint.text(painter, row.adjusted(0, 0, -used - 12, 0), name, font(15, 450), "ink_2")
        total = self._total_place()
        painter.fillRect(QRectF(total.left(), total.top() - 2, total.width(), 1), colour("line"))
        if self.exposed.intersects(total.toAlignedRect()):
            self._paint_total(painter, total)

    def _paint_total(self, painter: QPainter, place: QRectF) -> None:
        name_font = font(18, 600)
        room = place.width() - width(self._total_name, name_font) - 12
        amount = place.adjusted(place.width() - room, 0, 0, 0)
        used = paint.text(painter, amount, self._total, self._total_font(room), "ink", paint.RIGHT)
        paint.text(painter, place.adjusted(0, 0, -used - 8, 0), self._total_name, name_font)

    def _total_font(self, room: float) -> QFont:
        for size in (48, 42, 36, 30):
            made = font(size, 700, display=True)
            if width(self._total, made) <= room:
                break
        return made


def short_amount(amount: str) -> str:
    """A whole amount without its zero cents, as people say it."""
    return amount[:-3] if amount.endswith((".00", ",00")) else amount
