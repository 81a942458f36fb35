"""A line display without the machine: obeys CD5220 and ESC/POS, and shows its two lines to whoever looks."""

import threading
from collections.abc import Callable

from hardware.line_display.commands import COLUMNS

_LINE_LENGTH = 3 + COLUMNS + 1


class SimulatedLineDisplay:
    """Bytes in, two lines out. Thread-safe. refusals are bytes that no such display understands."""

    def __init__(self, on_change: Callable[[], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._pending = b""
        self._cells = [" " * COLUMNS] * 2
        self._row, self._column = 0, 0
        self.on_change = on_change
        self.history: list[tuple[str, str]] = []
        self.refusals: list[bytes] = []
        self.brightness = 0

    @property
    def lines(self) -> tuple[str, str]:
        """What stands there now."""
        with self._lock:
            return self._cells[0], self._cells[1]

    def picture(self) -> str:
        """The display as a person sees it, in a frame."""
        upper, lower = self.lines
        edge = "-" * COLUMNS
        return f"+{edge}+\n|{upper}|\n|{lower}|\n+{edge}+"

    def feed(self, data: bytes) -> bytes:
        """Obey; a display never answers."""
        with self._lock:
            before = tuple(self._cells)
            self._pending += data
            while self._pending and (taken := self._take()):
                self._pending = self._pending[taken:]
            changed = tuple(self._cells) != before
            if changed:
                self.history.append((self._cells[0], self._cells[1]))
        if changed and self.on_change is not None:
            self.on_change()
        return b""

    def _take(self) -> int:
        """Obey one command; how many bytes it has, or 0 while it is not whole."""
        data = self._pending
        first = data[0]
        if first == 0x1B:
            return self._escape(data)
        if first == 0x1F:
            return self._unit_separator(data)
        if first == 0x0C:
            self._cells, self._row, self._column = [" " * COLUMNS] * 2, 0, 0
        elif first == 0x0B:
            self._row, self._column = 0, 0
        elif first < 0x20 or first == 0x7F:
            self.refusals.append(data[:1])
        else:
            self._put(bytes((first,)).decode("cp858"))
        return 1

    def _escape(self, data: bytes) -> int:
        if len(data) < 2:
            return 0
        if data[1:2] == b"@":
            self._cells, self._row, self._column = [" " * COLUMNS] * 2, 0, 0
            return 2
        if data[1:2] in (b"*", b"t"):
            if len(data) < 3:
                return 0
            self.brightness = data[2] if data[1:2] == b"*" else self.brightness
            return 3
        if data[1:2] == b"Q":
            return self._whole_line(data)
        self.refusals.append(data[:2])
        return 2

    def _whole_line(self, data: bytes) -> int:
        end = data.find(b"\r")
        if end < 0 and len(data) < _LINE_LENGTH:
            return 0
        if end != _LINE_LENGTH - 1 or data[2:3] not in (b"A", b"B"):
            self.refusals.append(data[: max(end, 2)])
            return max(end + 1, 2)
        self._cells = list(self._cells)
        self._cells[data[2] - ord("A")] = data[3:end].decode("cp858")
        return end + 1

    def _unit_separator(self, data: bytes) -> int:
        if len(data) < 2:
            return 0
        if data[1] == 0x01:
            return 2
        if data[1:2] == b"X":
            if len(data) < 3:
                return 0
            self.brightness = data[2]
            return 3
        if data[1:2] == b"$":
            if len(data) < 4:
                return 0
            self._column, self._row = data[2] - 1, data[3] - 1
            return 4
        self.refusals.append(data[:2])
        return 2

    def _put(self, character: str) -> None:
        line = self._cells[self._row]
        self._cells = list(self._cells)
        self._cells[self._row] = line[: self._column] + character + line[self._column + 1 :]
        self._column += 1
        if self._column == COLUMNS:
            self._column, self._row = 0, 1 - self._row
