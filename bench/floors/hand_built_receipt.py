"""Floor of a receipt: its text put together by hand, and the same lines written plainly through python-escpos."""

from typing import Any

_WIDTH = 42


def hand_built(lines: list[tuple[str, str]], total: str) -> bytes:
    """Plain ESC/POS text of names and prices, a total and a cut; nothing is looked up, wrapped or checked."""
    parts = [b"\x1b@", b"\x1ba\x01", b"NORTHGATE ELECTRONICS\n", b"\x1ba\x00"]
    parts += [f"{name[: _WIDTH - 10]:<{_WIDTH - 10}}{price:>10}\n".encode("ascii", "replace") for name, price in lines]
    parts += [b"-" * _WIDTH + b"\n", f"{'TOTAL':<32}{total:>10}\n".encode("ascii"), b"\n\n\n\x1dV\x01"]
    return b"".join(parts)


class PlainEscpos:
    """The library's own way with one kept printer: one `text` call for each line."""

    def __init__(self) -> None:
        from escpos.printer import Dummy

        self._printer: Any = Dummy()

    def render(self, lines: list[tuple[str, str]], total: str) -> bytes:
        """The same receipt as hand_built."""
        printer = self._printer
        printer.clear()
        printer.hw("INIT")
        printer.set(align="center")
        printer.text("NORTHGATE ELECTRONICS\n")
        printer.set(align="left")
        for name, price in lines:
            printer.text(f"{name[: _WIDTH - 10]:<{_WIDTH - 10}}{price:>10}\n")
        printer.text("-" * _WIDTH + "\n")
        printer.text(f"{'TOTAL':<32}{total:>10}\n")
        printer.cut()
        output: bytes = printer.output
        return output
