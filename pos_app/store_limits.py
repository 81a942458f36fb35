"""How far people go alone in this store: the [limits] section of its file, in the place of the table's own limits.

Only acts that have a size are in it, and only for roles that may do them: a store cannot open what the table denies.
"""

from collections.abc import Mapping
from typing import Any

from pos_app.domain.money import Currency
from pos_app.domain.operator import Role
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, Limit, RightsTable
from pos_app.store_taxes import parse_rate_micro

_ACTIONS = {
    Action.DISCOUNT: (Role.ASSOCIATE, Role.SUPERVISOR),
    Action.PRICE_OVERRIDE: (Role.ASSOCIATE, Role.SUPERVISOR),
    Action.RETURN_WITHOUT_RECEIPT: (Role.SUPERVISOR,),
}


def read_limits(raw: Mapping[str, Any], money: Currency) -> RightsTable:
    """The table of rights with this store's limits. Raises ValueError or TypeError."""
    section = raw.get("limits", {})
    unknown = set(section) - {action.value for action in _ACTIONS}
    if unknown:
        raise ValueError(f"limits has no key {', '.join(sorted(unknown))}; there are {', '.join(sorted(_ACTIONS))}")
    table = {action: dict(roles) for action, roles in DEFAULT_RIGHTS.items()}
    for action, roles in _ACTIONS.items():
        entry = section.get(action.value, {})
        keys = {f"{role}_{what}" for role in roles for what in _sizes(action)}
        for key in entry:
            if key not in keys:
                raise ValueError(f"limits.{action.value} has no key {key!r}; there are {', '.join(sorted(keys))}")
        for role in roles:
            table[action][role] = _limit(entry, action, role, money)
        _check_order(action, table[action])
    return table


def _sizes(action: Action) -> tuple[str, ...]:
    return ("amount",) if action is Action.RETURN_WITHOUT_RECEIPT else ("amount", "percent")


def _limit(entry: Mapping[str, Any], action: Action, role: Role, money: Currency) -> Limit:
    before = DEFAULT_RIGHTS[action][role]
    amount = entry.get(f"{role}_amount")
    percent = entry.get(f"{role}_percent") if "percent" in _sizes(action) else None
    amount_minor = before.amount_minor if amount is None else money.parse_minor(amount)
    if amount_minor is not None and amount_minor < 0:
        raise ValueError(f"limits.{action.value}.{role}_amount is not below zero")
    return Limit(amount_minor, before.percent_micro if percent is None else parse_rate_micro(percent))


def _check_order(action: Action, row: Mapping[Role, Limit]) -> None:
    """Whoever approves may do at least what those may who ask."""
    associate, supervisor = row[Role.ASSOCIATE], row[Role.SUPERVISOR]
    pairs = ((associate.amount_minor, supervisor.amount_minor), (associate.percent_micro, supervisor.percent_micro))
    if any(less is not None and more is not None and less > more for less, more in pairs):
        raise ValueError(f"limits.{action.value} lets an associate do more than a supervisor")
