"""A change of a product before it is made: what it changes, from when, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.goods import GoodsChange
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import label_of
from pos_app.services.goods.products import REASONS
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.goods.product_form import Draft
from ui.technician.parts import Chip, Field, ReportView, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_NOW, _TOMORROW, _DAY = "Now", "Tomorrow", "From a day"


class _WhenAndWhy(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("When and why", parent)
        self.labels: list[tuple[int, str]] = []

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What each part asks for."""
        for top, words in self.labels:
            paint.text(painter, QRectF(SIDE + 2, top, rect.width() - 2 * SIDE, 22), words, font(14, 600), "ink_2")


class ReviewPage(GoodsPage):
    """The change on the left; when and why on the right."""

    title = "Review the change"
    saved = Signal(str, str)
    left = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._draft = Draft()
        self._when = _NOW
        self._card = HeadedCard("", self)
        self.lines = TextLines("What changes", self._card, empty="Nothing is changed.")
        self.back = Button("Back", self._card, icon="arrow-left")
        self.back.clicked.connect(lambda: self.left.emit(self._draft))
        self._side = _WhenAndWhy(self)
        self.whens = {name: self._chip(name, self._pick_when) for name in (_NOW, _TOMORROW, _DAY)}
        self.day = Field("Day", self._side, icon="calendar")
        self.day.set_hint("such as 2026-12-24")
        self.whys = {name: self._chip(name, self._pick_why) for name in REASONS}
        self.why = Field("Reason", self._side)
        self.why.set_hint("or in your own words")
        self.why.changed.connect(self._why_typed)
        self.why.entered.connect(self._save)
        self.report = ReportView("Result", self._side)
        self.save = Button("Save", self._side, kind="go", icon="check", size=17)
        self.save.clicked.connect(self._save)
        self.keys.serve(self._side)

    def _chip(self, name: str, pick: Callable[[str], None]) -> Chip:
        return Chip(name, self._side, lambda: pick(name))

    def open(self, draft: Draft) -> None:
        """Show what it would change."""
        self._draft = draft
        product = draft.product
        self._card.say(product.item.name if product is not None else draft.cells.get("name", ""), draft.sku)
        lines = []
        for name, (before, after) in draft.changes.items():
            if product is not None:
                lines.append(("−", f"{label_of(name)}: {before or 'none'}", "bad"))
            lines.append(("+", f"{label_of(name)}: {after or 'none'}", "go_text"))
        lines += [("+", f"Barcode: {code}", "go_text") for code in draft.codes]
        lines += [("−", f"Barcode: {code}", "bad") for code in draft.removed]
        self.lines.show_lines(lines)
        self.day.line.setText(f"{self._today() + timedelta(days=7):%Y-%m-%d}")
        self.why.line.clear()
        self.report.show_report(None)
        self.save.setEnabled(True)
        self._pick_when(_NOW)
        self._pick_why("New goods" if product is None else "")
        self.save.setFocus()

    def _today(self) -> date:
        return self.services.clock.now().date()

    def _pick_when(self, name: str) -> None:
        self._when = name
        for words, chip in self.whens.items():
            chip.setChecked(words == name)
        self.day.setVisible(name == _DAY)
        self.save.rename("Save" if name == _NOW else "Save for that day")

    def _pick_why(self, name: str) -> None:
        for words, chip in self.whys.items():
            chip.setChecked(words == name)
        if name:
            self.why.line.clear()

    def _why_typed(self, text: str) -> None:
        if text.strip():
            for chip in self.whys.values():
                chip.setChecked(False)

    @property
    def reason(self) -> str:
        """What was touched or typed."""
        return self.why.line.text().strip() or next((name for name, chip in self.whys.items() if chip.isChecked()), "")

    def _save(self) -> None:
        draft = self._draft
        try:
            day = self._day()
        except ValueError:
            self.show_result(TrialReport(False, "Write the day like 2026-12-24."))
            self.day.setFocus()
            return
        reason = self.reason
        changes = {name: after for name, (_, after) in draft.changes.items()}
        self.save.setEnabled(False)
        self.work(
            lambda: self.parts.products.save(
                draft.sku, changes, draft.codes, reason=reason, from_day=day, removed=draft.removed
            ),
            self._was_saved,
        )

    def _day(self) -> date | None:
        if self._when == _NOW:
            return None
        if self._when == _TOMORROW:
            return self._today() + timedelta(days=1)
        return date.fromisoformat(self.day.line.text().strip())

    def _was_saved(self, change: GoodsChange) -> None:
        if not change.effective_from_s:
            self.saved.emit(change.item_id, "Saved. It counts from the next scan.")
            return
        at = datetime.fromtimestamp(change.effective_from_s, self.services.clock.now().tzinfo)
        self.saved.emit(change.item_id, f"Saved. It counts from {at:%d %b %Y}.")

    def show_result(self, report: TrialReport) -> None:
        """Above the button."""
        self.save.setEnabled(True)
        self.report.show_report(report)

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.48)
        self._card.setGeometry(0, 0, left, high)
        bottom = high - SIDE - 48
        self.lines.setGeometry(SIDE, 52, left - 2 * SIDE, bottom - Space.M - 52)
        self.back.setGeometry(SIDE, bottom, left - 2 * SIDE, 48)
        right = wide - left - GAP
        self._side.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        third = (inner - 2 * Space.S) // 3
        for place, chip in enumerate(self.whens.values()):
            chip.setGeometry(SIDE + place * (third + Space.S), 40, third, 48)
        self.day.setGeometry(SIDE, 96, inner, 48)
        half = (inner - Space.S) // 2
        for number, chip in enumerate(self.whys.values()):
            row, column = divmod(number, 2)
            chip.setGeometry(SIDE + column * (half + Space.S), 188 + row * 56, half, 48)
        rows = -(-len(self.whys) // 2)
        top = 188 + rows * 56
        self.why.setGeometry(SIDE, top, inner, 48)
        self.save.setGeometry(SIDE, high - SIDE - Height.CASH, inner, Height.CASH)
        self.report.setGeometry(SIDE, top + 60, inner, max(0, high - SIDE - Height.CASH - Space.S - top - 60))
        self._side.labels = [(12, "From when?"), (160, "Why?")]
