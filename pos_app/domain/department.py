"""Departments of a store: what an item that is not on file may be sold as."""

from dataclasses import dataclass

from pos_app.domain.item import Item

_ITEM_ID = "department:"


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the shop with its taxes, and the highest price something may be sold for without being on file."""

    department_id: str
    name: str
    tax_ids: tuple[str, ...] = ()
    maximum_price_minor: int = 10**8

    def item(self, price_minor: int) -> Item:
        """What stands in the basket for something of this department that is not on file."""
        return Item(
            item_id=f"{_ITEM_ID}{self.department_id}",
            name=self.name,
            price_minor=price_minor,
            tax_ids=self.tax_ids,
            category=self.department_id,
            department=self.department_id,
        )
