"""Who may do what, in one table. What is not in it is refused."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody works as."""

    CUSTOMER_SERVICE = "customer_service"
    PROGRAMME_MANAGER = "programme_manager"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a page shows or an act changes."""

    SEE_HOME = "see_home"
    OWN_ACCOUNT = "own_account"
    SEE_MEMBERS = "see_members"
    REVEAL_MEMBERS = "reveal_members"
    CHANGE_SEGMENTS = "change_segments"
    REQUEST_ADJUSTMENTS = "request_adjustments"
    SEE_ADJUSTMENTS = "see_adjustments"
    APPROVE_ADJUSTMENTS = "approve_adjustments"
    MERGE_MEMBERS = "merge_members"
    ERASE_MEMBERS = "erase_members"
    SEE_TERMS = "see_terms"
    PUBLISH_TERMS = "publish_terms"
    SEE_DAYS = "see_days"
    SEE_TERMINALS = "see_terminals"
    MANAGE_TERMINALS = "manage_terminals"
    SEE_QUARANTINE = "see_quarantine"
    DECIDE_QUARANTINE = "decide_quarantine"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    GIVE_PHONE_CODES = "give_phone_codes"
    SEE_LOG = "see_log"


ROLE_NAMES = {
    Role.CUSTOMER_SERVICE: "Customer service",
    Role.PROGRAMME_MANAGER: "Programme manager",
    Role.TECHNICIAN: "Technician",
    Role.AUDITOR: "Auditor",
}

_EVERYBODY = frozenset({Permission.SEE_HOME, Permission.OWN_ACCOUNT})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CUSTOMER_SERVICE: _EVERYBODY
    | {
        Permission.SEE_MEMBERS,
        Permission.REVEAL_MEMBERS,
        Permission.CHANGE_SEGMENTS,
        Permission.REQUEST_ADJUSTMENTS,
        Permission.SEE_ADJUSTMENTS,
        Permission.MERGE_MEMBERS,
        Permission.ERASE_MEMBERS,
        Permission.SEE_TERMS,
    },
    Role.PROGRAMME_MANAGER: _EVERYBODY
    | {
        Permission.SEE_MEMBERS,
        Permission.REQUEST_ADJUSTMENTS,
        Permission.SEE_ADJUSTMENTS,
        Permission.APPROVE_ADJUSTMENTS,
        Permission.SEE_TERMS,
        Permission.PUBLISH_TERMS,
        Permission.SEE_DAYS,
        Permission.SEE_TERMINALS,
        Permission.SEE_QUARANTINE,
        Permission.DECIDE_QUARANTINE,
        Permission.SEE_PEOPLE,
        Permission.MANAGE_PEOPLE,
        Permission.GIVE_PHONE_CODES,
        Permission.SEE_LOG,
    },
    Role.TECHNICIAN: _EVERYBODY
    | {
        Permission.SEE_TERMINALS,
        Permission.MANAGE_TERMINALS,
        Permission.SEE_QUARANTINE,
    },
    Role.AUDITOR: _EVERYBODY
    | {
        Permission.SEE_MEMBERS,
        Permission.SEE_ADJUSTMENTS,
        Permission.SEE_TERMS,
        Permission.SEE_DAYS,
        Permission.SEE_TERMINALS,
        Permission.SEE_QUARANTINE,
        Permission.SEE_PEOPLE,
        Permission.SEE_LOG,
    },
}


def may(role: Role, permission: Permission) -> bool:
    """True when the table says so."""
    return permission in PERMISSIONS.get(role, frozenset())
