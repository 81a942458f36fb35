"""Every lesson of the training till, played to its end in the real window with the keys that it asks for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.typing_hands import type_by_hand
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pos_app.storage.training import SqliteTrainingRecords
from pos_app.training_lessons import lessons
from pos_app.training_till import FOLDER_NAME, STORE_ID, open_training_till
from ui.application import build_application, open_checkout
from ui.background import after_paint
from ui.receipts.receipts_panel import ReceiptsPanel
from ui.training.coach import Coach
from ui.training.coach_panel import CoachPanel
from ui.training.training_bar import BAR_HEIGHT

MICROPHONE, HEADPHONES, EARPHONES = "9520000001018", "9520000001025", "9520000001032"
LESSONS = {lesson.lesson_id: number for number, lesson in enumerate(lessons())}
Key = Qt.Key


class TrainingRoom:
    """The training till with its window and coach, and hands for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.register, self.counter = open_training_till(folder, "associate-7", "Associate", after_paint)
        self.window = open_checkout(self.counter.services)
        self.counter.start()
        self.records = SqliteTrainingRecords(self.register.data.database)
        self.coach = Coach(self.window, lessons(), self.records, hint_after_ms=600_000)
        self.coach.show()

    def use(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window.activateWindow()
        self.until(lambda: QApplication.focusWindow() is not None)
        self.until(lambda: self.counter.sync_status().online)

    def until(self, happened: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(happened, timeout=20_000)

    @property
    def panel(self) -> CoachPanel:
        return self.coach.panel

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(self.window.windowHandle(), key, modifiers, delay=40)

    def type(self, text: str) -> None:
        type_by_hand(text, self.window.wedge)

    def scan(self, *codes: str) -> None:
        scanner = self.counter.peripherals.simulated_scanner
        assert scanner is not None
        for code in codes:
            lines = len(self.window.sale.view.basket.lines)
            scanner.inject(code)
            self.until(lambda lines=lines: len(self.window.sale.view.basket.lines) > lines)

    def cash(self) -> None:
        """The exact amount."""
        self.press(Key.Key_F11, Key.Key_Return)

    def member(self) -> None:
        self.press(Key.Key_F3)
        self.type("demo@example.com")
        self.press(Key.Key_Return)
        self.until(lambda: self.window.sale.view.account is not None)

    def step(self, number: int) -> None:
        """Wait until so many steps are done."""
        self.until(lambda: self.coach.run is not None and self.coach.run.done_steps >= number)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingRoom]:
    build_application()
    made = TrainingRoom(tmp_path_factory.mktemp("till"))
    yield made
    made.coach.stop()
    made.window.close()
    made.window.deleteLater()  # its ears for scans hear all windows of the program
    QApplication.sendPostedEvents(made.window, QEvent.Type.DeferredDelete)
    made.counter.stop()


@pytest.fixture
def room(opened: TrainingRoom, qtbot: QtBot) -> TrainingRoom:
    opened.use(qtbot)
    return opened


def first_sale(room: TrainingRoom) -> None:
    for pieces in (1, 2, 3):
        QTest.mouseClick(room.panel.scan, Qt.MouseButton.LeftButton)
        room.until(lambda pieces=pieces: len(room.window.sale.view.basket.lines) == pieces)
    room.step(1)
    room.cash()


def member_by_email(room: TrainingRoom) -> None:
    room.scan(MICROPHONE)
    room.step(1)
    room.member()
    room.step(2)
    room.cash()


def points_and_card(room: TrainingRoom) -> None:
    room.scan(HEADPHONES)
    room.member()
    room.step(1)
    QTest.mouseClick(room.window.side.member.points, Qt.MouseButton.LeftButton)
    room.type("500")
    room.press(Key.Key_Return)
    room.step(2)
    room.press(Key.Key_F12)


def split(room: TrainingRoom) -> None:
    room.scan(MICROPHONE)
    room.step(1)
    room.press(Key.Key_F11)
    room.type("2000")
    room.press(Key.Key_Return)
    room.step(2)
    room.press(Key.Key_F12)


def quantity_and_discount(room: TrainingRoom) -> None:
    room.scan(MICROPHONE)
    room.press(Key.Key_F5)
    room.type("3")
    room.press(Key.Key_Return)
    room.step(1)
    room.press(Key.Key_F4)
    room.type("20")
    room.press(Key.Key_Return, Key.Key_Return)
    room.until(lambda: room.window.people.approvals.asking)
    room.type("301")
    room.press(Key.Key_Return)
    room.type("333333")
    room.step(2)
    room.cash()


def return_by_receipt(room: TrainingRoom) -> None:
    room.scan(MICROPHONE)
    number = room.window.sale.view.receipt_number
    room.cash()
    room.step(1)
    room.press(Key.Key_F7)
    room.type(number)
    room.press(Key.Key_Return)
    room.until(lambda: room.window.functions.returns.model is not None)
    room.press(Key.Key_Space, Key.Key_Return)
    room.until(lambda: room.window.side.list_panel.isVisible())
    room.press(Key.Key_Return)


def undo_and_remove(room: TrainingRoom) -> None:
    room.scan(MICROPHONE, HEADPHONES, EARPHONES)
    room.step(1)
    room.press(Key.Key_Z, modifiers=Qt.KeyboardModifier.ControlModifier)
    room.step(2)
    room.press(Key.Key_Up, Key.Key_Delete)
    room.step(3)
    room.cash()


def unknown_code(room: TrainingRoom) -> None:
    room.type("4999999999995")
    room.press(Key.Key_Return)
    room.step(1)
    room.type("micro")
    room.until(lambda: bool(room.window.hits.hits))
    room.press(Key.Key_Return)
    room.step(2)
    room.cash()


def park_and_recall(room: TrainingRoom) -> None:
    room.scan(MICROPHONE, HEADPHONES)
    room.step(1)
    room.press(Key.Key_F6)
    room.step(2)
    room.scan(EARPHONES)
    room.cash()
    room.step(3)
    room.press(Key.Key_F6, Key.Key_Return)
    room.step(4)
    room.cash()


def offline_and_copy(room: TrainingRoom) -> None:
    room.until(lambda: not room.counter.sync_status().online)
    room.scan(MICROPHONE)
    room.cash()
    room.step(1)
    room.press(Key.Key_F8)
    panel = room.window.side.findChild(ReceiptsPanel)
    assert panel is not None
    room.until(panel.print_button.isEnabled)
    room.press(Key.Key_Return)


PLAYED = {
    "first-sale": first_sale,
    "member-by-email": member_by_email,
    "points-and-card": points_and_card,
    "split": split,
    "quantity-and-discount": quantity_and_discount,
    "undo-and-remove": undo_and_remove,
    "unknown-code": unknown_code,
    "park-and-recall": park_and_recall,
    "return-by-receipt": return_by_receipt,
    "offline-and-copy": offline_and_copy,
}


@pytest.mark.parametrize("lesson_id", sorted(LESSONS, key=lambda name: LESSONS[name]))
def test_the_lesson_can_be_done_as_it_says(lesson_id: str, room: TrainingRoom) -> None:
    room.coach.begin(LESSONS[lesson_id])
    run = room.coach.run
    assert run is not None
    PLAYED[lesson_id](room)
    room.until(lambda: run.result is not None)
    assert run.result is not None
    assert (run.result.mistakes, run.result.hints) == (0, 0)
    assert run.result.keys <= run.lesson.par_keys
    assert room.records.results("associate-7")[-1] == run.result
    room.until(lambda: room.panel.page is not None and room.panel.page.result == run.result)
    room.coach.show_lessons()
    assert room.panel.rows[LESSONS[lesson_id]].accessibleDescription() == f"best score {run.result.score}"


def test_what_came_of_it_counts_and_not_what_was_pressed(room: TrainingRoom) -> None:
    room.coach.begin(LESSONS["first-sale"])
    run = room.coach.run
    assert run is not None
    room.press(Key.Key_F11, Key.Key_Return, Key.Key_F6, Key.Key_Escape)
    room.scan(MICROPHONE)
    room.cash()
    room.coach.look()
    assert run.done_steps == 0
    room.window.on_scan("nothing-has-this-code")
    assert run.mistakes == 1
    room.coach.give_hint()
    room.coach.give_hint()
    assert run.hints == 1
    assert room.panel.page is not None
    assert room.panel.page.hint == run.lesson.steps[0].hint
    room.coach.show_lessons()


def test_everything_it_wrote_is_in_its_own_folder_and_marked(room: TrainingRoom) -> None:
    assert [path.name for path in room.folder.iterdir()] == [FOLDER_NAME]
    assert room.register.data.identity.terminal_id().startswith(f"{STORE_ID}-")
    sales = [payload for _, kind, payload in room.records.entries_after(0) if kind == "sale"]
    assert sales
    assert all(sale["header"]["training"] for sale in sales)
    printer = room.counter.peripherals.simulated_printer
    assert printer is not None
    room.until(lambda: printer.receipts_cut >= 1)
    assert all("TRAINING, NOT A RECEIPT" in receipt.text() for receipt in printer.receipts())


def test_the_bar_is_in_sight_in_every_state(room: TrainingRoom) -> None:
    window = room.window
    bar = window.training_bar
    assert bar is not None
    window.functions.more()
    window.functions.explain()
    window.sale.ask_to_cancel()
    room.coach.look()
    assert (bar.isVisible(), bar.height(), bar.width()) == (True, BAR_HEIGHT, window.width())
    assert window.childAt(2, 2) is not bar  # it takes no touch
    assert "TRAINING" in window.windowTitle()
    window.side.close_panel()
