"""Tenders of the store's own in a scenario file, and the step that sells a gift card."""

from typing import Annotated, Literal

from msgspec import Meta

from pos_app.scenario.parts import Part


class StoreTender(Part):
    """A tender of the store's own."""

    id: Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$")]
    type: Literal["voucher", "check", "financing", "bank_transfer", "customer_account"]
    name: Annotated[str, Meta(min_length=1, max_length=30)] = "Other tender"
    reference: Annotated[str, Meta(max_length=40)] = ""
    over_tender: Literal["refused", "change", "kept"] = "refused"
    maximum: str | None = None


class ForeignCash(Part):
    """Cash of another currency: units of the store's own for one of it."""

    currency: str
    rate: str
    step: str | None = None
