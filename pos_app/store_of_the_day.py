"""The store's settings as a till lives by them: one set for each business day, changed between days only."""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.ports import Clock, Storage
from pos_app.store_profile import HISTORY_FOLDER, StoreFile

if TYPE_CHECKING:
    from pos_app.store_book import StoreFileBook

_logger = logging.getLogger(__name__)


@dataclass
class StoreSettings:
    """The book of settings of one till; it is opened when somebody needs it. fault: why a change that is due waits."""

    folder: Path
    clock: Clock
    training: bool
    fault: str = ""

    @cached_property
    def book(self) -> "StoreFileBook":
        """The settings with their versions."""
        from pos_app.store_book import StoreFileBook

        return StoreFileBook(self.folder, self.clock.now)

    def are_due(self) -> bool:
        """True when a change waits whose day has come: the till takes it as it starts. What cannot be read stops
        no day from being opened; it is the fault.
        """
        if self.fault or self.training or not (self.folder / HISTORY_FOLDER).is_dir():
            return False
        try:
            first = self.book.next_day
        except WorldError as error:
            _logger.error("the store's changes cannot be read: %s", error)
            self.fault = str(error)
            return False
        return bool(first) and first <= self.clock.now().date().isoformat()

    def take_delivered(self, document: bytes) -> None:
        """Changes that were saved at the store's tills. On the sync thread."""
        from pos_app.store_delivery import changes_of

        self.book.take_delivered(changes_of(document))


def settings_of_the_day(folder: Path, store: StoreFile, storage: Storage, clock: Clock) -> tuple[StoreFile, str]:
    """The store as it is from today on, and why a change that is due could not be taken.

    Without any change this is one look at the disk.
    """
    between_days = not storage.business_day() and not storage.till_is_closing()
    if store.profile.training or not between_days or not (folder / HISTORY_FOLDER).is_dir():
        return store, ""
    from pos_app.store_book import StoreFileBook

    try:
        return StoreFileBook(folder, clock.now).take_due(clock.now().date()) or store, ""
    except (CashierError, WorldError) as error:
        _logger.error("a change of the store's settings was not taken: %s", error)
        return store, str(error)
