"""One page of settings: a list on the left, step by step into groups, lists and entries; the setting on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from pos_app.services.set_up.fields import Entries, Field, Page
from pos_app.services.set_up.set_up import Review
from pos_app.services.set_up.words import titled
from ui.receipts.paper_view import PaperView
from ui.set_up.editor import Editor
from ui.set_up.nodes import Spot, is_held, root_of, row_of, spots_in
from ui.technician.parts import RowList
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from ui.background import Background
    from ui.set_up.session import SetUpSession

_SIDE, _GAP = Space.L, Space.GUTTER


class _ListCard(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Settings", parent)
        self.heading, self.left = "", 4

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Where we are."""
        left = _SIDE + self.left
        paint.text(painter, QRectF(left, 8, rect.width() - left - _SIDE, 48), self.heading, font(18, 700))


class SettingsPage(RoomPage):
    """The settings of one name on the rail."""

    keys_wanted = Signal(object)

    def __init__(self, page: Page, session: SetUpSession, background: Background, parent: QWidget) -> None:
        self.title, self.icon = page.name, page.icon
        super().__init__(background, parent)
        self._session = session
        self._root = root_of(page)
        self._way: list[Spot] = [self._root]
        self._spots: list[Spot] = []
        self._chosen: Spot | None = None
        self._shows_paper = page.name == "Receipts"
        self._card = _ListCard(self)
        self.back = IconButton("Back", "arrow-left", self._card)
        self.back.clicked.connect(self.step_back)
        self.list = RowList("Settings", self._card, empty="Nothing is here yet.")
        self.list.chosen.connect(self._go)
        self.add = Button("Add", self._card, icon="plus")
        self.earlier = IconButton("Earlier in the list", "arrow-up", self._card, bordered=True)
        self.later = IconButton("Later in the list", "arrow-down", self._card, bordered=True)
        self.out = Button("Take out", self._card, icon="trash")
        self.preview = Button("Preview", self._card, icon="eye", size=16)
        self.add.clicked.connect(self._add)
        self.earlier.clicked.connect(lambda: self._move(-1))
        self.later.clicked.connect(lambda: self._move(1))
        self.out.clicked.connect(self._take_out)
        self.preview.clicked.connect(self._show_paper)
        self.editor = Editor(session.desk.writer, self)
        self.editor.given.connect(self._given)
        self.editor.keys_wanted.connect(self.keys_wanted)
        self.paper = PaperView(self)

    @property
    def spot(self) -> Spot:
        """What the list shows."""
        return self._way[-1]

    def begin(self) -> None:
        """From the top of the page."""
        self._way, self._chosen = [self._root], None
        self._show()

    def step_back(self) -> bool:
        """One list up."""
        if self.paper.isVisible():
            self.paper.hide()
            return True
        if len(self._way) == 1:
            return False
        self._drop_blanks()
        left = self._way.pop()
        self._chosen = None
        self._show()
        number = next((number for number, spot in enumerate(self._spots) if spot.place == left.place), -1)
        if number >= 0:
            self.list.rows[number].setFocus()
        return True

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        session, spot = self._session, self.spot
        if not session.loaded:
            return
        draft, writer = session.draft, session.desk.writer
        self.paper.hide()
        self._spots = spots_in(spot, draft, writer)
        picked = -1
        if self._chosen is not None:
            picked = next((number for number, one in enumerate(self._spots) if one.place == self._chosen.place), -1)
        self.list.show_items([row_of(one, spot, draft, writer) for one in self._spots], picked)
        self._card.heading = self._heading()
        self._card.setAccessibleName(self._card.heading)
        self._chosen = self._spots[picked] if picked >= 0 else None
        self._show_editor()
        self._arrange()
        self._card.update()

    def _heading(self) -> str:
        spot = self.spot
        if isinstance(spot.node, Entries) and not spot.is_list:
            return titled(spot.node, self._session.draft.get(spot.place), self._session.desk.writer)
        return spot.title

    def _show_editor(self) -> None:
        chosen, draft = self._chosen, self._session.draft
        if chosen is not None and chosen.is_value:
            node = chosen.node
            assert isinstance(node, Field)
            title = self.spot.title if self.spot.is_list else chosen.title
            self.editor.show_setting(node, title, self._value_of(chosen), is_held(chosen, draft))
        else:
            self.editor.show_nothing(self.spot.title, f"{self.spot.help} Touch a row to open it.".strip())
        self._ready()

    def _value_of(self, chosen: Spot) -> Any:
        """Of one of several that are not set, what counts in its place."""
        draft, within = self._session.draft, self.spot
        if isinstance(within.node, Field) and isinstance(chosen.place[-1], int):
            return draft.entries_of(within.node, within.place)[chosen.place[-1]]
        return draft.get(chosen.place)

    def _spell_out(self) -> None:
        if isinstance(self.spot.node, Field):
            self._session.draft.spell_out(self.spot.node, self.spot.place)

    def _count(self, entry: tuple[tuple[str | int, ...], int] | None) -> int:
        """How many entries the list has that an entry stands in."""
        draft, node = self._session.draft, self.spot.node
        if entry is None:
            return 0
        return len(draft.entries_of(node, entry[0]) if isinstance(node, Field) else draft.entries(entry[0]))

    def _ready(self) -> None:
        """What can be done with the list and with the entry that is chosen or open."""
        spot, draft = self.spot, self._session.draft
        entry = self._entry
        node = spot.node
        ends = isinstance(node, Entries) and bool(node.ends) and entry is not None and not draft.is_new(*entry)
        self.out.rename("End it" if ends else "Take out")
        self.out.set_icon("calendar-x" if ends else "trash")
        self.add.setEnabled(spot.is_list and not self._is_full)
        self.out.setEnabled(entry is not None)
        count = self._count(entry)
        self.earlier.setEnabled(entry is not None and entry[1] > 0)
        self.later.setEnabled(entry is not None and entry[1] < count - 1)

    @property
    def _entry(self) -> tuple[tuple[str | int, ...], int] | None:
        """The list and the number in it of the entry that is meant: the open one, or the chosen value."""
        place = self.spot.place
        if place and isinstance(place[-1], int):
            return place[:-1], place[-1]
        if self.spot.is_list and self._chosen is not None and isinstance(self._chosen.place[-1], int):
            return place, self._chosen.place[-1]
        return None

    @property
    def _is_full(self) -> bool:
        node = self.spot.node
        return isinstance(node, Field) and len(self._session.draft.entries_of(node, self.spot.place)) >= node.most

    def end(self) -> None:
        """Texts that were added and never written are not there."""
        if self._session.loaded:
            self._drop_blanks()
        super().end()

    def _drop_blanks(self) -> None:
        spot, draft = self.spot, self._session.draft
        if isinstance(spot.node, Field) and "" in draft.entries(spot.place):
            kept = [value for value in draft.entries(spot.place) if value != ""]
            draft.set(spot.place, kept or None)
            self._session.touched()

    # --- going about --------------------------------------------------------------------------------------------------

    def _go(self, number: int) -> None:
        spot = self._spots[number]
        self.editor.show_examples([])
        if spot.is_value:
            value = self._session.draft.get(spot.place)
            if value != "" and value != self._session.draft.before(spot.place):
                self._compute()
            self.paper.hide()
            self._chosen = spot
            self.list.choose(number)
            self._show_editor()
            self.editor.take_focus()
        else:
            self._into(spot)

    def _into(self, spot: Spot) -> None:
        self._way.append(spot)
        self._chosen = None
        self._show()
        if self.list.rows:
            self.list.rows[0].setFocus()
        else:
            self.add.setFocus()

    # --- changing -----------------------------------------------------------------------------------------------------

    def _given(self, value: Any) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        draft = self._session.draft
        if value == self._value_of(chosen) and value is not None:
            self._to_the_next()
            return
        self._spell_out()
        draft.set(chosen.place, value)
        self._session.touched()
        self._show()
        self._compute()
        self._to_the_next()

    def _to_the_next(self) -> None:
        """The keyboard goes on in the list, where it was."""
        if self.list.rows and self.list.current >= 0:
            self.list.rows[self.list.current].setFocus()

    def _compute(self) -> None:
        """What the draft does to amounts, and whether it can be used: computed behind the window."""
        desk, draft = self._session.desk, self._session.draft
        self.work(lambda: desk.review(draft, desk.earliest()), self._computed)

    def _computed(self, review: Review) -> None:
        if review.problem:
            self.editor.say(review.problem)
        else:
            self.editor.show_examples(list(review.examples))

    def _add(self) -> None:
        node, draft, place = self.spot.node, self._session.draft, self.spot.place
        if isinstance(node, Entries):
            number = draft.add(place, dict(node.fresh))
            self._session.touched()
            self._show()
            self._into(self._spots[number])
        else:
            self._spell_out()
            number = draft.add(place, "")
            self._show()
            self._go(number)

    def _move(self, steps: int) -> None:
        entry, draft = self._entry, self._session.draft
        if entry is None:
            return
        self._spell_out()
        to = draft.move(*entry, steps)
        self._follow((*entry[0], to))
        self._session.touched()
        self._show()

    def _follow(self, place: tuple[str | int, ...]) -> None:
        """The same entry stands somewhere else now."""
        spot = self.spot
        if spot.is_list and self._chosen is not None:
            self._chosen = Spot(self._chosen.node, place, self._chosen.title, self._chosen.help)
        else:
            self._way[-1] = Spot(spot.node, place, spot.title, spot.help)

    def _take_out(self) -> None:
        entry, draft, node = self._entry, self._session.draft, self.spot.node
        if entry is None:
            return
        if isinstance(node, Entries) and not draft.is_new(*entry):
            if node.ends:
                self._end(node, entry)
                return
            if node.kept:
                self.editor.say(node.kept)
                return
        self._spell_out()
        draft.take_out(*entry)
        self._chosen = None
        if not self.spot.is_list:
            self._way.pop()
        self._session.touched()
        self._show()
        self._compute()

    def _end(self, node: Entries, entry: tuple[tuple[str | int, ...], int]) -> None:
        """To the day on which it ends: it is asked for, and can be typed."""
        number = next(place for place, field in enumerate(node.fields) if field.key == node.ends)
        if self.spot.is_list:
            self._into(self._spots[entry[1]])
        self._go(number)

    # --- receipts -----------------------------------------------------------------------------------------------------

    def _show_paper(self) -> None:
        desk, draft = self._session.desk, self._session.draft
        if self.paper.isVisible():
            self.paper.hide()
            return
        self.paper.show_words("Preview", "Drawing the receipt ...")
        self.paper.show()
        self.paper.raise_()
        self.work(lambda: desk.picture(draft), lambda png: self.paper.show_paper("Preview", png, "A made-up receipt"))

    def failed(self, words: str) -> None:
        """Below the setting."""
        self.paper.hide()
        self.editor.say(words)

    def show_result(self, report: TrialReport) -> None:
        """Below the setting."""
        self.editor.say("" if report.good else report.headline)

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.5)
        self._card.setGeometry(0, 0, left, high)
        deep = len(self._way) > 1
        self.back.setVisible(deep)
        self.back.move(6, 8)
        self._card.left = 40 if deep else 4
        inner, bottom = left - 2 * _SIDE, high - _SIDE
        in_list = self.spot.is_list or self._entry is not None
        self.preview.setVisible(self._shows_paper and not in_list)
        self.preview.setGeometry(_SIDE, bottom - Height.TOUCH, inner, Height.TOUCH)
        for button in (self.add, self.earlier, self.later, self.out):
            button.setVisible(in_list)
        each = (inner - 2 * (Height.TOUCH + Space.S) - Space.S) // 2
        at = _SIDE
        for button, room in (
            (self.add, each),
            (self.earlier, Height.TOUCH),
            (self.later, Height.TOUCH),
            (self.out, each),
        ):
            button.setGeometry(at, bottom - Height.TOUCH, room, Height.TOUCH)
            at += room + Space.S
        foot = Height.TOUCH + Space.M if in_list or self._shows_paper else 0
        self.list.setGeometry(_SIDE, 64, inner, bottom - foot - 64)
        right = QRectF(left + _GAP, 0, wide - left - _GAP, high).toRect()
        self.editor.setGeometry(right)
        self.paper.setGeometry(right)
