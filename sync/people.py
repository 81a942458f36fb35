"""The wire between terminals and the central service, continued: the operators of a store.

See sync/contract.py for the rules that hold for every message. Only a terminal that was let in gets them, signed for
and over TLS; of a PIN it gets the proof of pos_app/pin_proof.py, which it keeps under a pepper of its own.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from sync.contract import Identifier, Message

PATH_OPERATORS = "/v1/operators"  # GET -> Operators; ?have=DIGEST answers with nothing when that is still so

PATH_OWN_PIN = "/v1/operators/own-pin"  # POST ChangeOwnPin -> PinChanged

Hex = Annotated[str, Meta(pattern=r"^([0-9a-f]{2})*$", max_length=128)]


class OperatorMessage(Message):
    """Somebody who may sign on. Without a proof there is no PIN, without a digest no badge."""

    operator_id: Identifier
    number: Annotated[str, Meta(pattern=r"^[0-9]{1,8}$")]
    display_name: Annotated[str, Meta(min_length=1, max_length=40)]
    role: Literal["associate", "supervisor", "manager", "technician", "auditor"]
    pin_salt: Hex = ""
    pin_cost: Annotated[str, Meta(max_length=60)] = ""
    pin_proof: Hex = ""
    badge_digest: Hex = ""


class ChangeOwnPin(Message):
    """An operator chose another PIN at the terminal; old_proof shows that they know the one they have."""

    operator_id: Identifier
    old_proof: Hex
    pin_salt: Hex
    pin_cost: Annotated[str, Meta(max_length=60)]
    pin_proof: Hex


class PinChanged(Message):
    """It is kept, and on its way to every till."""

    operator_id: Identifier


class Operators(Message):
    """All operators of the terminal's store, and what approvals by telephone are checked with.

    unchanged: they are those the terminal named, and nothing else is in the message.
    """

    digest: Annotated[str, Meta(max_length=64)]
    unchanged: bool = False
    operators: list[OperatorMessage] = field(default_factory=list)
    approval_secret: Hex = ""
