"""Identifiers, made on the terminal and used for ever: UUIDv7 (RFC 9562) from a replaceable source."""

import os
import threading
import time


def _uuid7(unix_ms: int, random_a: int, random_b: int) -> str:
    value = (unix_ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (random_a & 0xFFF) << 64 | 0b10 << 62
    # Written out here: the modules uuid and secrets take several milliseconds of every start to import.
    digits = f"{value | random_b & (1 << 62) - 1:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _random_bits(count: int) -> int:
    """From the operating system, as module secrets gives them."""
    return int.from_bytes(os.urandom(8), "big") >> 64 - count


class SystemIds:
    """UUIDv7 that never goes back within a process, also when the wall clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def new_id(self) -> str:
        """The next identifier. Never a secret: only 74 bits are random."""
        with self._lock:
            now_ms = time.time_ns() // 1_000_000
            if now_ms > self._last_ms:
                self._last_ms, self._counter = now_ms, _random_bits(11)
            else:
                self._counter += 1
                if self._counter > 0xFFF:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            return _uuid7(self._last_ms, self._counter, _random_bits(62))


class SeededIds:
    """Identifiers that a seed repeats, for simulations and golden files."""

    def __init__(self, seed: int) -> None:
        import random  # simulations only

        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._count = 0

    def new_id(self) -> str:
        """The next identifier of this seed."""
        self._count += 1
        return _uuid7(self._count, self._random.getrandbits(12), self._random.getrandbits(62))
