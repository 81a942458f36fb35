"""Pages of product tiles, in the order the store's manager wants."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TilePage:
    """A page: its name and the codes of its products. An empty code leaves its place empty."""

    name: str
    codes: tuple[str, ...]
