"""Key events of a keyboard scanner as Linux tells them (linux/input.h), made characters of. Pure.

A scanner types by the layout it is set to, mostly that of the USA, whatever the till's own keyboard has and whether
Caps Lock is on or not: that is why its key codes are read here and not the characters Qt makes of them.
"""

import struct

EVENT = struct.Struct("llHHi")
"""struct input_event: seconds, microseconds, type, code, value."""

_KEY = 1
_RELEASED, _PRESSED = 0, 1
_SHIFTS = frozenset((42, 54))
_CONTROLS = frozenset((29, 97))
_ENTER, _KEYPAD_ENTER, _TAB = 28, 96, 15
_PLAIN = {
    **dict(zip(range(2, 14), "1234567890-=", strict=True)),
    **dict(zip(range(16, 28), "qwertyuiop[]", strict=True)),
    **dict(zip(range(30, 42), "asdfghjkl;'`", strict=True)),
    **dict(zip(range(43, 54), "\\zxcvbnm,./", strict=True)),
    **dict(zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82), "7894561230", strict=True)),
    57: " ",
    55: "*",
    74: "-",
    78: "+",
    83: ".",
    98: "/",
}
_SHIFTED = dict(zip("1234567890-=[];'`\\,./", '!@#$%^&*()_+{}:"~|<>?', strict=True))


class KeyDecoder:
    """Makes the bytes a serial scanner would have sent; Ctrl+] is the group separator of GS1 codes."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """The characters of these events; Enter and Tab end a code."""
        self._rest += data
        whole = len(self._rest) - len(self._rest) % EVENT.size
        events, self._rest = self._rest[:whole], self._rest[whole:]
        return "".join(
            self._key(code, value) for _, _, kind, code, value in EVENT.iter_unpack(events) if kind == _KEY
        ).encode()

    def _key(self, code: int, value: int) -> str:
        if code in _SHIFTS or code in _CONTROLS:
            (self._held.discard if value == _RELEASED else self._held.add)(code)
            return ""
        if value != _PRESSED:
            return ""
        if code in (_ENTER, _KEYPAD_ENTER, _TAB):
            return "\r"
        character = _PLAIN.get(code, "")
        if self._held & _CONTROLS:
            return "\x1d" if character == "]" else ""
        if self._held & _SHIFTS:
            return _SHIFTED.get(character, character.upper())
        return character
