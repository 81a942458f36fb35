"""The card terminal at the close: asked for its batch, why that differs, and that its next batch begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.domain.card_batch import CardDifference
from pos_app.domain.till_closing import ClosingStep, TillClosing
from pos_app.services.card_batches import CARD
from ui.till import doing

if TYPE_CHECKING:
    from pos_app.ports import PaymentTerminal
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter

_TELLS_NOTHING = "This card terminal tells no totals. Print its slip and type the total in."


class CardTotals:
    """Terminals may take a moment, so they are asked behind the window."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter) -> None:
        self._window = window
        self._page = till.page
        self._closing = till.parts.closing

    @property
    def terminal(self) -> PaymentTerminal | None:
        """The one that stands here now."""
        return self._window.services.payment_terminal

    def ask(self, show: Callable[[TillClosing], None]) -> None:
        """The terminal's own total is its count; show is called with the closing that has it."""
        terminal, closing = self.terminal, self._closing
        if terminal is None:
            self._page.say(_TELLS_NOTHING, bad=True)
            return
        currency_code = self._window.services.profile.currency.code

        def work() -> bool:
            batch = terminal.batch_total(currency_code)
            if batch is not None:
                closing.take_batch(batch)
            return batch is not None

        def answered(told: bool) -> None:
            current = closing.current
            if not told:
                self._page.say(_TELLS_NOTHING, bad=True)
            elif current is not None and current.step is ClosingStep.COUNT_TENDERS:
                show(current)
                self._page.say("The card total is the terminal's own.")

        self._page.say("Asking the card terminal…")
        self._window.background.run(work, answered, self._refused)

    def differ(self, closing: TillClosing) -> bool:
        """True when the card's total differs and the terminal listed its payments."""
        card = next((one for one in closing.results if one.tender == CARD), None)
        return card is not None and bool(card.over_short_minor) and closing.card_payments is not None

    def explain(self, show: Callable[[list[CardDifference]], None]) -> None:
        """show is called with the payments that only one side knows."""

        def found(differences: list[CardDifference]) -> None:
            current = self._closing.current
            if current is not None and current.step is ClosingStep.REVEAL:
                show(differences)

        self._window.background.run(self._closing.card_differences, found, self._refused)

    def end_batch(self) -> None:
        """The last till is closed: what comes from here on belongs to the next batch."""
        terminal = self.terminal
        if terminal is not None:
            self._window.background.run(terminal.end_batch, lambda _: None, self._goes_on)

    def _goes_on(self, error: Exception) -> None:
        self._page.say(f"The card terminal's batch was not ended: {error}", bad=True)

    def _refused(self, error: Exception) -> None:
        doing.refuse(self._window, self._page, error)
