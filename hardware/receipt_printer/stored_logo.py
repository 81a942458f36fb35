"""The store's logo in the printer's own memory: a receipt then names it in eleven bytes instead of bringing its dots.

NV graphics (GS ( L): function 67 stores dots under a key of two characters, 69 prints them, 64 lists the keys and 51
tells the room that is left. The key is made of the dots, so that tills which share a printer but not a logo do not
print each other's. Printers older than that have NV bit images (FS q, FS p), of which nothing can be asked: a
technician says so in the settings, and stores the logo by a touch.

That memory wears out with writing: what a printer holds is remembered, and only another logo is written.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from hardware.receipt_printer.known_printer import KnownPrinter
from hardware.receipt_printer.raster import padded, without_real_time_commands
from hardware.receipt_printer.session import PrinterSession
from pos_app.ports import CompletionMark

REQUEST_KEYS = b"\x1d(L\x04\x000\x40KC"
REQUEST_ROOM = b"\x1d(L\x02\x0003"
ACKNOWLEDGE = b"\x06"
PRINT_BIT_IMAGE = b"\x1cp\x01\x00"
UNFINISHED = "unfinished"
"""Stands in the place of a logo's digest from before its first byte is sent until the printer has it."""

_KEYS, _ROOM = b"\x37\x72", b"\x37\x31"
_MORE_FOLLOW = b"\x41"
_KEY_CHARACTERS = range(0x21, 0x7F)
_WRITING_S = 20.0


class LogoWay(StrEnum):
    """How a printer is given the logo to keep.

    auto: as NV graphics where the printer shows that it has them. fs_q: as an NV bit image. off: with each receipt.
    """

    AUTO = "auto"
    FS_Q = "fs_q"
    OFF = "off"


@dataclass(frozen=True)
class StorableLogo:
    """A 1-bit picture (black = 0) as the commands that store and print it."""

    picture: Any

    @cached_property
    def digest(self) -> str:
        """Tells one logo from another."""
        return hashlib.sha256(f"{self._size}".encode() + self._rows).hexdigest()

    @property
    def key(self) -> bytes:
        """The two characters it is stored under."""
        return key_of(self.digest)

    @property
    def store_graphics(self) -> bytes:
        """GS ( L function 67: one colour, row by row."""
        width, height = self._size
        head = b"0C0" + self.key + b"\x01" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"1"
        return b"\x1d(L" + (len(head) + len(self._rows)).to_bytes(2, "little") + head + self._rows

    @property
    def print_graphics(self) -> bytes:
        """GS ( L function 69, as large as it is."""
        return b"\x1d(L\x06\x000E" + self.key + b"\x01\x01"

    @property
    def store_bit_image(self) -> bytes:
        """FS q: the one image, column by column. The printer forgets all others, and starts afresh behind it."""
        from PIL import Image

        width, height = (-(-size // 8) * 8 for size in self._size)
        square = Image.new("1", (width, height), 1)
        square.paste(self.picture, (0, 0))
        columns = bytes(byte ^ 0xFF for byte in square.transpose(Image.Transpose.TRANSPOSE).tobytes())
        size = (width // 8).to_bytes(2, "little") + (height // 8).to_bytes(2, "little")
        return b"\x1cq\x01" + size + without_real_time_commands(columns)

    @property
    def _size(self) -> tuple[int, int]:
        return int(self.picture.width), int(self.picture.height)

    @cached_property
    def _rows(self) -> bytes:
        return without_real_time_commands(bytes(byte ^ 0xFF for byte in padded(self.picture).tobytes()))


class LogoKeeper:
    """Whether one printer holds the logo, and what puts it there. Used on the printer's thread."""

    def __init__(self, picture: Callable[[], Any], way: LogoWay, known: KnownPrinter) -> None:
        """picture draws the logo as 1-bit dots, or None where there is none; asked for when it is needed."""
        self._picture = picture
        self._way = way
        self._known = known
        self._gave_up = False

    @cached_property
    def _logo(self) -> StorableLogo | None:
        picture = self._picture() if self._way is not LogoWay.OFF else None
        return StorableLogo(picture) if picture is not None else None

    @property
    def print_command(self) -> bytes:
        """Prints it from the printer's memory; empty where the printer is not known to hold it."""
        held = self._known.capability.stored_logo
        if not held or self._logo is None or held != self._logo.digest:
            return b""
        return PRINT_BIT_IMAGE if self._way is LogoWay.FS_Q else self._logo.print_graphics

    @property
    def was_cut_short(self) -> bool:
        """True when a logo was under way as the line or the till stopped: the printer may wait for the rest of it."""
        return self._known.capability.stored_logo == UNFINISHED

    @property
    def is_wanted(self) -> bool:
        """True when the printer can keep the logo, and does not yet. It is tried once in each run."""
        is_able = self._way is LogoWay.AUTO and self._known.capability.keeps_graphics and not self._gave_up
        return bool(is_able and self._logo is not None and not self.print_command)

    def forget_what_was_cut_short(self) -> None:
        """The rest of it will not come."""
        if self.was_cut_short:
            self._known.keep_logo("")

    def look(self, session: PrinterSession) -> None:
        """On a first contact: is what was stored still there? Raises TransportError.

        Only a printer that knows GS ( H is asked: others might print the question.
        """
        known = self._known.capability
        is_asked = self._way is LogoWay.AUTO and known.completion is CompletionMark.PROCESS_ID
        if not is_asked or known.keeps_graphics is False:
            return
        keys = stored_keys(session)
        self._known.keep_graphics(keys is not None)
        if known.stored_logo and (keys is None or key_of(known.stored_logo) not in keys):
            self._known.keep_logo("")

    def store(self, session: PrinterSession) -> tuple[bool, str]:
        """Write it into the printer's memory; whether it is there now, in words as well. Raises TransportError."""
        if self._logo is None:
            return False, _NO_LOGO
        if self._way is LogoWay.FS_Q:
            self._write(session, self._logo.store_bit_image)
            session.wait_until_it_answers(_WRITING_S)
            self._known.keep_logo(self._logo.digest)
            return True, "The logo was sent to be kept (FS q); whether the printer keeps it shows on paper."
        self._gave_up = True
        if not self._known.capability.keeps_graphics:
            return False, _NO_GRAPHICS
        command = self._logo.store_graphics
        room = room_left(session)
        if room is not None and room < len(command):
            return False, f"The printer's memory for pictures is full: {room:,} of {len(command):,} bytes are left."
        self._write(session, command)
        keys = stored_keys(session, _WRITING_S)
        is_kept = keys is not None and self._logo.key in keys
        self._known.keep_logo(self._logo.digest if is_kept else "")
        if not is_kept:
            return False, "The printer took the logo and does not list it: receipts bring the logo with them."
        return True, f"The printer keeps the logo ({len(command):,} bytes): receipts print it from there."

    def _write(self, session: PrinterSession, command: bytes) -> None:
        self._known.keep_logo(UNFINISHED)
        session.send(command)
        session.complete()


def key_of(digest: str) -> bytes:
    """The two characters that a logo of this digest is stored under."""
    return bytes(_KEY_CHARACTERS[byte % len(_KEY_CHARACTERS)] for byte in bytes.fromhex(digest[:4]))


_NO_LOGO = "There is no logo to keep: receipt.logo of the store's file names none, or it cannot be read."
_NO_GRAPHICS = "This printer keeps no pictures that it can be asked about: receipts bring the logo with them."


def stored_keys(session: PrinterSession, wait_s: float | None = None) -> frozenset[bytes] | None:
    """The keys of all pictures in the printer's memory; None when it does not say. Raises TransportError.

    Each block of the list is acknowledged, as the printer waits for that.
    """
    listed = b""
    block = session.answer(REQUEST_KEYS, _KEYS, wait_s)
    while block is not None:
        session.send(ACKNOWLEDGE)
        listed += block[1:]
        if block[:1] != _MORE_FOLLOW:
            return frozenset(listed[start : start + 2] for start in range(0, len(listed), 2))
        block = session.answer(b"", _KEYS)
    return None


def room_left(session: PrinterSession) -> int | None:
    """Bytes free in the printer's memory for pictures; None when it does not say. Raises TransportError."""
    block = session.answer(REQUEST_ROOM, _ROOM)
    return int(block) if block is not None and block.isdigit() else None
