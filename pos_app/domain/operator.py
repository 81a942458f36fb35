"""The people who work a till."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is allowed to do follows from their role."""

    ASSOCIATE = "associate"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who can sign on."""

    operator_id: str
    display_name: str
    role: Role
