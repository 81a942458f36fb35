"""The wire between terminals and the central service, continued: money that is put onto gift cards and store credit.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import Identifier, Message, ShortText


class StoredValueLoadedPayload(Message):
    """Money was put onto a number, which travels in the batch's contacts.

    transaction_id and line_number name the sale's line that it was bought on; empty and 0 for store credit.
    """

    contact_id: Identifier
    kind: Literal["activate", "top_up", "store_credit"]
    amount_minor: Annotated[int, Meta(ge=1, le=10**12)]
    currency_code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    transaction_id: Annotated[str, Meta(max_length=64)] = ""
    line_number: Annotated[int, Meta(ge=0, le=100_000)] = 0
    reason: ShortText = ""
