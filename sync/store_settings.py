"""The wire between terminals and the central service, continued: changes of a store's settings for its other tills.

See sync/contract.py for the rules that hold for every message. A change travels in the journal of the till where it was
saved (`store_settings_changed`); the other tills of that store ask for what is there, and each takes a change when it
opens the business day that the change begins with.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from sync.contract import Identifier, Message

PATH_STORE_SETTINGS = "/v1/store/settings"  # GET -> StoreSettings; ?have=DIGEST answers with nothing when it is so

Words = Annotated[str, Meta(max_length=400)]


class SettingsEdit(Message):
    """One edit (domain/settings_edits.py): old and new are plain data, and nothing where nothing was or is."""

    place: Annotated[list[str], Meta(min_length=1, max_length=6)]
    old: Any = None
    new: Any = None
    at: int = -1


class SettingsChange(Message):
    """A change that a manager saved at a till, or withdrew again."""

    change_id: Identifier
    terminal_id: Identifier
    what: Literal["saved", "withdrawn"]
    at: Annotated[str, Meta(max_length=40)]
    by: Words
    why: Words
    effective_on: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    words: list[Words] = field(default_factory=list)
    edits: list[SettingsEdit] = field(default_factory=list)


class StoreSettings(Message):
    """The changes of the terminal's store, oldest first.

    unchanged: they are those the terminal named, and nothing else is in the message.
    """

    digest: Annotated[str, Meta(max_length=64)]
    unchanged: bool = False
    changes: list[SettingsChange] = field(default_factory=list)
