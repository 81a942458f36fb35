"""The return policy of a scenario's store, and goods that come back without a receipt or for other goods."""

from typing import Annotated, Literal

from msgspec import Meta, field

from pos_app.scenario.parts import Day, Identifier, Part, Text

ReturnCondition = Literal["sealed", "opened", "damaged"]


class ReturnClause(Part):
    """What the store says to goods of some categories; the first clause that fits counts."""

    id: Identifier
    text: Text
    categories: tuple[str, ...] = ()
    days: Annotated[int, Meta(ge=0, le=3650)] | None = None
    outcome: Literal["refund", "exchange", "none"] = "refund"
    opened_only: bool = False
    restocking_fee: str = "0"


class ReturnExtension(Part):
    """What was bought in these days may come back until a later one."""

    text: Text
    bought_from: Day
    bought_until: Day
    returnable_until: Day


class WithoutReceiptRules(Part):
    """Goods without a receipt; without these rules none comes back."""

    text: Text = "store credit at the lowest price of late"
    lowest_price_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    limit_days: Annotated[int, Meta(ge=0, le=3650)] = 90
    most_returns: Annotated[int, Meta(ge=0, le=1000)] = 3
    most_amount: str = "0"


class Returns(Part):
    """What may come back, and what a part of a promotion is worth."""

    policy: tuple[ReturnClause, ...] = ()
    extensions: tuple[ReturnExtension, ...] = ()
    promotions: Literal["as_paid", "recomputed"] = "as_paid"
    without_receipt: WithoutReceiptRules | None = None


class ReturnLine(Part):
    """How much of a line comes back; without a quantity, all that has not come back yet."""

    line: Annotated[int, Meta(ge=1, le=1000)]
    quantity: str | None = None
    condition: ReturnCondition = "sealed"


class UnreceiptedItem(Part):
    """Goods in hand."""

    code: str
    quantity: str = "1"
    condition: ReturnCondition = "sealed"


class SeenId(Part):
    """The ID of whoever brought them."""

    kind: Literal["Driver's licence", "Identity card", "Passport"] = "Identity card"
    number: str = field(default="L01X00T47")
