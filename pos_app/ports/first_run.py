"""Setting a store up for the first time: steps that are each on disk before the next one begins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Protocol

from pos_app.ports.backup import TakingOver
from pos_app.ports.goods import ImportOutcome
from pos_app.ports.maintenance import FoundDevice, TrialReport


class Step(StrEnum):
    """In their order. A set-up that was interrupted goes on at the one it was at."""

    STORE = "store"
    MONEY = "money"
    MANAGER = "manager"
    PRINTER = "printer"
    GOODS = "goods"
    CENTRAL = "central"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class TaxExample:
    """A tax as it usually is there. rate is in percent, as people write it."""

    tax_id: str
    name: str
    rate: str


@dataclass(frozen=True, slots=True)
class CountryPreset:
    """What a store of a country begins with; all of it may be changed."""

    code: str
    name: str
    currency: str
    locale: str
    time_zones: tuple[str, ...]
    taxes: tuple[TaxExample, ...]
    included: bool = False
    cash_step: str = ""


class FirstRunDesk(Protocol):
    """One store that is being set up. All but step, values, countries and local_zone may take a while."""

    @property
    def step(self) -> Step:
        """Where it goes on."""

    @property
    def values(self) -> Mapping[str, str]:
        """What was said so far, without secrets."""

    @property
    def numbers_are_fixed(self) -> bool:
        """True once the till's data exists: it belongs to this store number and till number."""

    @property
    def taking_over(self) -> TakingOver:
        """A copy of another machine, in place of a new store."""

    @property
    def countries(self) -> Sequence[CountryPreset]:
        """To choose from."""

    @property
    def local_zone(self) -> str:
        """The time zone of this machine, or empty when it says none."""

    def keep(self, step: Step, values: Mapping[str, str]) -> None:
        """The values of a step, checked and on disk. Raises FieldRefusedError, and CashierError."""

    def keep_manager(self, name: str, number: str, pin: str) -> None:
        """The first manager can sign on. Raises FieldRefusedError."""

    def printers(self) -> list[FoundDevice]:
        """Printers that are plugged in."""

    def search_printers(self, found: Callable[[FoundDevice], None], cancelled: Event) -> int:
        """Look for printers on the network. Raises WorldError."""

    def set_printer(self, driver: str, address: str) -> TrialReport:
        """Use this one, and print a test page; a simulated one is always there."""

    def goods_files(self) -> list[Path]:
        """Files that may be catalogues, newest first."""

    def take_demo_goods(self) -> int:
        """The goods of the demo store; how many products they are."""

    def import_goods(
        self, path: Path, on_progress: Callable[[int], None], stopped: Callable[[], bool]
    ) -> ImportOutcome:
        """Products from a file. Raises WorldError, and InterruptedError."""

    def connect(self, url: str, code: str) -> str:
        """Let the till in at the central service; its name there. Raises FieldRefusedError and WorldError."""

    def go_to(self, step: Step) -> None:
        """On disk: the set-up goes on here."""

    def finish(self) -> None:
        """The store is set up; the till opens as this store from now on."""

    def close(self) -> None:
        """Put away what is open; nothing that was kept is lost."""
