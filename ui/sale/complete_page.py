"""The sale is done: the change in letters nobody misses, until the next scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.item import ItemKind
from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter
from pos_app.services.tendering import CompletedSale
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width

if TYPE_CHECKING:
    from ui.receipts.choice_bar import ChoiceBar

CHANGE_SIZE = 96
CHOICES_HEIGHT = 56
SMALLEST_CHANGE_SIZE = 72


class CompletePage(QWidget):
    """Change due, what was paid and what was earned."""

    def __init__(self, formatter: Formatter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self._change = ""
        self._label = "Change due"
        self._facts: list[str] = []
        self.choices: ChoiceBar | None = None
        self.setAccessibleName("Sale complete")
        self.hide()

    def offer_choices(self, choices: ChoiceBar | None) -> None:
        """Buttons below the change, or none."""
        if self.choices is not None:
            self.choices.hide()
        self.choices = choices
        if choices is not None:
            choices.setParent(self)
            self._place_choices()
            choices.show()
        self.update()

    @property
    def _top(self) -> float:
        """Where the sign begins; with buttons below, everything stands higher."""
        return self.height() / 2 - (150 if self.choices is None else 190)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_choices()

    def _place_choices(self) -> None:
        if self.choices is not None:
            self.choices.setGeometry(24, round(self._top) + 322, self.width() - 48, CHOICES_HEIGHT)

    @property
    def change_text(self) -> str:
        """The change as it is shown."""
        return self._change

    @property
    def change_size(self) -> int:
        """The height of its letters in pixels; smaller only where a huge amount would not fit."""
        for size in (CHANGE_SIZE, 84, SMALLEST_CHANGE_SIZE):
            if width(self._change, font(size, 700, display=True)) <= self.width() - 40:
                return size
        return SMALLEST_CHANGE_SIZE

    def show_sale(self, completed: CompletedSale) -> None:
        """Show how this sale ended."""
        sale, show = completed.transaction, self._formatter
        cash_minor = sum(one.amount_minor for one in completed.given_back if one.tender_type is TenderType.CASH)
        to_cards_minor = sum(one.amount_minor for one in completed.given_back) - cash_minor
        in_cash_minor = completed.change_minor + cash_minor
        self._label = "Hand over" if cash_minor else "Given back" if to_cards_minor else "Change due"
        self._change = show.money(to_cards_minor if to_cards_minor and not in_cash_minor else in_cash_minor)
        paid = show.money(sale.total_minor + sale.cash_rounding_minor)
        deposit = any(line.kind == ItemKind.DEPOSIT for line in sale.lines)
        facts = [f"Paid {paid}", f"{'Order' if deposit else 'Receipt'} {sale.header.receipt_number}"]
        if sale.member is not None:
            facts.append(f"+{show.points(sale.earned.points)} points")
        if facts != self._facts:
            self._facts = facts
        words = "Deposit taken" if deposit else "Sale complete"
        self.setAccessibleName(f"{words}. {self._label} {self._change}")
        self.setAccessibleDescription(", ".join(facts))
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(rect, colour("surface"))
        centre = rect.center()
        top = self._top
        paint.rounded(painter, QRectF(centre.x() - 32, top, 64, 64), 32, "go_soft")
        paint.glyph(painter, QPointF(centre.x(), top + 32), "check", 34, "go_text", 2.5)
        label = QRectF(0, top + 80, rect.width(), 30)
        paint.text(painter, label, self._label, font(20, 600), "ink_2", paint.CENTRE)
        size = self.change_size
        amount = QRectF(0, top + 108, rect.width(), 116)
        paint.text(painter, amount, self._change, font(size, 700, display=True), "ink", paint.CENTRE)
        self._paint_facts(painter, centre.x(), top + 246)
        hint = QRectF(0, top + 276, rect.width(), 24)
        paint.text(painter, hint, "The next scan starts a new sale", font(15, 450), "ink_3", paint.CENTRE)
        painter.end()

    def _paint_facts(self, painter: QPainter, centre: float, middle: float) -> None:
        made = font(13, 600)
        total = sum(width(fact, made) + 20 for fact in self._facts) + 8 * (len(self._facts) - 1)
        left = centre - total / 2
        for fact in self._facts:
            gain = fact.startswith("+")
            ink, ground, border = ("go_text", "go_soft", "") if gain else ("ink_2", "sunken", "line")
            left += paint.chip(painter, left, middle, fact, ink, ground, border) + 8
