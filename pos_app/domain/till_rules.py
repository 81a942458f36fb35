"""How a store runs its tills: the float, how much may lie in a drawer, and how exact a count has to be."""

from dataclasses import dataclass

from pos_app.domain.cash_count import CoinRoll


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


DEFAULT_TILL_RULES = TillRules()
