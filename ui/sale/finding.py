"""Searching as one types: never on the GUI thread, one search at a time, and answers that come late are dropped."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from pos_app.errors import WorldError
from pos_app.ports import Catalogue, ItemHit
from ui.background import Background

SEARCH_HITS = 8
_SHORTEST_TEXT = 2


class DoubleDelivery:
    """Notices a code that a scanner sends twice, or that two scanner drivers send at once."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._last = ""
        self._since = QElapsedTimer()

    def is_second(self, code: str) -> bool:
        """True when the same code came within the window before; the third one counts again."""
        second = code == self._last and self._since.isValid() and self._since.elapsed() < self._window_ms
        self._last = "" if second else code
        self._since.start()
        return second


class Finder(QObject):
    """Holds the text that is looked for and what was found for it."""

    found = Signal()
    failed = Signal(Exception)

    def __init__(self, catalogue: Catalogue, background: Background, price_now: Callable[[str, int], int]) -> None:
        """price_now gives the price in force of an item id whose catalogue price is known."""
        super().__init__()
        self._catalogue = catalogue
        self._price_now = price_now
        self._background = background
        self._wanted = ""
        self._answered = ""
        self._busy = False
        self._then: Callable[[list[ItemHit]], None] | None = None
        self.hits: list[ItemHit] = []

    def look_for(self, text: str) -> None:
        """Look for what is typed now; what was looked for before does not matter any more."""
        self._then = None
        self._want(text.strip())

    def answer_to(self, text: str) -> list[ItemHit] | None:
        """What was found for a text, or None when that is not known yet."""
        return self.hits if self._answered == text.strip() else None

    def ask(self, text: str, then: Callable[[list[ItemHit]], None]) -> None:
        """Call back once with what is found for a text, unless something else is looked for first."""
        self._want(text.strip())
        if self._answered == self._wanted:
            then(self.hits)
        else:
            self._then = then

    def _want(self, words: str) -> None:
        self._wanted = words
        if len(words) < _SHORTEST_TEXT:
            self._answer(words, [])
        elif words != self._answered and not self._busy:
            self._start()

    def _start(self) -> None:
        words, self._busy = self._wanted, True
        self._background.run(
            lambda: self._catalogue.search(words, SEARCH_HITS),
            lambda hits: self._finished(words, hits),
            self._broke,
        )

    def _finished(self, words: str, hits: list[ItemHit]) -> None:
        self._busy = False
        if words == self._wanted:
            self._answer(words, hits)
        elif self._wanted != self._answered:
            self._start()

    def _broke(self, error: Exception) -> None:
        self._busy = False
        self._then = None
        if not isinstance(error, WorldError):
            raise error
        self.failed.emit(error)

    def _answer(self, words: str, hits: list[ItemHit]) -> None:
        self._answered = words
        self.hits = [replace(hit, price_minor=self._price_now(hit.item_id, hit.price_minor)) for hit in hits]
        self.found.emit()
        then, self._then = self._then, None
        if then is not None:
            then(self.hits)
