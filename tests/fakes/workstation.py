"""A workstation of store 001 with drawers and tills as a store has them: the real register over real data."""

import json
from pathlib import Path
from typing import Any

from fakes.closing_till import cash
from fakes.memory_shop import profile

from pos_app.bootstrap import Register, open_register
from pos_app.domain.item import Item
from pos_app.domain.operator import Operator, Role
from pos_app.domain.till_closing import ClosingStep, CountedTender
from pos_app.domain.till_rules import TillRules
from pos_app.domain.tills import Till, TillSharing
from pos_app.services.approvals import Approval, ApprovalNeededError
from pos_app.services.closing import Closing
from pos_app.services.till_papers import ZReport
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile

FIRST = Operator("associate-1", "Associate", Role.ASSOCIATE)
SECOND = Operator("associate-2", "Associate", Role.ASSOCIATE)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
CABLE_MINOR = 1_000


def count_slips(closing: Closing) -> None:
    """No slips at all; whatever differs is not explained."""
    closing.save_tenders([CountedTender("card", 0)])
    closing.confirm_count()
    for tender in closing.open_reasons():
        closing.give_reason(tender, "Not explained")
    closing.go_to(ClosingStep.DEPOSIT)


def close_the_rest(register: Register, cash_minor: int, float_minor: int) -> ZReport:
    """From the count of a till to its Z, by a manager who is signed on."""
    closing = register.closing
    closing.save_cash(cash(cash_minor))
    closing.go_to(ClosingStep.COUNT_TENDERS)
    count_slips(closing)
    closing.set_deposit(float_minor, "BAG-1" if cash_minor > float_minor else "")
    closing.check_signature(None)
    return closing.seal(None)


class Workstation:
    """Opening it again over the same folder is what a restart does."""

    def __init__(
        self,
        folder: Path,
        workstation_id: str = "01",
        *,
        sharing: TillSharing = TillSharing.SHARED,
        drawers: int = 1,
        secret: bytes = bytes(32),
        **store: Any,
    ) -> None:
        rules = TillRules(float_minor=20_000, counts_opening=True, sharing=sharing, drawers=drawers)
        shop = profile(workstation_id=workstation_id, till=rules, **store)
        file = StoreFile(shop, (FIRST, MANAGER), 20_000, SignOnRules(required=True))
        self.register: Register = open_register(folder, file, KeyFile(folder / "key"))
        self.data, self.tills = self.register.data, self.register.tills
        self.storage = self.data.storage
        self.closing, self.papers = self.register.closing, self.register.till_papers
        self.register.take_operators(json.dumps({"operators": [], "approval_secret": secret.hex()}).encode())
        if not self.data.catalogue.count():
            CatalogueWriter(self.data.database).add_items([CatalogueItem(Item("CABLE", "Cable", CABLE_MINOR, ()))])
        self.register.selling.restore()

    def sign_on(self, who: Operator) -> Till:
        """Somebody works here from now on; their till."""
        self.register.sign_on.begin(who, "badge")
        return self.tills.current

    def approved(self, act: Any) -> Any:
        """Do it, with the manager's yes where it needs one."""
        try:
            return act(None)
        except ApprovalNeededError as needed:
            return act(Approval(self.register.ids.new_id(), needed.request, MANAGER.operator_id))

    def open(self, amount_minor: int = 20_000) -> None:
        """Count the till's float and open it."""
        self.approved(lambda approval: self.register.business_day.open(cash(amount_minor), approval))

    def sell(self, times: int = 1) -> None:
        """So many cables, each paid in cash."""
        for _ in range(times):
            assert self.register.selling.add_item("CABLE").found
            assert self.register.tendering.add_cash(CABLE_MINOR).completed is not None

    @property
    def expected_minor(self) -> int:
        return self.storage.till_totals().expected_cash_minor

    def close_till(
        self, cash_minor: int | None, float_minor: int = 20_000, to_workstation: str = "", bag: str = "BAG-1"
    ) -> ZReport:
        """From the stop of sales to the Z; None: the cash stays in its bag."""
        closing = self.closing
        self.approved(lambda approval: closing.stop_sales((), approval, to_workstation=to_workstation))
        if cash_minor is None:
            closing.seal_uncounted()
        else:
            closing.save_cash(cash(cash_minor))
            closing.go_to(ClosingStep.COUNT_TENDERS)
        count_slips(closing)
        left = min(float_minor, cash_minor or 0)
        closing.set_deposit(left, bag if to_workstation or (cash_minor or 0) > left else "")
        return self.approved(self._sign)

    def _sign(self, approval: Approval | None) -> ZReport:
        self.closing.check_signature(approval)
        return self.closing.seal(approval)

    def slip_code(self) -> str:
        """What is on the last slip of a till that left."""
        (document,) = self.data.database.all(
            "SELECT document FROM print_job WHERE document LIKE '%TILL ON ITS WAY%' ORDER BY position DESC LIMIT 1"
        )[0]
        return next(block["data"] for block in json.loads(document)["blocks"] if block["kind"] == "QrCode")

    def drawers_opened(self) -> list[str]:
        """Which drawers were opened, in order."""
        rows = self.data.database.all("SELECT drawer FROM print_job WHERE open_drawer ORDER BY position")
        return [drawer for (drawer,) in rows]

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(payload) for (payload,) in rows]

    def faults(self) -> list[str]:
        return audit(self.data.database).faults

    def end(self) -> None:
        self.register.close()
