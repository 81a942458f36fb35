"""How a store runs its tills: the float, how much may lie in a drawer, and how exact a count has to be."""

from dataclasses import dataclass

from pos_app.domain.cash_count import CoinRoll
from pos_app.domain.tills import TillSharing


@dataclass(frozen=True, slots=True)
class TillRules:
    """Amounts in minor units of the store's currency; a limit of 0 is none.

    float_minor is what a drawer begins a day with, and what is kept at its end. counts_opening: whoever opens the day
    counts the drawer first; without it the day opens by itself with the float when somebody signs on.
    """

    float_minor: int = 0
    counts_opening: bool = False
    cash_limit_minor: int = 0
    tolerance_minor: int = 100
    rolls: tuple[CoinRoll, ...] = ()
    sharing: TillSharing = TillSharing.SHARED
    drawers: int = 1
    """One or two at each workstation; each has a till of its own."""

    @property
    def one_till(self) -> bool:
        """True where a workstation has one till for everybody, and nobody is ever asked which."""
        return self.sharing is TillSharing.SHARED and self.drawers == 1


DEFAULT_TILL_RULES = TillRules()
