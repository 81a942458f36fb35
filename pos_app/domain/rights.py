"""Who may do what: one table of actions, roles and limits. What is not in it is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.operator import Role


class Action(StrEnum):
    """What somebody may have to be allowed to do."""

    DISCOUNT = "discount"
    PRICE_OVERRIDE = "price_override"
    ITEM_NOT_ON_FILE = "item_not_on_file"
    TAX_EXEMPTION = "tax_exemption"
    CANCEL_SALE = "cancel_sale"
    NO_SALE = "no_sale"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    TENDER_LOAN = "tender_loan"
    TENDER_PICKUP = "tender_pickup"
    ASSIGN_TILL = "assign_till"
    MOVE_TILL = "move_till"
    OPEN_DAY = "open_day"
    COUNT_TILL = "count_till"
    CLOSE_DAY = "close_day"
    CLOSE_STORE = "close_store"
    TILL_REPORTS = "till_reports"
    REPORTS = "reports"
    READ_JOURNAL = "read_journal"
    RETURN = "return"
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    RETURN_AGAINST_POLICY = "return_against_policy"
    POST_VOID = "post_void"
    TAKE_OVER_SALE = "take_over_sale"
    PROMO_CODE_OFFLINE = "promo_code_offline"
    OFFLINE_TENDER = "offline_tender"
    TENDER_ABOVE_LIMIT = "tender_above_limit"
    CARD_RESULT_BY_HAND = "card_result_by_hand"
    WEIGHT_BY_HAND = "weight_by_hand"
    TECHNICIAN_CONSOLE = "technician_console"
    MANAGE_GOODS = "manage_goods"
    BACKUP = "backup"
    RESTORE_DATA = "restore_data"
    SET_UP_STORE = "set_up_store"
    MANAGE_PEOPLE = "manage_people"


class Decision(StrEnum):
    """What the table says to a request."""

    ALLOWED = "allowed"
    NEEDS_APPROVAL = "needs_approval"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to here a role may do it alone; beyond, somebody with a wider limit has to approve. None: no limit."""

    amount_minor: int | None = None
    percent_micro: int | None = None

    def covers(self, amount_minor: int, percent_micro: int) -> bool:
        """True when an act of this size is within the limit."""
        within_amount = self.amount_minor is None or amount_minor <= self.amount_minor
        return within_amount and (self.percent_micro is None or percent_micro <= self.percent_micro)


UNLIMITED = Limit()
WITH_APPROVAL = Limit(amount_minor=-1)
"""The role may ask for it, and never do it alone."""

RightsTable = Mapping[Action, Mapping[Role, Limit]]


def decide(table: RightsTable, role: Role, action: Action, amount_minor: int = 0, percent_micro: int = 0) -> Decision:
    """What this role may do. A role that the action's row does not name is denied."""
    limit = table.get(action, {}).get(role)
    if limit is None:
        return Decision.DENIED
    return Decision.ALLOWED if limit.covers(amount_minor, percent_micro) else Decision.NEEDS_APPROVAL


def may_approve(table: RightsTable, role: Role, action: Action, amount_minor: int = 0, percent_micro: int = 0) -> bool:
    """True when this role could have done it alone."""
    return decide(table, role, action, amount_minor, percent_micro) is Decision.ALLOWED


_STAFF = {Role.ASSOCIATE: UNLIMITED, Role.SUPERVISOR: UNLIMITED, Role.MANAGER: UNLIMITED}
_ASKING = {Role.ASSOCIATE: WITH_APPROVAL, Role.SUPERVISOR: UNLIMITED, Role.MANAGER: UNLIMITED}
_PERCENT = 10_000

DEFAULT_RIGHTS: RightsTable = {
    Action.DISCOUNT: {
        Role.ASSOCIATE: Limit(amount_minor=5_000, percent_micro=10 * _PERCENT),
        Role.SUPERVISOR: Limit(amount_minor=20_000, percent_micro=25 * _PERCENT),
        Role.MANAGER: UNLIMITED,
    },
    Action.PRICE_OVERRIDE: {
        Role.ASSOCIATE: Limit(amount_minor=2_500, percent_micro=5 * _PERCENT),
        Role.SUPERVISOR: Limit(amount_minor=20_000, percent_micro=25 * _PERCENT),
        Role.MANAGER: UNLIMITED,
    },
    Action.ITEM_NOT_ON_FILE: _ASKING,
    Action.TAX_EXEMPTION: _ASKING,
    Action.CANCEL_SALE: _STAFF,
    Action.NO_SALE: _ASKING,
    Action.PAID_IN: _ASKING,
    Action.PAID_OUT: _ASKING,
    Action.TENDER_LOAN: _ASKING,
    Action.TENDER_PICKUP: _ASKING,
    Action.ASSIGN_TILL: _ASKING,
    Action.MOVE_TILL: _ASKING,
    Action.OPEN_DAY: _ASKING,
    Action.COUNT_TILL: _STAFF,
    Action.CLOSE_DAY: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
    },
    Action.CLOSE_STORE: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
    },
    Action.TILL_REPORTS: _ASKING,
    Action.REPORTS: _ASKING | {Role.AUDITOR: UNLIMITED},
    Action.READ_JOURNAL: _ASKING | {Role.AUDITOR: UNLIMITED},
    Action.RETURN: _STAFF,
    Action.RETURN_WITHOUT_RECEIPT: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: Limit(amount_minor=10_000),
        Role.MANAGER: UNLIMITED,
    },
    Action.RETURN_AGAINST_POLICY: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
    },
    Action.POST_VOID: _ASKING,
    Action.TAKE_OVER_SALE: _ASKING,
    Action.PROMO_CODE_OFFLINE: _STAFF,
    Action.OFFLINE_TENDER: _ASKING,
    Action.TENDER_ABOVE_LIMIT: _ASKING,
    Action.CARD_RESULT_BY_HAND: _ASKING,
    Action.WEIGHT_BY_HAND: _ASKING,
    Action.SET_UP_STORE: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
    },
    Action.MANAGE_PEOPLE: {Role.SUPERVISOR: WITH_APPROVAL, Role.MANAGER: UNLIMITED},
    Action.BACKUP: _ASKING | {Role.TECHNICIAN: UNLIMITED},
    Action.RESTORE_DATA: {
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
        Role.TECHNICIAN: UNLIMITED,
    },
    Action.MANAGE_GOODS: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
    },
    Action.TECHNICIAN_CONSOLE: {
        Role.ASSOCIATE: WITH_APPROVAL,
        Role.SUPERVISOR: WITH_APPROVAL,
        Role.MANAGER: UNLIMITED,
        Role.TECHNICIAN: UNLIMITED,
    },
}

_MANAGES: Mapping[Role, frozenset[Role]] = {
    Role.SUPERVISOR: frozenset({Role.ASSOCIATE, Role.SUPERVISOR}),
    Role.MANAGER: frozenset(Role),
}


def may_manage(role: Role, other: Role) -> bool:
    """True when this role may give somebody the other one, or do anything about somebody who has it.

    An approval does not change that: it lets a supervisor into the room, and makes nobody more than a supervisor.
    """
    return other in _MANAGES.get(role, frozenset())
