"""Labels: those that are due, or of what is scanned; on the receipt printer, or as sheets to print elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.labels import MOST_COPIES, Label, Since
from ui.goods.label_sheets import A4, LETTER, Sheet, as_pdf, draw_label
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.technician.parts import Chip, ReportView, RowItem, RowList
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.tokens import Radius, Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_SINCE = {
    Since.LAST_RUN: "Since last time",
    Since.TODAY: "Today",
    Since.WEEK: "7 days",
    Since.MONTH: "30 days",
}
_PREVIEW = 150
_DOTS_PER_INCH = 130


class _Preview(QWidget):
    """A label as it comes out, on white paper in every theme."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Preview of the label")
        self.label: Label | None = None
        self._modules = ""

    def show_label(self, label: Label | None, modules: str) -> None:
        """Show this one."""
        self.label, self._modules = label, modules
        self.setAccessibleDescription(f"{label.name}, {label.price}, {label.code}" if label else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        paint.rounded(painter, QRectF(self.rect()), Radius.CONTROL, "#FFFFFF", "line_2")
        if self.label is not None:
            draw_label(painter, QRectF(self.rect()), self.label, self._modules, _DOTS_PER_INCH)
        painter.end()


class LabelsPage(GoodsPage):
    """The labels to print on the left; one of them, and the ways to print all, on the right."""

    title = "Labels"
    icon = "tags"

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self.labels: list[Label] = []
        self._due = False
        self._code = ""
        self._list_card = HeadedCard("Labels to print", self)
        self.since = {one: self._chip(words, one) for one, words in _SINCE.items()}
        empty = "Scan products, or touch above: prices that changed."
        self.list = RowList("Labels to print", self._list_card, empty=empty)
        self.list.chosen.connect(lambda _: self._show_chosen())
        self.clear = Button("Clear the list", self._list_card, icon="x")
        self.clear.clicked.connect(lambda: self._show([]))
        self._card = HeadedCard("", self)
        self.preview = _Preview(self._card)
        self.less = Button("Fewer", self._card, icon="minus")
        self.more = Button("More", self._card, icon="plus")
        self.drop = Button("Leave out", self._card, icon="ban")
        self.less.clicked.connect(lambda: self._copies(-1))
        self.more.clicked.connect(lambda: self._copies(1))
        self.drop.clicked.connect(lambda: self._copies(-MOST_COPIES))
        self.report = ReportView("Result", self._card)
        self.print_them = Button("Print on the receipt printer", self._card, kind="accent", icon="printer", size=16)
        self.sheets = {sheet.name: Button(f"PDF {sheet.name}", self._card, icon="file-down") for sheet in (A4, LETTER)}
        self.print_them.clicked.connect(self._print)
        for sheet in (A4, LETTER):
            self.sheets[sheet.name].clicked.connect(lambda _=False, sheet=sheet: self._save(sheet))

    def _chip(self, words: str, since: Since) -> Chip:
        return Chip(words, self._list_card, lambda: self._find(since))

    def begin(self) -> None:
        """What was collected stays until it is printed or cleared."""
        self.report.show_report(None)
        self._show(self.labels)

    def take_scan(self, code: str) -> bool:
        """One more label of this product."""
        self._code = code
        self.work(lambda: self.parts.labels.label_of(code), self._add)
        return True

    def add(self, item_id: str) -> None:
        """One more label of a product that another page shows."""
        self.take_scan(item_id)

    def _add(self, label: Label | None) -> None:
        if label is None:
            self.show_result(TrialReport(False, f"No product has the barcode {self._code}."))
            return
        at = next((number for number, one in enumerate(self.labels) if one.item_id == label.item_id), -1)
        if at >= 0:
            self.labels[at] = replace(label, copies=min(self.labels[at].copies + 1, MOST_COPIES))
        else:
            self.labels, at = [label, *self.labels], 0
        self._show(self.labels, at)

    def _find(self, since: Since) -> None:
        def found(labels: list[Label]) -> None:
            self._due = True
            self._show(labels)
            words = f"{len(labels):,} prices changed." if labels else "No price changed since then."
            self.show_result(TrialReport(True, words))
            for one, chip in self.since.items():
                chip.setChecked(one is since)

        self.work(lambda: self.parts.labels.due(since), found)

    def _show(self, labels: list[Label], current: int = 0) -> None:
        self.labels = labels
        if not labels:
            self._due = False
            for chip in self.since.values():
                chip.setChecked(False)
        rows = [_row(label) for label in labels]
        self.list.show_items(rows, current if labels else -1)
        total = sum(label.copies for label in labels)
        self._list_card.say("Labels to print", f"{total:,}" if total else "")
        for button in (self.clear, self.print_them, *self.sheets.values(), self.less, self.more, self.drop):
            button.setEnabled(bool(labels))
        self._show_chosen()

    def _show_chosen(self) -> None:
        at = self.list.current
        label = self.labels[at] if 0 <= at < len(self.labels) else None
        self.preview.show_label(label, self.parts.labels.modules(label) if label is not None else "")
        copies = "" if label is None else "1 copy" if label.copies == 1 else f"{label.copies} copies"
        self._card.say(label.name if label is not None else "No label is chosen", copies)
        self._arrange()

    def _copies(self, by: int) -> None:
        at = self.list.current
        copies = self.labels[at].copies + by
        if copies < 1:
            self._show([one for number, one in enumerate(self.labels) if number != at], max(0, at - 1))
        else:
            changed = [*self.labels]
            changed[at] = replace(changed[at], copies=min(copies, MOST_COPIES))
            self._show(changed, at)

    # --- printing -----------------------------------------------------------------------------------------------------

    def _print(self) -> None:
        printing, labels = self.services.print_actions, list(self.labels)
        if printing is None:
            return
        document = self.parts.labels.document(labels)

        def act() -> None:
            printing.print_document(document)
            self._note(labels)

        self.work(act, lambda _: self.show_result(TrialReport(True, f"{_count(labels)} on their way to the printer.")))

    def _save(self, sheet: Sheet) -> None:
        labels = list(self.labels)
        name = f"labels-{self.services.clock.now():%Y%m%d-%H%M%S}.pdf"
        content = as_pdf(labels, sheet, self.parts.labels.modules)

        def act() -> str:
            path = self.parts.save(name, [content])
            self._note(labels)
            return str(path)

        self.work(act, lambda path: self.show_result(TrialReport(True, f"{_count(labels)} written to {path}")))

    def _note(self, labels: list[Label]) -> None:
        """Only labels of changed prices are a run: after it, others are due."""
        if self._due:
            self.parts.labels.note_printed(labels)

    def show_result(self, report: TrialReport) -> None:
        """Above the buttons."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.5)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * SIDE, high - SIDE - 48
        half = (inner - Space.S) // 2
        for number, chip in enumerate(self.since.values()):
            row, column = divmod(number, 2)
            chip.setGeometry(SIDE + column * (half + Space.S), 50 + row * 56, half, 48)
        self.list.setGeometry(SIDE, 170, inner, bottom - Space.M - 170)
        self.clear.setGeometry(SIDE, bottom, inner, 48)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        self.preview.setGeometry(SIDE, 56, min(inner, 360), _PREVIEW + 40)
        third = (inner - 2 * Space.S) // 3
        for place, button in enumerate((self.less, self.more, self.drop)):
            button.setGeometry(SIDE + place * (third + Space.S), 56 + _PREVIEW + 52, third, 48)
        half = (inner - Space.S) // 2
        for place, button in enumerate(self.sheets.values()):
            button.setGeometry(SIDE + place * (half + Space.S), bottom, half, 48)
        self.print_them.setGeometry(SIDE, bottom - 56, inner, 48)
        top = 56 + _PREVIEW + 112
        self.report.setGeometry(SIDE, top, inner, max(0, bottom - 56 - Space.S - top))
        self.report.setVisible(self.report.report is not None)


def _row(label: Label) -> RowItem:
    return RowItem(label.name, f"{label.item_id}  ·  {label.code}", "tag", "ink_2", f"{label.copies} × {label.price}")


def _count(labels: list[Label]) -> str:
    total = sum(label.copies for label in labels)
    return "1 label" if total == 1 else f"{total:,} labels"
