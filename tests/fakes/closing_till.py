"""A till of store 001 that is opened, sells and is closed: real SQLite data and real services, without a window."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.memory_gateway import MemoryGateway
from fakes.memory_shop import MemoryCatalogue, MemoryTerms, PlainFormatter
from fakes.real_till import RealTill

from pos_app.clock import SetClock
from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.operator import Operator, Role
from pos_app.domain.till_closing import CountedTender
from pos_app.domain.till_rules import TillRules
from pos_app.ids import SystemIds
from pos_app.services.approvals import Approvals
from pos_app.services.business_day import BusinessDay
from pos_app.services.cash_movements import CashMovements
from pos_app.services.closing import Closing
from pos_app.services.rewards import Rewards
from pos_app.services.till_control import TillControl
from pos_app.services.till_papers import TillPapers
from pos_app.storage.journal_audit import audit

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
SECRET = bytes(32)
EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)


def pieces(**numbers: int) -> tuple[CountedPieces, ...]:
    """pieces(d100=2, d1=3): two pieces of 100 minor units and three of 1."""
    return tuple(CountedPieces(int(name[1:]), 1, number) for name, number in numbers.items())


def cash(amount_minor: int) -> tuple[CountedPieces, ...]:
    """So much, in dollars and cents."""
    return (CountedPieces(100, 1, amount_minor // 100), CountedPieces(1, 1, amount_minor % 100))


class ClosingTill(RealTill):
    """Opening it again over the same folder is what a restart does. Its day is opened with 500.00."""

    def __init__(self, folder: Path, operator: Operator = MANAGER, clock: Any = None, **store: Any) -> None:
        rules = TillRules(float_minor=20_000, cash_limit_minor=80_000, tolerance_minor=100)
        super().__init__(folder, clock=clock or SetClock(EVENING), ids=SystemIds(), till=rules, **store)
        self.operator = operator
        self.rewards = Rewards(MemoryGateway(), self.ids)
        self.selling.operator = operator
        storage, records = self.data.storage, self.data.till_records
        who = {"operator": operator, "clock": self.clock, "profile": self.profile}
        self.control = TillControl(storage=storage, clock=self.clock, operator=operator)
        self.approvals = Approvals(operator, clock=self.clock)
        money = {"ids": self.ids, "formatter": PlainFormatter()}
        self.cash = CashMovements(self.control, self.approvals, **who, **money)
        self.day = BusinessDay(self.control, self.approvals, storage=storage, records=records, **who)
        kept = {"storage": storage, "records": records, "terms": MemoryTerms()}
        self.papers = TillPapers(self.approvals, **kept, **who, **money)
        self.closing = Closing(
            self.approvals,
            self.papers,
            **kept,
            **who,
            ids=self.ids,
            catalogue=MemoryCatalogue({}),
            secret=lambda: SECRET,
        )

    @property
    def expected_minor(self) -> int:
        return self.data.storage.till_totals().expected_cash_minor

    def close_day(self, cash_minor: int, float_minor: int = 20_000, reason: str = "Not explained", **others: int):
        """From the stop of sales to the Z."""
        self.closing.stop_sales()
        return self.finish(cash_minor, float_minor, reason, **others)

    def finish(self, cash_minor: int, float_minor: int = 20_000, reason: str = "Not explained", **others: int):
        """Whatever step the closing is at, on to the Z."""
        while True:
            closing = self.closing.current
            assert closing is not None
            match closing.step.value:
                case "count_cash":
                    self.closing.save_cash(cash(cash_minor))
                    self.closing.go_to(type(closing.step).COUNT_TENDERS)
                case "count_tenders":
                    self.closing.save_tenders([CountedTender(name, amount) for name, amount in others.items()])
                    self.closing.confirm_count()
                case "reveal":
                    for tender in self.closing.open_reasons():
                        self.closing.give_reason(tender, reason)
                    self.closing.go_to(type(closing.step).DEPOSIT)
                case "deposit":
                    left = min(float_minor, closing.cash_minor)
                    self.closing.set_deposit(left, "BAG-1" if closing.cash_minor > left else "")
                case "sign":
                    self.closing.check_signature(None)
                    return self.closing.seal(None)

    def faults(self) -> list[str]:
        return audit(self.data.database).faults

    def kinds(self) -> list[str]:
        return [kind for (kind,) in self.data.database.all("SELECT kind FROM journal ORDER BY position")]
