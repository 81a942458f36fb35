"""What the checkout tells the associate: a passing toast, a banner that stays, a question that blocks."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Toast:
    """Something went well; it may be undone."""

    words: str
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """Something needs the associate, but the sale goes on. code is what a scan read and nobody knows."""

    title: str
    detail: str
    tone: str = "bad"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of a blocking question."""

    name: str
    act: Callable[[], None]
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Question:
    """Money or data at risk: nothing else happens until one of the choices is touched. Enter chooses none of them."""

    title: str
    detail: str
    choices: tuple[Choice, ...]
    icon: str = "triangle-alert"


class MissLog:
    """Codes that were scanned and not found, until dealt with or until three good scans went over the last one."""

    GOOD_SCANS_TO_FORGET = 3

    def __init__(self) -> None:
        self._codes: list[str] = []
        self._good_since = 0

    def add(self, code: str) -> None:
        """One more code nobody knows."""
        self._codes.append(code)
        self._good_since = 0

    def good_scan(self) -> None:
        """A scan found its item."""
        self._good_since += 1
        if self._good_since >= self.GOOD_SCANS_TO_FORGET:
            self._codes.clear()

    def dismiss(self) -> None:
        """The associate has dealt with them."""
        self._codes.clear()

    def banner(self) -> Banner | None:
        """What to show, or None."""
        if not self._codes:
            return None
        more = f", and {len(self._codes) - 1} before it" if len(self._codes) > 1 else ""
        return Banner(
            "Not in the basket",
            f"No product has the code {shown_code(self._codes[-1])}{more}.",
            code=self._codes[-1],
        )


def shown_code(code: str) -> str:
    """A code as it may be shown: printable, and not longer than a line."""
    printable = "".join(c if c.isprintable() else "·" for c in code)
    return printable if len(printable) <= 32 else printable[:31] + "…"
