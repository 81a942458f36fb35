"""Signs people on at the window: by PIN on the page, by badge from everywhere; locks it, also when nobody is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports import BADGE_PREFIX
from pos_app.services.approvals import ApprovalNeededError
from ui.announce import announce
from ui.messages import Banner
from ui.sale.sale_view_model import Stage
from ui.sign_on.focus import give_focus_back
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.domain.operator import Operator
    from pos_app.ports import Person
    from pos_app.services.approvals import Approval
    from pos_app.services.sign_on import SignOn
    from ui.background import Task
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sign_on.sign_on_page import SignOnPage, SignOnWords


class SignOnDesk:
    """The till's door. Whoever signs on finds the sale as it was."""

    def __init__(self, window: CheckoutWindow, sign_on: SignOn) -> None:
        self._window = window
        self._sign_on = sign_on
        self._task: Task | None = None
        self._page: SignOnPage | None = None
        self._focus_before: QWidget | None = None
        self._people: list[Person] = []
        self._lately: list[str] = []

    @property
    def page(self) -> SignOnPage:
        """Made when it is shown for the first time."""
        if self._page is None:
            from ui.sign_on.sign_on_page import SignOnPage

            window = self._window
            self._page = SignOnPage(window)
            self._page.setGeometry(0, 0, window.width(), window.height())
            self._page.entered.connect(self._by_pin)
        return self._page

    @property
    def locked(self) -> bool:
        """True while nobody may sell."""
        return self._sign_on.locked

    def raise_(self) -> None:
        """In front of everything that came meanwhile."""
        if self.locked:
            self.page.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if self._page is not None:
            self._page.setGeometry(0, 0, wide, high)

    def lock(self) -> None:
        """Cover the window; while a card is being charged it stays open, since its answer is money."""
        if self._sign_on.locked or self._window.sale.stage is Stage.CARD_PENDING:
            return
        try:
            self._sign_on.lock()
        except WorldError as error:
            self._window.sale.warn(Banner("Not locked", str(error)))
            return
        self.cover()

    def sign_off(self) -> None:
        """Nobody is signed on any more; a sale under way waits for whoever takes it over."""
        if self._window.sale.stage is not Stage.CARD_PENDING and self._attempt(self._sign_on.sign_off):
            self._window.top_bar.show_operator()
            self.cover()

    def cover(self) -> None:
        """Show the page."""
        operator = self._sign_on.operator
        everybody = self._people = self._everybody()
        own = next((one.number for one in everybody if one.operator.operator_id == operator.operator_id), "")
        words = self._words(everybody)
        self._focus_before = self._window.focusWidget()
        self.page.open(words, [one for one in everybody if one.has_pin], own)
        announce(self._window, f"{words.state}. {words.detail}", urgent=True)

    def look_again(self) -> None:
        """The central service may have delivered other operators meanwhile."""
        if not self.locked or self._page is None:
            return
        everybody = self._everybody()
        if everybody != self._people:
            self._people = everybody
            self.page.show_people(self._words(everybody), [one for one in everybody if one.has_pin])

    def take_scan(self, code: str) -> None:
        """On the page: a badge signs on, anything else makes itself heard, and is neither a PIN nor in the basket."""
        if self._task is not None:
            return
        if code.startswith(BADGE_PREFIX):
            self.badge(code)
        else:
            self._window.sounds.play(Sound.MISS)
            self.page.pad.refuse("The till is locked: the scan was not used.")

    def badge(self, code: str) -> None:
        """Somebody's badge: they work the till from now on."""
        self._find_out(lambda: self._sign_on.by_badge(code), "badge")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _by_pin(self, number: str, pin: str) -> None:
        self._find_out(lambda: self._sign_on.by_pin(number, pin), "pin")

    def _find_out(self, work: Callable[[], Operator], means: str) -> None:
        if self._task is None:
            if self.locked:
                self.page.pad.set_busy(True)
            self._task = self._window.background.run(work, lambda found: self._found(found, means), self._refused)

    def _found(self, operator: Operator, means: str) -> None:
        self._task = None
        self._begin(operator, means, None)

    def _begin(self, operator: Operator, means: str, approval: Approval | None) -> None:
        try:
            self._sign_on.begin(operator, means, approval)
        except ApprovalNeededError as needed:
            if self.locked:
                self.page.pad.clear()
            self._window.people.ask_approval(needed.request, lambda approval: self._begin(operator, means, approval))
        except (CashierError, WorldError) as error:
            self._refuse(str(error))
        else:
            self._signed_on(operator)

    def _everybody(self) -> list[Person]:
        """Whoever signed on here lately comes first: they are those who will."""
        lately = {operator_id: place for place, operator_id in enumerate(reversed(self._lately))}
        found = self._sign_on.people.everybody()
        return sorted(found, key=lambda person: lately.get(person.operator.operator_id, len(lately)))

    def _signed_on(self, operator: Operator) -> None:
        self._lately = [one for one in self._lately if one != operator.operator_id] + [operator.operator_id]
        if self._page is not None and self._page.isVisible():
            self._page.end()
            give_focus_back(self._focus_before, self._window)
        self._window.top_bar.show_operator()
        self._window.sale.say(f"Signed on: {operator.display_name}")
        announce(self._window, f"Signed on: {operator.display_name}", urgent=True)
        self._window.till.look()

    def _refused(self, error: Exception) -> None:
        self._task = None
        if not isinstance(error, CashierError | WorldError):
            self._refuse("That did not work. Try once more.")
            raise error
        self._refuse(str(error))

    def _refuse(self, words: str) -> None:
        self._window.sounds.play(Sound.MISS)
        if self.locked:
            self.page.pad.refuse(words)
            announce(self._window, words, urgent=True)
        else:
            with self._window.sale.one_change():
                self._window.sale.refuse(Banner("Not signed on", words))

    def _attempt(self, act: Callable[[], None]) -> bool:
        return self._window.sale.attempt(act)

    def _words(self, everybody: list[Person]) -> SignOnWords:
        from ui.sign_on.sign_on_page import SignOnWords

        services, view = self._window.services, self._window.services.selling.view
        profile, operator = services.profile, self._sign_on.operator
        detail = "Scan your badge, or type your number and PIN."
        if not any(one.has_pin or one.has_badge for one in everybody):
            detail = "Nobody can sign on here yet. On this machine: python3 -m pos_app operators add"
        if view.header is not None:
            pieces = sum(1 for line in view.basket.lines if not line.voided)
            total = services.formatter.money(view.priced.total_minor)
            detail = f"A sale is kept: {pieces} {'line' if pieces == 1 else 'lines'}, {total}. {detail}"
        return SignOnWords(
            place=profile.store_name,
            moment=f"Till {profile.workstation_id}  ·  {services.clock.now():%a %d %b, %H:%M}",
            state=f"Locked by {operator.display_name}" if operator.operator_id else "Sign on",
            detail=detail,
            hints=services.settings.demo_pins,
        )
