"""The programme's terms as the pages need them."""

from datetime import datetime

from sync import contract
from sync.central.moments import parse


def in_force(versions: list[contract.Terms], now: datetime) -> contract.Terms:
    """The version in force, of all versions in the order in which they come into force."""
    return [one for one in versions if parse(one.effective_from) <= now][-1]
