"""Promotions: what runs, will run and has ended; the store's own are changed here, delivered ones only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.promotions import PromotionView, cells_of, promotion_fields
from ui.goods.form_page import GoodsForm
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.goods.prices_page import LOOK_OF_STATE, REASON
from ui.technician.parts import Facts, ReportView, RowItem, RowList
from ui.theme.tokens import Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_HEAD_OFFICE = "From the head office: changed there, only read here"
_OWN = "The store's own"


class PromotionForm(GoodsForm):
    """What a promotion gives, on what, and when."""

    title = "A promotion"
    saved = Signal()

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._id = ""
        self.add(*promotion_fields(services.profile), REASON)

    def open(self, view: PromotionView | None) -> None:
        """This one, or a new one."""
        self._id = view.promotion.promotion_id if view is not None else ""
        values = cells_of(view.stored) if view is not None else {"kind": "percent"}
        self.fill(view.promotion.name or self._id if view is not None else "A new promotion", values)
        self.fields["name"].setFocus()

    def take_scan(self, code: str) -> bool:
        """One more product that it is about."""
        self.look_up(code, self._add_item)
        return True

    def _add_item(self, item_id: str) -> None:
        known = [one.strip() for one in self.value("codes").split(",") if one.strip()]
        if item_id not in known:
            self.show_value("codes", ", ".join((*known, item_id)))

    def go_on(self) -> None:
        """Read as the store's file is."""
        cells = {name: self.value(name) for name in self.fields if name != "reason"}
        reason, promotion_id = self.value("reason"), self._id

        def save() -> FieldRefusedError | None:
            try:
                self.parts.promotions.save(cells, reason, promotion_id=promotion_id)
            except FieldRefusedError as error:
                return error
            return None

        self.work(save, self._was_saved)

    def _was_saved(self, refused: FieldRefusedError | None) -> None:
        if refused is None:
            self.saved.emit()
        else:
            self.blame(refused.field, str(refused))


class PromotionsPage(GoodsPage):
    """The list, and one of them."""

    title = "Promotions"
    icon = "percent"
    edit_wanted = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self.views: list[PromotionView] = []
        self.read_only = False
        self._list_card = HeadedCard("Promotions", self)
        self.list = RowList("Promotions", self._list_card, empty="There is no promotion.")
        self.list.chosen.connect(lambda _: self._show_chosen())
        self.new = Button("New promotion", self._list_card, kind="accent", icon="plus", size=16)
        self.new.clicked.connect(lambda: self.edit_wanted.emit(None))
        self._card = HeadedCard("", self)
        self.facts = Facts("The promotion", self._card)
        self.report = ReportView("Result", self._card)
        self.edit = Button("Edit", self._card, icon="pencil")
        self.end_it = Button("End it now", self._card, icon="ban")
        self.edit.clicked.connect(lambda: self.edit_wanted.emit(self._chosen))
        self.end_it.clicked.connect(self._end)
        self._sure = False

    @property
    def _chosen(self) -> PromotionView | None:
        at = self.list.current
        return self.views[at] if 0 <= at < len(self.views) else None

    def begin(self) -> None:
        """As they are now."""
        self.report.show_report(None)
        self._look()

    def _look(self) -> None:
        desk = self.parts.promotions
        self.work(lambda: (desk.read_only(), desk.promotions()), self._found)

    def _found(self, answer: tuple[bool, list[PromotionView]]) -> None:
        chosen = self._chosen
        self.read_only, self.views = answer
        known = chosen.promotion.promotion_id if chosen is not None else ""
        at = next((n for n, view in enumerate(self.views) if view.promotion.promotion_id == known), -1)
        self.list.show_items([_row(view) for view in self.views], at)
        self._list_card.say("Promotions", "Head office" if self.read_only else "")
        self.new.setEnabled(not self.read_only)
        self._show_chosen()

    def _show_chosen(self) -> None:
        self._sure = False
        self.end_it.rename("End it now")
        view = self._chosen
        can = view is not None and not self.read_only
        self.edit.setEnabled(can)
        self.end_it.setEnabled(can and view is not None and view.state != "ended")
        if view is None:
            self._card.say("No promotion is chosen", "", _HEAD_OFFICE if self.read_only else "")
            self.facts.show_facts([])
        else:
            name = view.promotion.name or view.promotion.promotion_id
            self._card.say(name, view.state, _HEAD_OFFICE if self.read_only else _OWN)
            self.facts.show_facts(_facts(view))
        self._arrange()

    def _end(self) -> None:
        """Asks once more: the button says what a second touch does."""
        view = self._chosen
        if view is None:
            return
        if not self._sure:
            self._sure = True
            self.end_it.rename("Touch again to end it")
            return
        self.work(lambda: self.parts.promotions.end(view, "Ended in the window"), lambda _: self.show_saved())

    def show_saved(self) -> None:
        """It counts from the next sale."""
        self._look()
        self.show_result(TrialReport(True, "Saved. It counts from the next sale."))

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
        self.list.setGeometry(SIDE, 52, inner, bottom - Space.M - 52)
        self.new.setGeometry(SIDE, bottom, inner, 48)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        half = (inner - Space.S) // 2
        self.edit.setGeometry(SIDE, bottom, half, 48)
        self.end_it.setGeometry(SIDE + half + Space.S, bottom, half, 48)
        shown = self.report.report is not None
        report = 84 if shown else 0
        self.report.setVisible(shown)
        self.report.setGeometry(SIDE, bottom - Space.M - report, inner, max(0, report - 8))
        self.facts.setGeometry(SIDE, 72, inner, bottom - Space.M - 72 - report)


def _row(view: PromotionView) -> RowItem:
    icon, ink = LOOK_OF_STATE[view.state]
    return RowItem(view.promotion.name or view.promotion.promotion_id, view.words, icon, ink, view.state)


def _facts(view: PromotionView) -> list[tuple[str, str]]:
    one = view.promotion
    scope = one.scope
    facts = [
        ("Gives", view.words),
        ("From", f"{one.starts_at:%d %b %Y %H:%M}" if one.starts_at else "always"),
        ("Until", f"{one.ends_at:%d %b %Y %H:%M}" if one.ends_at else "for ever"),
    ]
    for name, values in (
        ("Categories", scope.categories),
        ("Products", scope.codes),
        ("Brands", scope.brands),
        ("For", scope.segments),
        ("Codes to enter", view.stored.codes),
    ):
        if values:
            facts.append((name, ", ".join(values)))
    return facts
