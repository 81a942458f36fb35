"""What a customer reads on two lines: what was just rung up and the total, what is due, the change. Pure."""

from collections.abc import Callable

from hardware.line_display.commands import COLUMNS
from pos_app.domain.receipt_texts import ReceiptTexts
from pos_app.ports.customer_display import CustomerLine, CustomerView, DisplayState

Lines = tuple[str, str]


def lines_of(
    view: CustomerView,
    before: CustomerView,
    texts: ReceiptTexts,
    idle: Lines,
    clean: Callable[[str], str] = lambda text: text,
) -> Lines:
    """The two lines of a view; before is what was shown last, so that the line that changed is the one shown."""

    def pair(left: str, right: str) -> str:
        return two_ends(clean(left), clean(right))

    if view.state is DisplayState.IDLE:
        return _centred(clean(idle[0])), _centred(clean(idle[1]))
    if view.state is DisplayState.SUMMARY:
        lower = pair(texts("change"), view.change) if view.change else _centred(clean(idle[1]))
        return pair(texts("display_total"), view.total), lower
    if view.state is DisplayState.PAYMENT:
        upper = texts("display_card") if view.at_card_terminal else pair(texts("display_total"), view.total)
        return clean(upper)[:COLUMNS], pair(texts("display_due"), view.due)
    line = changed_line(view.lines, before.lines)
    if line is None:
        return "", pair(texts("display_total"), view.total)
    count = f"{line.quantity} x " if line.quantity != "1" else ""
    return pair(count + line.name, line.amount), pair(texts("display_total"), view.total)


def changed_line(now: tuple[CustomerLine, ...], before: tuple[CustomerLine, ...]) -> CustomerLine | None:
    """The last line that is new or another than before; the last one where only something was taken away."""
    fresh = [line for index, line in enumerate(now) if index >= len(before) or line != before[index]]
    return fresh[-1] if fresh and len(now) >= len(before) else now[-1] if now else None


def two_ends(left: str, right: str) -> str:
    """Left and right on one line; the right one, an amount, is never cut."""
    right = right[-COLUMNS:]
    room = COLUMNS - len(right) - (1 if right else 0)
    return f"{left[: max(0, room)]:<{COLUMNS - len(right)}}{right}" if room > 0 else right.rjust(COLUMNS)


def _centred(text: str) -> str:
    return text.strip()[:COLUMNS].center(COLUMNS).rstrip()
