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


NOBODY = Operator("", "Nobody", Role.AUDITOR)
"""Who works a till before anybody signed on: it may do nothing."""


class SignedOn(Operator):
    """Whoever is signed on now: every service holds this one object, and it changes with whom it stands for."""

    __slots__ = ("_now",)
    _now: Operator

    def __init__(self, operator: Operator = NOBODY) -> None:
        object.__setattr__(self, "_now", operator)

    def change_to(self, operator: Operator) -> None:
        """From now on it is somebody else."""
        object.__setattr__(self, "_now", operator)

    @property
    def now(self) -> Operator:
        """The operator of this moment, who stays the same when others sign on."""
        return self._now

    @property
    def operator_id(self) -> str:
        """The id of whoever is signed on; empty for nobody."""
        return self._now.operator_id

    @property
    def display_name(self) -> str:
        """The name of whoever is signed on."""
        return self._now.display_name

    @property
    def role(self) -> Role:
        """The role of whoever is signed on."""
        return self._now.role
