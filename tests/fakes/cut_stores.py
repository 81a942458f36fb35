"""Real tills on real disks whose line to a real central service may be cut."""

import base64
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from fakes.memory_shop import OPERATOR, MemoryCatalogue, PlainFormatter, profile

from pos_app.clock import SetClock
from pos_app.domain.member import MemberAccount
from pos_app.errors import CashierError, OfflineError, WorldError
from pos_app.ids import SystemIds
from pos_app.scenario.direct_client import DirectClient
from pos_app.services.approvals import Approvals
from pos_app.services.membership import Membership
from pos_app.services.returning import Returning
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import open_terminal_database
from sync import contract
from sync.central.service import CentralService
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.gateway import CentralGateway
from sync.terminal.retry import Outcome

OPENING = datetime(2026, 11, 22, 9, tzinfo=UTC)
ALLOWANCE_POINTS = 800
TERMS = contract.Terms(
    terms_id="standard",
    version=2,
    effective_from="2026-01-01T00:00:00+00:00",
    earn_points_per_unit=0,
    offline=contract.OfflineRedemption(
        allowed=True,
        redemption_limit_points=500,
        member_allowance_points=ALLOWANCE_POINTS,
        store_budget_points=3000,
        member_count_limit=5,
    ),
)


class CutLine(DirectClient):
    """The line to the service, which may be cut, or lose the answer to what was done."""

    online = True
    loses_answers = False

    def exchange(self, method: str, path: str, message: contract.Message | None) -> contract.Message | None:
        if not self.online:
            raise OfflineError("The central service cannot be reached.")
        answer = super().exchange(method, path, message)
        if self.loses_answers:
            raise OfflineError("The connection to the central service broke.")
        return answer


class Till:
    def __init__(self, central: CentralService, folder: Path, store_id: str, workstation_id: str) -> None:
        self.central, self.folder, self.clock = central, folder, cast("SetClock", central.clock)
        self.profile = profile(store_id=store_id, workstation_id=workstation_id)
        folder.mkdir(parents=True)
        self.spent: list[tuple[str, str, int]] = []
        self.open()
        code = central.open_enrolment(store_id, workstation_id)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        central.enrol_terminal(
            contract.EnrolTerminal(code=code, public_key=key, incarnation=self.data.identity.incarnation())
        )

    def open(self) -> None:
        """Start over what is on disk."""
        ids = SystemIds()
        self.data = open_terminal_database(
            self.folder,
            store_id=self.profile.store_id,
            workstation_id=self.profile.workstation_id,
            clock=self.clock,
            ids=ids,
            keys=KeyFile(self.folder / "key"),
        )
        TillControl(storage=self.data.storage, clock=self.clock, operator=OPERATOR).open_day_if_closed(0)
        parts = {"storage": self.data.storage, "terms": self.data.terms, "clock": self.clock, "ids": ids}
        self.line = CutLine(self.central, self.data.identity.terminal_id())
        client = cast("CentralClient", self.line)
        gateway = CentralGateway(client, self.clock, allowance_key=self.data.terms.allowance_public_key)
        self.engine = SyncEngine(self.data.outbox, client, self.clock)
        self.gateway, self.rewards = gateway, Rewards(gateway, ids)
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=self.profile, operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.returning = Returning(
            catalogue=MemoryCatalogue(),
            formatter=PlainFormatter(),
            profile=self.profile,
            operator=OPERATOR,
            approvals=Approvals(OPERATOR),
            **parts,
        )
        self.membership = Membership(gateway, cache=self.data.members, profile=self.profile, operator=OPERATOR, **parts)

    def restart(self) -> None:
        online = self.line.online
        self.data.close()
        self.open()
        self.line.online = online

    def look_up(self, email: str) -> MemberAccount | None:
        try:
            found = self.membership.find(email)
        except OfflineError:
            return None
        return found.account if found else None

    def spend(self, email: str, account: MemberAccount, points: int, *, offline: bool) -> str:
        self.selling.add_item("12")
        self.selling.attach_member(account)
        try:
            if offline:
                hold = self.membership.hold_offline(account, points)
            else:
                assert self.selling.current is not None
                transaction_id = self.selling.current.header.transaction_id
                hold = self.rewards.hold_points(transaction_id, account.member_id, points)
        except (CashierError, WorldError) as refused:
            self.selling.cancel("no points")
            return str(refused)
        self.tendering.add_points(hold)
        assert self.tendering.add_cash(self.tendering.cash_due_minor).completed is not None
        self.spent.append((email, "offline" if offline else "online", points))
        return ""

    def upload(self) -> None:
        """Whatever can be sent now."""
        while (step := self.engine.step()).more and step.outcome is Outcome.DONE:
            pass


class Country:
    def __init__(
        self, folder: Path, stores: int, tills: int, opening: dict[str, int], terms: contract.Terms = TERMS
    ) -> None:
        self.clock, self.opening = SetClock(OPENING), opening
        self.central = CentralService.open(folder / "central", clock=self.clock)
        self.central.load_terms(terms)
        for number, (email, points) in enumerate(opening.items()):
            joining = contract.EnrolMember(
                event_id=f"join-{number}", email=email, marketing_consent=False, joined_at=OPENING.isoformat()
            )
            member = self.central.enrol_member(joining).member
            assert member is not None
            if points:
                self.central.grant_points(f"opening-{number}", member.member_id, points, earned_on=OPENING.date())
        self.tills = [
            Till(self.central, folder / f"till-{store}-{till}", f"{store:03d}", f"{till:02d}")
            for store in range(1, stores + 1)
            for till in range(1, tills + 1)
        ]
        for till in self.tills:
            till.upload()

    def heal(self) -> None:
        for till in self.tills:
            till.line.online, till.line.loses_answers = True, False
            till.upload()
            assert till.data.outbox.pending_count() == 0
            assert till.data.outbox.quarantined() == []

    def balance(self, email: str) -> int:
        member = self.central.find_member(contract.FindMember(email=email)).member
        assert member is not None
        return member.balance_points

    def check(self) -> int:
        """All are healed: what is owed by all members together."""
        owed = 0
        for email, opening in self.opening.items():
            spent = [(till, how, points) for till in self.tills for who, how, points in till.spent if who == email]
            balance = self.balance(email)
            assert balance == opening - sum(points for _, _, points in spent), "each redemption once"
            where = len({id(till) for till, how, _ in spent if how == "offline"})
            covered = 0 if any(how == "online" for _, how, _ in spent) else 1
            assert -balance <= ALLOWANCE_POINTS * max(0, where - covered)
            owed += max(0, -balance)
        assert self.central.verify().findings == ()
        assert [fault for till in self.tills for fault in audit(till.data.database).faults] == []
        return owed

    def close(self) -> None:
        for till in self.tills:
            till.data.close()
        self.central.close()
