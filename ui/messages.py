"""What the checkout tells the associate: a passing toast, a banner that stays, a question that blocks."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.scan_code import ScanFault


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
    sellable: bool = False
    """The goods of the code may be sold by their department."""


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


SELLABLE_FAULTS = frozenset(
    (
        ScanFault.NOT_ON_FILE,
        ScanFault.CHECK_DIGIT,
        ScanFault.UNKNOWN_PREFIX,
        ScanFault.OUT_OF_RANGE,
        ScanFault.LABEL_CHECK_DIGIT,
        ScanFault.UNREADABLE,
    )
)
"""Faults behind which goods may stand, that a department can sell."""


def quantity_question(pieces: int, words: str, act: Callable[[], None]) -> Question:
    """Whether so many pieces are meant."""
    count = "One more piece" if pieces == 1 else f"{pieces:,} pieces"
    return Question(
        f"{count}?",
        f"{words} Nothing was changed yet.",
        (Choice("No, go back", lambda: None), Choice(f"Yes, {count[:1].lower()}{count[1:]}", act, "accent")),
        "circle-question-mark",
    )


def double_question(code: str, act: Callable[[], None]) -> Question:
    """Whether one code that came twice at once was two pieces."""
    return Question(
        "Two of them?",
        f"{code} was read twice at once, as a scanner that bounces does. One is in the sale.",
        (Choice("No, only one", lambda: None), Choice("Yes, two", act, "accent")),
        "circle-question-mark",
    )


@dataclass(frozen=True, slots=True)
class _Miss:
    code: str
    words: str
    sellable: bool


class MissLog:
    """Codes that put nothing into the basket, until dealt with or until three good scans went over the last one."""

    GOOD_SCANS_TO_FORGET = 3

    def __init__(self) -> None:
        self._misses: list[_Miss] = []
        self._good_since = 0

    def add(self, code: str, words: str, *, sellable: bool = False) -> None:
        """One more code; words say what is wrong and what to do."""
        self._misses.append(_Miss(code, words, sellable))
        self._good_since = 0

    def good_scan(self) -> None:
        """A scan found its item."""
        self._good_since += 1
        if self._good_since >= self.GOOD_SCANS_TO_FORGET:
            self._misses.clear()

    def dismiss(self) -> None:
        """The associate has dealt with them."""
        self._misses.clear()

    def banner(self) -> Banner | None:
        """What to show, or None."""
        if not self._misses:
            return None
        last, before = self._misses[-1], len(self._misses) - 1
        title = f"{before + 1} codes not in the basket" if before else "Not in the basket"
        return Banner(title, f"{shown_code(last.code)}: {last.words}", code=last.code, sellable=last.sellable)


def shown_code(code: str) -> str:
    """A code as it may be shown: printable, and not longer than a line."""
    printable = "".join(c if c.isprintable() else "·" for c in code)
    return printable if len(printable) <= 32 else printable[:31] + "…"
