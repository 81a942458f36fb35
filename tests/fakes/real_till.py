"""A till without a window: real SQLite data, real services, real HTTP to a central service."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fakes.memory_shop import OPERATOR, MemoryCatalogue, PlainFormatter, profile

from pos_app.clock import SystemClock
from pos_app.domain.member import MemberAccount
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.ids import SystemIds
from pos_app.ports import Clock, IdSource
from pos_app.receipt_signer import DeviceKeySigner
from pos_app.services.approvals import Approvals
from pos_app.services.promo_codes import PromoCodes
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.storage.keys import KeyFile
from pos_app.storage.operator_register import OperatorRegister
from pos_app.storage.promotions import SqlitePromotions
from pos_app.storage.terminal_database import open_terminal_database
from sync.terminal.client import CentralClient
from sync.terminal.engine import StepResult, SyncEngine
from sync.terminal.enrolment import enrol
from sync.terminal.gateway import CentralGateway
from sync.terminal.promotions import CentralPromoCodes
from sync.terminal.retry import Outcome


class RealTill:
    """One terminal of store 001; `folder` is all it has, so opening it again is what a restart does."""

    def __init__(
        self,
        folder: Path,
        workstation_id: str = "01",
        clock: Clock | None = None,
        ids: IdSource | None = None,
        **store: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.profile = profile(workstation_id=workstation_id, **store)
        self.clock, self.ids = clock or SystemClock(), ids or SystemIds()
        self.data = open_terminal_database(
            folder,
            store_id=self.profile.store_id,
            workstation_id=workstation_id,
            clock=self.clock,
            ids=self.ids,
            keys=KeyFile(folder / "terminal.key"),
        )
        self.signer = DeviceKeySigner(self.data.identity)
        parts = {"storage": self.data.storage, "terms": self.data.terms, "clock": self.clock, "ids": self.ids}
        TillControl(storage=self.data.storage, clock=self.clock, operator=OPERATOR).open_day_if_closed(50_000)
        self.selling = Selling(
            catalogue=MemoryCatalogue(),
            profile=self.profile,
            operator=OPERATOR,
            price_lists=self.data.price_lists,
            promotions=SqlitePromotions(self.data.promotion_editions, self.profile),
            **parts,
        )
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), signer=self.signer, **parts)
        self.sales: list[RetailTransaction] = []

    def enrol(self, central_url: str, code: str) -> None:
        enrol(central_url, code, self.data.identity, "test", clock=self.clock)

    def connect(self, central_url: str = "") -> None:
        """Talk to the service this terminal is enrolled at, or to it by another address (a proxy)."""
        enrolment = self.data.identity.enrolment()
        assert enrolment is not None
        enrolment = replace(enrolment, central_url=central_url or enrolment.central_url)
        self.client = CentralClient(enrolment.central_url, enrolment, self.clock)
        people = OperatorRegister(self.data.database, self.data.storage)
        self.engine = SyncEngine(self.data.outbox, self.client, self.clock, people.take_delivery)
        self.gateway = CentralGateway(self.client, self.clock)
        self.rewards = Rewards(self.gateway, self.ids)
        self.promo_codes = PromoCodes(self.selling, CentralPromoCodes(self.client), Approvals(OPERATOR))

    def ring_up(
        self, *codes: str, account: MemberAccount | None = None, email: str = "", points: int = 0, gift_card: str = ""
    ) -> RetailTransaction:
        """A sale from first item to receipt; what points and gift card do not pay is paid in cash."""
        for code in codes:
            assert self.selling.add_item(code).found
        if account is not None:
            self.selling.attach_member(account)
        elif email:
            self.selling.attach_unknown_member(email)
        sale = self.selling.current
        assert sale is not None
        transaction_id = sale.header.transaction_id
        outcome = None
        if points:
            assert account is not None
            outcome = self.tendering.add_points(self.rewards.hold_points(transaction_id, account.member_id, points))
        if gift_card:
            hold = self.rewards.hold_gift_card(transaction_id, gift_card, self.tendering.due_minor)
            outcome = self.tendering.add_gift_card(hold)
        if outcome is None or outcome.completed is None:
            outcome = self.tendering.add_cash(self.tendering.cash_due_minor)
        assert outcome.completed is not None
        self.sales.append(outcome.completed.transaction)
        return outcome.completed.transaction

    def drain(self, most_steps: int = 500) -> StepResult:
        """Step until there is nothing left to send, whatever fails in between."""
        for _ in range(most_steps):
            result = self.engine.step()
            if result.outcome is Outcome.DONE and not result.more:
                return result
        raise AssertionError(f"the journal never came to its end: {result}")

    def close(self) -> None:
        if hasattr(self, "client"):
            self.client.close()
        self.data.close()
