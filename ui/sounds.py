"""The sounds of the till: a scan that found nothing, one that could not be read, a payment that went through.

Never the only sign of anything, and never waited for: a thread of its own plays them through whatever the system has.
What that needs is imported when the first sound is due, not when the till starts.
"""

import queue
import sys
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

_RATE = 22_050
_LOUDNESS = 0.35


class Sound(Enum):
    """Tones as (hertz, milliseconds); 0 hertz is a pause."""

    MISS = ((220, 130), (0, 50), (165, 190))
    UNREAD = ((440, 60), (0, 40), (440, 60), (0, 40), (440, 60))
    APPROVED = ((660, 90), (880, 140))


class Sounds:
    """Plays sounds one after the other, at most a few waiting."""

    def __init__(self, enabled: bool = True) -> None:
        self._waiting: queue.Queue[Sound] = queue.Queue(maxsize=3)
        self._enabled = enabled
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> None:
        """Play a sound soon; dropped when others are still waiting."""
        if not self._enabled:
            return
        if self._thread is None:
            player = _system_player()
            if player is None:
                QApplication.beep()
                return
            self._thread = threading.Thread(target=self._run, args=(player,), name="sounds", daemon=True)
            self._thread.start()
        if not self._waiting.full():
            self._waiting.put_nowait(sound)

    def _run(self, player: Callable[[Path], None]) -> None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="till-sounds-") as folder:
            files = {sound: _write(Path(folder) / f"{sound.name.lower()}.wav", sound.value) for sound in Sound}
            while True:
                player(files[self._waiting.get()])


def _system_player() -> Callable[[Path], None] | None:
    """The system's own way to play a file, or None where there is only the bell."""
    if sys.platform == "win32":
        import winsound

        return lambda path: winsound.PlaySound(str(path), winsound.SND_FILENAME)
    import shutil

    for command in (("afplay",), ("pw-play",), ("paplay",), ("aplay", "-q")):
        found = shutil.which(command[0])
        if found:
            return partial(_run_player, [found, *command[1:]])
    return None


def _run_player(command: Sequence[str], path: Path) -> None:
    import subprocess

    subprocess.run([*command, str(path)], check=False, timeout=5, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _write(path: Path, tones: Sequence[tuple[int, int]]) -> Path:
    import array
    import math
    import wave

    samples = array.array("h")
    for hertz, milliseconds in tones:
        count = _RATE * milliseconds // 1000
        fade = max(1, count // 12)
        for n in range(count):
            edge = min(1.0, n / fade, (count - n) / fade)
            samples.append(int(32_767 * _LOUDNESS * edge * math.sin(2 * math.pi * hertz * n / _RATE)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())
    return path
