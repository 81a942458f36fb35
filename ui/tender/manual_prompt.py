"""Asks the associate about a card terminal that is not connected: the driver waits on its thread, the window shows."""

import threading
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from pos_app.manual_card import ManualCardQuestion, SlipEntry


@dataclass(eq=False)
class Asked:
    """A question on screen, and the way back to whoever waits for the answer."""

    question: ManualCardQuestion
    entry: SlipEntry | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def answer(self, entry: SlipEntry | None) -> None:
        """Let the driver go on; only the first answer counts."""
        if not self.done.is_set():
            self.entry = entry
            self.done.set()


class ManualPrompt(QObject):
    """Implements pos_app.manual_card.ManualCardPrompt. asked and dismissed reach the window on its own thread."""

    asked = Signal(object)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._open: Asked | None = None

    def ask(self, question: ManualCardQuestion) -> SlipEntry | None:
        """The associate's entry; None when the question was closed without one. Blocks until then."""
        asked = Asked(question)
        with self._lock:
            self._open = asked
        self.asked.emit(asked)
        asked.done.wait()
        with self._lock:
            self._open = None
        return asked.entry

    def dismiss(self) -> None:
        """Close the open question, if any. Thread-safe."""
        with self._lock:
            asked = self._open
        if asked is not None:
            asked.answer(None)
            self.dismissed.emit()
