"""The wire between terminals and the central service, continued: a journal that was restored from a copy.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated

from msgspec import Meta

from sync.contract import Identifier, Message

PATH_STANDING = "/v1/terminals/standing"  # POST AskStanding -> Standing


class HeldJournal(Message):
    """An incarnation that the till has, and its last entry there."""

    incarnation: Identifier
    sequence: Annotated[int, Meta(ge=0)]


class AskStanding(Message):
    """What the till has; the service says what it has beyond."""

    held: Annotated[list[HeldJournal], Meta(max_length=1000)]


class Standing(Message):
    """What the service has of this terminal and the till has not. Numbers are 0, texts empty, where nothing lacks.

    transaction_sequence and z_number are the highest of what lacks.
    """

    lacking_entries: int = 0
    lacking_sales: int = 0
    lacking_sales_minor: int = 0
    first_receipt: str = ""
    last_receipt: str = ""
    last_at: str = ""
    transaction_sequence: int = 0
    z_number: int = 0
