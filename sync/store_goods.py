"""The wire between terminals and the central service, continued: changes of goods for a store's other tills.

See sync/contract.py for the rules that hold for every message. A change of a product, price or promotion travels in the
journal of the till where it was made; the other tills of that store ask for what is there. Which of two changes counts
follows from their times and ids, so every till comes to the same result. Imports of files do not travel.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from sync.contract import Identifier, Message

PATH_STORE_GOODS = "/v1/store/goods"  # GET -> StoreGoods; ?have=DIGEST answers with nothing when it is so


class GoodsMessage(Message):
    """A change that a manager made at a till: the entry of its journal, the payload as JSON."""

    event_id: Identifier
    terminal_id: Identifier
    kind: Literal["goods_changed", "prices_changed", "promotions_changed"]
    occurred_at: Annotated[str, Meta(max_length=40)]
    document: Annotated[str, Meta(max_length=65_536)]


class StoreGoods(Message):
    """The changes of the terminal's store, oldest first.

    unchanged: they are those the terminal named, and nothing else is in the message.
    """

    digest: Annotated[str, Meta(max_length=64)]
    unchanged: bool = False
    changes: list[GoodsMessage] = field(default_factory=list)
