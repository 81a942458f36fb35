"""The wire between terminals and the central service, continued: promotions, and promo codes that are used up.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from sync.contract import Identifier, Message

PATH_PROMOTIONS = "/v1/promotions"  # GET -> Editions; ?have=id:version,id:version leaves out the editions named
PATH_PROMO_CODE_HOLDS = "/v1/promo-codes/holds"  # POST PlacePromoCodeHold -> PromoCodeHoldAnswer

PromoCodeText = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]


class Edition(Message):
    """A store's promotions from a moment on, until a later edition. The rows are those of docs/scenarios.md.

    stores empty means all. Times in the rows without an offset are those of each store's own clock.
    """

    document_id: Identifier
    version: Annotated[int, Meta(ge=1, le=10**9)]
    effective_from: Annotated[str, Meta(max_length=40)]
    currency_code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    stores: list[Identifier] = field(default_factory=list)
    promotions: Annotated[list[dict[str, Any]], Meta(max_length=5000)] = field(default_factory=list)
    promo_codes: Annotated[list[dict[str, Any]], Meta(max_length=20_000)] = field(default_factory=list)


class Editions(Message):
    """The editions for a terminal's store that it did not say it has, oldest first."""

    editions: list[Edition]


class PlacePromoCodeHold(Message):
    """Set one use of a limited code aside for a sale that was begun with this edition.

    Of the promotions of a store's own file (promotions_id is then "store") the terminal says how often the code may
    be used; of an edition that was published the service knows.
    """

    hold_id: Identifier
    code: PromoCodeText
    transaction_id: Identifier
    promotions_id: Annotated[str, Meta(max_length=120)] = ""
    uses: Annotated[int, Meta(ge=0, le=10**9)] = 0


class PromoCodeHoldAnswer(Message):
    """The same hold id always answers with the same hold; uses_left are those that nobody has or holds."""

    hold_id: Identifier
    code: str
    state: Literal["held", "used", "released", "expired"]
    uses_left: int
    expires_at: str
