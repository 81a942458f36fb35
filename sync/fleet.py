"""The wire between terminals and the central service, continued: how a till is doing, and what it is asked to do.

See sync/contract.py for the rules that hold for every message. A till decides by its own policy what it does of what
it is asked; it says no to kinds of orders that it does not know.
"""

from typing import Annotated

from msgspec import Meta, field

from sync.contract import Identifier, Message, ShortText

PATH_REPORT = "/v1/terminals/report"  # POST TerminalReport -> TerminalOrders
PATH_ORDER_ANSWER = "/v1/terminals/orders/{order_id}/answer"  # POST OrderAnswer, unanswered; again changes nothing
SUPPORT_BUNDLE, SETTINGS = "support_bundle", "settings"
DONE, REFUSED, FAILED, LATER = "done", "refused", "failed", "later"

Count = Annotated[int, Meta(ge=0, le=2**53)]


class DeviceMessage(Message):
    """A device of the till, in the words of UnifiedPOS's kinds and the till's own states."""

    name: Annotated[str, Meta(max_length=60)]
    kind: Annotated[str, Meta(max_length=60)] = ""
    state: Annotated[str, Meta(max_length=20)] = ""
    reason: ShortText = ""


class TerminalReport(Message):
    """A till as it sees itself. Sizes in bytes; queued events wait to be sent, quarantined ones were set aside."""

    software_version: Annotated[str, Meta(max_length=60)]
    system: Annotated[str, Meta(max_length=120)] = ""
    queued: Count = 0
    quarantined: Count = 0
    disk_free_bytes: Count = 0
    data_bytes: Count = 0
    business_day: Annotated[str, Meta(max_length=10)] = ""
    started_at: Annotated[str, Meta(max_length=40)] = ""
    settings_version: Count = 0
    devices: Annotated[list[DeviceMessage], Meta(max_length=60)] = field(default_factory=list)


class TerminalOrder(Message):
    """Something that somebody at the back office asks of a till. values are settings, None takes a key out."""

    order_id: Identifier
    kind: Identifier
    asked_by: Annotated[str, Meta(max_length=60)]
    reason: ShortText = ""
    values: dict[Identifier, ShortText | int | None] = field(default_factory=dict)


class TerminalOrders(Message):
    """What is still to be done, oldest first."""

    orders: list[TerminalOrder] = field(default_factory=list)


class OrderAnswer(Message):
    """What became of an order: done, refused, failed, or later. bundle is a zip file in base64."""

    outcome: Identifier
    words: Annotated[str, Meta(max_length=1000)] = ""
    bundle: str = ""
