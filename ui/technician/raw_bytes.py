"""What scanners with a driver of their own send, byte for byte, with the pauses between its pieces."""

import time
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QObject, Signal

_ENDS = b"\r\n\t"


@dataclass(frozen=True, slots=True)
class RawBurst:
    """The bytes of one scan as they came in, and how long each piece of them came after the one before (ms)."""

    data: bytes
    pauses_ms: tuple[int, ...] = ()


class RawBytes(QObject):
    """Collects the bytes of each scanner until somebody asks for those of its scan."""

    _arrived = Signal(str, object, float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: dict[str, list[tuple[bytes, float]]] = {}
        self._newest = ""
        self._arrived.connect(self._keep)

    def heard(self, source: str, data: bytes) -> None:
        """A piece came in. Thread-safe; what it tells of a scan comes after it."""
        self._arrived.emit(source, data, time.monotonic())

    def forget(self) -> None:
        """Nothing of what came so far is asked for any more."""
        self._pieces.clear()

    def take(self, source: str = "") -> RawBurst:
        """The bytes of the oldest scan of a scanner, its end mark included; of the one heard last without a name."""
        pieces = self._pieces.pop(source or self._newest, [])
        data = b"".join(piece for piece, _ in pieces)
        length = _length_of_first(data)
        pauses = [round((later - at) * 1000) for (_, at), (_, later) in pairwise(pieces)]
        if data[length:]:
            self._pieces[source or self._newest] = [(data[length:], pieces[-1][1])]
        return RawBurst(data[:length], tuple(pauses))

    def _keep(self, source: str, data: bytes, at: float) -> None:
        self._newest = source
        self._pieces.setdefault(source, []).append((data, at))


def _length_of_first(data: bytes) -> int:
    """Up to and with the end mark; leading end marks belong to the scan before, of which nothing is left."""
    start = len(data) - len(data.lstrip(_ENDS))
    end = next((at for at in range(start, len(data)) if data[at] in _ENDS), len(data))
    while end < len(data) and data[end] in _ENDS:
        end += 1
    return end
