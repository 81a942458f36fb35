"""Leads through the lessons beside the real checkout window, and judges by what came of it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from pos_app.domain.training import Lesson
from pos_app.ports.training import TrainingRecords
from pos_app.services.coaching import LessonRun
from ui.announce import announce
from ui.sale.checkout_window import CheckoutWindow
from ui.sounds import Sound
from ui.training.coach_panel import CoachPage, CoachPanel

HINT_AFTER_MS = 30_000
_LOOK_EVERY_MS = 250
_SCANNER_GAP_MS = 30
"""A key that follows another one so soon was not pressed by a person."""


class Coach(QObject):
    """The panel, the lesson under way, and the ears for keys and refusals."""

    def __init__(
        self,
        window: CheckoutWindow,
        lessons: Sequence[Lesson],
        records: TrainingRecords,
        *,
        hint_after_ms: int = HINT_AFTER_MS,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._lessons = tuple(lessons)
        self._records = records
        self._operator_id = window.services.operator.operator_id
        self._index = 0
        self._last_key_ms = 0
        self._scanned = 0
        self._hint = ""
        self.run: LessonRun | None = None
        self.panel = CoachPanel(window)
        self._hint_timer = QTimer(self)
        self._hint_timer.setSingleShot(True)
        self._hint_timer.setInterval(hint_after_ms)
        self._hint_timer.timeout.connect(self.give_hint)
        self._look_timer = QTimer(self)
        self._look_timer.timeout.connect(self.look)
        self._look_timer.start(_LOOK_EVERY_MS)
        window.sale.changed.connect(self.look)
        window.sale.missed.connect(self._missed)
        panel = self.panel
        panel.lesson_chosen.connect(self.begin)
        panel.scan_wanted.connect(self.scan_something)
        panel.hint_wanted.connect(self.give_hint)
        panel.list_wanted.connect(self.show_lessons)
        panel.again_wanted.connect(lambda: self.begin(self._index))
        panel.next_wanted.connect(self.next_lesson)
        for sequence, act in (
            ("Alt+S", self.scan_something),
            ("Alt+H", self.give_hint),
            ("Alt+L", self.show_lessons),
            ("Alt+N", self.next_lesson),
            ("Alt+R", lambda: self.begin(self._index)),
        ):
            QShortcut(QKeySequence(sequence), window).activated.connect(act)
        for number in range(1, min(len(self._lessons), 10) + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number % 10}"), window)
            shortcut.activated.connect(lambda index=number - 1: self.begin(index))
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def show(self) -> None:
        """The list of lessons, beside the window where there is room."""
        self.show_lessons()
        window, room = self._window.frameGeometry(), self._window.screen().availableGeometry()
        left = max(room.left(), min(window.right() + 1, room.right() + 1 - self.panel.width()))
        top = max(room.top(), min(window.top(), room.bottom() + 1 - self.panel.height()))
        self.panel.move(left, top)
        self.panel.show()

    def stop(self) -> None:
        """Watch no more: the till is about to be closed."""
        self._leave()
        self._look_timer.stop()
        self._window.sale.changed.disconnect(self.look)
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self.panel.close()

    # --- lessons ----------------------------------------------------------------------------------------------------

    def show_lessons(self) -> None:
        """All lessons, with the best score of whoever is learning."""
        self._leave()
        best: dict[str, int] = {}
        for result in self._records.results(self._operator_id):
            best[result.lesson_id] = max(result.score, best.get(result.lesson_id, 0))
        self.panel.show_lessons(self._lessons, best)

    def begin(self, index: int) -> None:
        """Begin a lesson with an empty basket; what was left of another sale is cancelled."""
        self._leave()
        window = self._window
        if not window.sale.attempt(self._clear_the_till):
            return
        self._index, self._scanned = index, 0
        self.run = LessonRun(self._lessons[index], self._records, window.services.clock, self._operator_id)
        self._set_line(up=not self.run.lesson.line_is_down)
        self._hint_timer.start()
        self._show()
        window.focus_scan_field()
        window.activateWindow()

    def next_lesson(self) -> None:
        """The one after this; after the last, the list."""
        if self._index + 1 < len(self._lessons):
            self.begin(self._index + 1)
        else:
            self.show_lessons()

    def give_hint(self) -> None:
        """Say how the step is done; it costs a little of the score."""
        run = self.run
        if run is None or run.step is None or self._hint:
            return
        run.hints += 1
        self._hint = run.step.hint
        self._show()

    def scan_something(self) -> None:
        """The simulated scanner reads a product, another one each time: whoever learns need not have goods at hand."""
        parts = self._window.services.device_panel
        if self.run is not None and parts is not None and parts.inject_scan is not None and parts.products:
            parts.inject_scan(parts.products[self._scanned % len(parts.products)].code)
            self._scanned += 1

    def look(self) -> None:
        """See what there is now, and go on when the step is done."""
        if self._window.training_bar is not None:
            self._window.training_bar.raise_()
        run, sale = self.run, self._window.sale
        if run is None or run.result is not None:
            return
        banner = sale.banner
        online = self._window.services.sync_status().online
        view = self._window.services.selling.view
        if run.observe(view, online=online, unknown_code=banner.code if banner is not None else ""):
            self._hint = ""
            self._hint_timer.start()
            self._window.sounds.play(Sound.APPROVED)
            self._show(aloud=True)
        else:
            self._show()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _show(self, *, aloud: bool = False) -> None:
        run = self.run
        if run is None:
            return
        self.panel.show_page(CoachPage(run.lesson, run.done_steps, self._hint, run.mistakes, run.keys, run.result))
        if run.result is not None:
            self._hint_timer.stop()
        if aloud:
            announce(self._window, self.panel.accessibleDescription())

    def _leave(self) -> None:
        if self.run is not None:
            self._set_line(up=True)
        self.run = None
        self._hint = ""
        self._hint_timer.stop()

    def _clear_the_till(self) -> None:
        sale, selling = self._window.sale, self._window.services.selling
        sale.next_sale()
        remove = self._window.services.tendering.remove_tender
        given_back = tuple(remove(tender.tender_id) for tender in selling.view.tenders)
        selling.cancel("A lesson began")
        sale.put_away(given_back, "A lesson begins")
        sale.dismiss_banner()

    def _set_line(self, *, up: bool) -> None:
        parts = self._window.services.device_panel
        if parts is not None and parts.set_central_running is not None:
            parts.set_central_running(up)

    def _missed(self, words: str) -> None:
        if self.run is not None:
            self.run.misses += 1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count keys pressed by a person, other than letters and digits; see ux.md: those are no keys."""
        is_press = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if self.run is not None and is_press and watched is self._window.windowHandle() and not event.isAutoRepeat():
            self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> None:
        now_ms = self._window.services.clock.monotonic_ms()
        by_hand = now_ms - self._last_key_ms >= _SCANNER_GAP_MS
        self._last_key_ms = now_ms
        alone = event.key() in (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr)
        typed = event.text() != "" and event.text().isprintable()
        if self.run is not None and by_hand and not alone and not typed:
            self.run.keys += 1
