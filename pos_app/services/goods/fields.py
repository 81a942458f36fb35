"""The fields of a product as a form asks for them; what is typed is read as a line of a file is."""

from dataclasses import dataclass

from pos_app.domain.item import ItemKind
from pos_app.domain.store import StoreProfile


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a field and what it is called."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class ProductField:
    """One field: what it is called, what it may look like, and its values where there are only a few.

    several: any number of the choices, separated by spaces.
    """

    name: str
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    several: bool = False


_KINDS = (
    Choice("", "Goods"),
    Choice(ItemKind.SERVICE.value, "Service"),
    Choice(ItemKind.GIFT_CARD.value, "Gift card"),
    Choice(ItemKind.DEPOSIT.value, "Deposit"),
)


def product_fields(profile: StoreProfile) -> tuple[ProductField, ...]:
    """All of them, in the order in which they are asked for."""
    taxes = {name: name for rate in profile.tax_rates for name in rate.categories}
    taxes |= {rate.tax_id: rate.name for rate in profile.tax_rates}
    departments = tuple(Choice(one.department_id, one.name) for one in profile.departments)
    return (
        ProductField("name", "Name", "as it stands on the receipt"),
        ProductField("price", "Price", f"such as {profile.currency.decimal_text(1999)}"),
        ProductField("tax_ids", "Taxes", "none", tuple(Choice(name, words) for name, words in taxes.items()), True),
        ProductField("category", "Category", "for promotions, returns"),
        ProductField("brand", "Brand"),
        ProductField("model", "Maker's model"),
        ProductField("department", "Department", choices=departments),
        ProductField("kind", "Kind", choices=_KINDS),
        ProductField("by_weight", "Sold by", choices=(Choice("", "Piece"), Choice("1", profile.weight_unit))),
        ProductField("content", "Content", "such as 750 g"),
        ProductField("minimum_age", "Age limit", "years, such as 18"),
        ProductField("serial_rule", "Serial number", "any, imei or a pattern"),
        ProductField("quantity_limit", "Most in one sale", "pieces"),
        ProductField("fees", "Fees and deposits", f"bottle:Deposit:{profile.currency.decimal_text(25)}"),
        ProductField("screen_size", "Screen size", "inches, such as 42.5"),
    )


def label_of(name: str) -> str:
    """What a field is called where a change is told."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


_LABELS = {
    "tax_ids": "Taxes",
    "by_weight": "Sold by weight",
    "model": "Maker's model",
    "minimum_age": "Age limit",
    "serial_rule": "Serial number",
    "quantity_limit": "Most in one sale",
    "fees": "Fees and deposits",
    "ended": "Not sold any more",
}
