"""The simulated printer's memory for pictures, which a restart does not clear: NV graphics and NV bit images."""

from collections.abc import Callable

from hardware.receipt_printer.paper import PaperRaster
from pos_app.domain.receipt_document import Align

CAPACITY_BYTES = 262_144
_KEYS_IN_A_BLOCK = 40
_SCALES = (1, 2)


class PictureMemory:
    """Obeys the functions of GS ( L that keep, list, delete and print pictures by key, and FS q with FS p.

    reply gets the answers. A call returns what is printed, if anything, and raises ValueError for what no printer
    takes.
    """

    def __init__(self, reply: Callable[[bytes], None]) -> None:
        self.capacity_bytes = CAPACITY_BYTES
        self.writes = 0
        """How often it was written: it wears out."""
        self._reply = reply
        self._by_key: dict[bytes, tuple[int, bytes]] = {}
        self._images: list[tuple[int, bytes]] = []
        self._unsent: list[bytes] = []

    @property
    def awaits_response(self) -> bool:
        """True from the moment keys are listed until the list's last block is acknowledged."""
        return bool(self._unsent)

    def respond(self, response: int) -> None:
        """ACK sends the next block of keys, NAK the same one again, CAN none."""
        if response == 0x06:
            self._unsent.pop(0)
        elif response == 0x18:
            self._unsent.clear()
        if self._unsent:
            self._reply(self._unsent[0])

    def obey(self, data: bytes, align: Align) -> PaperRaster | None:
        """What stands in GS ( L behind its length."""
        if data[:1] != b"0" or len(data) < 2:
            raise ValueError(f"a graphics command {data[:2].hex(' ')}")
        function, rest = data[1], data[2:]
        if function in (0, 48) and not rest:
            self._reply(b"\x37\x30%d\x00" % self.capacity_bytes)
        elif function in (3, 51) and not rest:
            self._reply(b"\x37\x31%d\x00" % self._room())
        elif function == 64 and rest == b"KC":
            self._list_keys()
        elif function == 65 and rest == b"CLR":
            self._by_key.clear()
            self.writes += 1
        elif function == 66 and len(rest) == 2:
            self._by_key.pop(rest, None)
            self.writes += 1
        elif function == 67:
            self._keep(rest)
        elif function == 69 and len(rest) == 4 and rest[2] in _SCALES and rest[3] in _SCALES:
            return self._printed(self._by_key.get(rest[:2]), align)
        else:
            raise ValueError(f"a graphics function {function} with {len(rest)} bytes")
        return None

    def keep_images(self, images: list[tuple[int, int, bytes]]) -> None:
        """FS q: bytes in width and height, and columns of dots; all earlier ones are gone."""
        self._images = [_from_columns(*image) for image in images]
        self.writes += 1

    def image(self, number: int, align: Align) -> PaperRaster | None:
        """FS p; nothing is printed for a number that was never stored."""
        kept = self._images[number - 1] if 1 <= number <= len(self._images) else None
        return self._printed(kept, align)

    def _room(self) -> int:
        return self.capacity_bytes - sum(len(rows) for _, rows in self._by_key.values())

    def _list_keys(self) -> None:
        keys = sorted(self._by_key)
        blocks = [keys[start : start + _KEYS_IN_A_BLOCK] for start in range(0, len(keys), _KEYS_IN_A_BLOCK)] or [[]]
        self._unsent = [b"\x37\x72\x41" + b"".join(block) + b"\x00" for block in blocks[:-1]]
        self._unsent.append(b"\x37\x72\x40" + b"".join(blocks[-1]) + b"\x00")
        self._reply(self._unsent[0])

    def _keep(self, data: bytes) -> None:
        tone, key, colours, width, height, colour, rows = (
            *(data[:1], data[1:3], data[3:4], int.from_bytes(data[4:6], "little")),
            *(int.from_bytes(data[6:8], "little"), data[8:9], data[9:]),
        )
        row_bytes = (width + 7) // 8
        if (tone, colours, colour) != (b"0", b"\x01", b"1") or not width or len(rows) != row_bytes * height:
            raise ValueError(f"graphics of {width} by {height} dots with {len(rows)} bytes")
        if not all(0x20 <= byte <= 0x7E for byte in key):
            raise ValueError(f"a graphics key {key.hex(' ')}")
        if self._room() >= len(rows):
            self._by_key[key] = (row_bytes, rows)
            self.writes += 1

    @staticmethod
    def _printed(kept: tuple[int, bytes] | None, align: Align) -> PaperRaster | None:
        return PaperRaster(*kept, align) if kept is not None else None


def _from_columns(wide: int, high: int, data: bytes) -> tuple[int, bytes]:
    """Rows of dots from columns of dots, both eight to a byte."""
    from PIL import Image

    columns = Image.frombytes("1", (high * 8, wide * 8), data)
    return wide, columns.transpose(Image.Transpose.TRANSPOSE).tobytes()
