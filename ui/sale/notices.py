"""What the checkout tells the associate and asks back: toasts, banners, questions, and refusals that are heard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QObject, Signal

from pos_app.errors import CashierError, WorldError
from pos_app.services.approvals import Approval, ApprovalNeededError, NotAllowedError
from ui.messages import Banner, Choice, MissLog, Question, Toast
from ui.services_bundle import Services
from ui.sounds import Sound, Sounds


class Notices(QObject):
    """The half of the checkout's view model that speaks. Lives in the GUI thread."""

    changed = Signal()
    announced = Signal(str, bool)
    """words for a screen reader, and whether they are urgent"""
    missed = Signal(str)
    """words of a refusal or of a code not found"""
    approval_wanted = Signal(object, object)
    """the request, and what to call with the approval"""

    def __init__(self, services: Services, sounds: Sounds) -> None:
        super().__init__()
        self.services = services
        self.sounds = sounds
        self.toast: Toast | None = None
        self.question: Question | None = None
        self._misses = MissLog()
        self._warning: Banner | None = None
        self._depth = 0

    @property
    def banner(self) -> Banner | None:
        """The banner to show: an unknown code goes before everything else."""
        return self._misses.banner() or self._warning

    def miss(self, code: str, words: str, *, sellable: bool) -> None:
        """A code put nothing into the basket; sellable: its goods may be sold by department."""
        self._misses.add(code, words, sellable=sellable and bool(self.services.profile.departments))
        self.heard(f"Not in the basket. {code}: {words}")

    def refuse(self, banner: Banner, sound: Sound = Sound.MISS) -> None:
        """Say no so that it is heard and seen."""
        self._warning = banner
        self.heard(f"{banner.title}. {banner.detail}", sound)

    def warn(self, banner: Banner) -> None:
        """Say something that stays, without a sound."""
        with self.one_change():
            self._warning = banner

    def withdraw(self, banner: Banner) -> None:
        """What this banner says is over."""
        if self._warning == banner:
            with self.one_change():
                self._warning = None

    def say(self, words: str) -> None:
        """Say something in passing."""
        with self.one_change():
            self.toast = Toast(words)

    def ask(self, question: Question) -> None:
        """Block until one of the choices is touched."""
        self.question = question
        self.announced.emit(f"{question.title} {question.detail}", True)

    def answer(self, choice: Choice) -> None:
        """The associate chose."""
        with self.one_change():
            self.question = None
            choice.act()

    def dismiss_banner(self) -> None:
        """The associate has dealt with what the banner says."""
        with self.one_change():
            self._misses.dismiss()
            self._warning = None

    def dismiss_toast(self) -> None:
        """Clear the toast."""
        if self.toast is not None:
            with self.one_change():
                self.toast = None

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do something that the services may refuse; a refusal is heard and seen. True when it was done."""
        with self.one_change():
            try:
                act()
            except (CashierError, WorldError) as error:
                self.refuse(Banner("Not done", str(error)))
                return False
            return True

    def with_approval(self, act: Callable[[Approval | None], None], approval: Approval | None = None) -> bool:
        """Do what may need a second person: when it does, they are asked, and it is done again with their approval.

        True when it was done now. A refusal is heard and seen.
        """
        with self.one_change():
            try:
                act(approval)
            except ApprovalNeededError as needed:
                if self.services.approving is None:
                    self.refuse(Banner("Not done", str(needed)))
                else:
                    self.approval_wanted.emit(needed.request, partial(self.with_approval, act))
                return False
            except (CashierError, WorldError) as error:
                if isinstance(error, NotAllowedError) and self.services.approving is not None:
                    self.attempt(partial(self.services.approving.deny, error.request))
                self.refuse(Banner("Not done", str(error)))
                return False
            return True

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """Whatever happens inside reaches the window as one change."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.changed.emit()
                self.change_shown()

    def change_shown(self) -> None:
        """The window has shown the change."""

    def heard(self, words: str, sound: Sound = Sound.MISS) -> None:
        """Say no by sound and to a screen reader; whoever calls this shows the words."""
        self.toast = None
        self.sounds.play(sound)
        self.missed.emit(words)
        self.announced.emit(words, True)

    def forget_notices(self) -> None:
        """The sale they were about is over."""
        self._misses.dismiss()
        self._warning = None
        self.toast = None
