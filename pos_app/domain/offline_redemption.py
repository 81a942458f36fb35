"""Spending points without the central service: inside a signed allowance, under four limits.

The central service signs what a member may spend at one store; the terminal adds up what was spent there
since. Whatever happens, what all terminals together can overspend is bounded by the policy: no terminal spends
more than its budget, and no member more than the allowance at each terminal that knew them and was cut off.
Rules: rewards programme, Offline.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

OFFLINE_REFERENCE = "offline-"
"""Begins the reference of a points tender that was taken without the central service."""


@dataclass(frozen=True, slots=True)
class OfflinePolicy:
    """The four limits: amount per redemption, sum per terminal, count per member, age of the allowance.

    The terminal's budget is its share of the store's, so that all tills of a store stay within the store's sum.
    """

    allowed: bool = False
    redemption_limit_points: int = 2000
    terminal_budget_points: int = 10_000
    member_count_limit: int = 1
    age_limit_s: int = 86_400


@dataclass(frozen=True, slots=True)
class OfflineAllowance:
    """What the central service lets one member spend at one store without asking. Signed as a whole."""

    member_id: str
    store_id: str
    balance_points: int
    allowance_points: int
    version: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OfflineSpending:
    """What this terminal let be spent offline: by this member since the allowance, and by all not yet settled."""

    member_points: int = 0
    member_count: int = 0
    terminal_points: int = 0


@dataclass(frozen=True, slots=True)
class OfflineDecision:
    """How many points may be used now, with the reason in words for the associate when that is none."""

    limit_points: int
    reason: str = ""


def decide(
    allowance: OfflineAllowance | None,
    spending: OfflineSpending,
    policy: OfflinePolicy,
    *,
    store_id: str,
    now: datetime,
    step_points: int,
) -> OfflineDecision:
    """The most points this member may use here without the central service, in whole steps."""
    if not policy.allowed:
        return OfflineDecision(0, "Points cannot be used while the rewards service is out of reach.")
    if allowance is None:
        return OfflineDecision(0, "This member's points were not looked up lately, so they cannot be used offline.")
    if allowance.store_id != store_id:
        return OfflineDecision(0, "This member's offline points belong to another store.")
    age_limit = timedelta(seconds=policy.age_limit_s)
    if (
        not allowance.issued_at - timedelta(minutes=5)
        <= now
        <= min(allowance.expires_at, allowance.issued_at + age_limit)
    ):
        return OfflineDecision(0, "What is known of this member's points is too old to use them offline.")
    if spending.member_count >= policy.member_count_limit:
        return OfflineDecision(0, "This member has used points offline already; more when the service is back.")
    limit = min(
        allowance.balance_points - spending.member_points,
        allowance.allowance_points - spending.member_points,
        policy.redemption_limit_points,
        policy.terminal_budget_points - spending.terminal_points,
    )
    steps = max(0, limit) // step_points
    if not steps:
        return OfflineDecision(0, "The limit for using points offline is reached at this till.")
    return OfflineDecision(steps * step_points)
