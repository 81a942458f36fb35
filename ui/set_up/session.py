"""What all pages of the room share: the desk, the draft and how many changes are in it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pos_app.services.set_up.draft import Draft
from pos_app.services.set_up.set_up import SetUp


class SetUpSession(QObject):
    """The draft stays while the room is closed, until it is saved or dropped; the program's end drops it."""

    changed = Signal()

    def __init__(self, desk: SetUp, parent: QObject) -> None:
        super().__init__(parent)
        self.desk = desk
        self._draft: Draft | None = None

    @property
    def draft(self) -> Draft:
        """What is drafted. Only while loaded is true."""
        assert self._draft is not None
        return self._draft

    @property
    def loaded(self) -> bool:
        """True once the settings were read."""
        return self._draft is not None

    @property
    def count(self) -> int:
        """How many changes are drafted, in lines of words."""
        return len(self.desk.words_of(self.draft.edits)) if self._draft is not None else 0

    def take(self, draft: Draft) -> None:
        """Begin with this draft, unless there is one with changes in it."""
        if self._draft is None or not self._draft.edits:
            self.renew(draft)

    def renew(self, draft: Draft) -> None:
        """This draft in the place of the one before."""
        self._draft = draft
        self.changed.emit()

    def touched(self) -> None:
        """Something was changed in the draft."""
        self.changed.emit()
