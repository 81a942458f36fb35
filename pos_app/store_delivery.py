"""Changes of the store's settings as the central service delivers them, for the till's own book of settings."""

import msgspec

from pos_app.domain.settings_edits import Edit
from pos_app.ports.set_up import DeliveredChange, StoreVersion
from sync.store_settings import SettingsChange, StoreSettings


def changes_of(document: bytes) -> list[DeliveredChange]:
    """What the store's tills saved and withdrew, oldest first. Raises ValueError for a document that cannot be read.

    This till's own are among them: one that was restored from a copy gets back what it had saved since.
    """
    return [_change(one) for one in msgspec.json.decode(document, type=StoreSettings).changes]


def _change(one: SettingsChange) -> DeliveredChange:
    edits = tuple(Edit(tuple(edit.place), edit.old, edit.new, edit.at) for edit in one.edits)
    version = StoreVersion(
        number=0,
        at=one.at,
        by=one.by,
        why=one.why,
        effective_on=one.effective_on,
        words=tuple(one.words),
        edits=edits,
        text="",
        event_id=one.change_id,
        origin=one.terminal_id,
    )
    return DeliveredChange(version, one.what == "withdrawn")
