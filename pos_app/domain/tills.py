"""Tills and drawers: a till is the cash that somebody answers for, a drawer is where it lies at a workstation.

As ARTS has it, a workstation is the machine and a till the money: a till has its own float, its own sales, its own
count, and goes from one workstation to another without the machine.
"""

from dataclasses import dataclass
from enum import StrEnum

FIRST_DRAWER, SECOND_DRAWER = "A", "B"
DRAWERS = (FIRST_DRAWER, SECOND_DRAWER)


class TillSharing(StrEnum):
    """shared: whoever is signed on sells from the drawer's till. personal: everybody sells from their own."""

    SHARED = "shared"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Till:
    """Cash somebody answers for. till_id is empty for the first till of a workstation, which every store has.

    owner_id is whose it is; empty for a shared one. is_open: it has its float and was not closed yet.
    """

    till_id: str = ""
    drawer: str = FIRST_DRAWER
    owner_id: str = ""
    is_open: bool = False


FIRST_TILL = Till()


def shared_till(workstation_id: str, drawer: str) -> Till:
    """The till that stays in a drawer."""
    return FIRST_TILL if drawer == FIRST_DRAWER else Till(f"{workstation_id}-{drawer}", drawer)


def personal_till(operator_id: str, drawer: str) -> Till:
    """The till of one person, in the drawer it is put into."""
    return Till(f"P-{operator_id}", drawer, operator_id)


def store_wide_id(till: Till, workstation_id: str) -> str:
    """What the till is called at other workstations, which have a first till of their own."""
    return till.till_id or f"{workstation_id}-{FIRST_DRAWER}"


def till_name(till: Till, workstation_id: str, drawers: int) -> str:
    """What it is called on screens and papers of its workstation."""
    if till.till_id:
        return till.till_id.removeprefix("P-")
    return workstation_id if drawers == 1 else f"{workstation_id}-{FIRST_DRAWER}"
