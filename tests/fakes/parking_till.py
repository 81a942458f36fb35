"""A till of store 001 that can park sales: real SQLite data and real services, with or without a central service."""

from datetime import datetime
from pathlib import Path

from fakes.memory_shop import MemoryCatalogue, PlainFormatter
from fakes.real_till import RealTill

from pos_app.domain.operator import Operator, Role
from pos_app.errors import OfflineError
from pos_app.ports import Clock, ParkedSale, StoresParked
from pos_app.services.approvals import Approvals
from pos_app.services.parked_sharing import ParkedSharing
from pos_app.services.suspending import Recalled, Suspending
from sync.terminal.parking import CentralParking


class NoLine:
    """A gateway of a till that has no central service."""

    def require_line(self) -> None:
        raise OfflineError("The central service cannot be reached.")

    def offer(self, sale: ParkedSale, document: str, expires_at: datetime) -> None:
        self.require_line()

    def look(self, offered: object, until: datetime, settled: object) -> StoresParked:
        raise OfflineError("The central service cannot be reached.")

    def take(self, parking_id: str) -> str:
        raise OfflineError("The central service cannot be reached.")


class ParkingTill(RealTill):
    """Opening it again over the same folder is what a restart does."""

    def __init__(
        self, folder: Path, workstation_id: str = "01", clock: Clock | None = None, operator: Operator | None = None
    ) -> None:
        super().__init__(folder, workstation_id, clock)
        self.cable_is_in = True
        self.catalogue = MemoryCatalogue()
        self.operator = operator or Operator("associate-1", "Associate", Role.ASSOCIATE)
        self.selling.operator = self.operator
        self.suspending = Suspending(
            self.selling,
            storage=self.data.storage,
            parked=self.data.parked,
            catalogue=self.catalogue,
            clock=self.clock,
            ids=self.ids,
            formatter=PlainFormatter(),
            approvals=Approvals(self.operator),
        )
        self.use(NoLine())

    def use(self, gateway: object) -> None:
        """Ask this gateway about the store's parked sales."""
        self.gateway_of_parking = gateway
        self.sharing = ParkedSharing(
            gateway,  # type: ignore[arg-type]
            self.suspending,
            storage=self.data.storage,
            parked=self.data.parked,
            clock=self.clock,
            terminal_id=self.data.identity.terminal_id(),
        )

    def connect(self, central_url: str = "") -> None:
        super().connect(central_url)
        self.use(CentralParking(self.client, lambda: self.cable_is_in))

    def scan(self, *codes: str) -> None:
        for code in codes:
            assert self.selling.add_item(code).found

    def recall(self, parking_id: str) -> Recalled:
        """Recall a sale of whatever till, by its id."""
        entries = [row.sale for row in self.suspending.parked()] + list(self.elsewhere())
        entry = next(each for each in entries if each.parking_id == parking_id)
        permit = self.suspending.permit(entry)
        return self.suspending.recall(self.sharing.claim(parking_id), permit)

    def elsewhere(self) -> tuple[object, ...]:
        """What other tills have parked; none without a line."""
        try:
            return self.sharing.exchange()
        except OfflineError:
            return ()

    def kinds(self) -> list[str]:
        """The journal's events since the day was opened."""
        rows = self.data.database.all("SELECT kind FROM journal ORDER BY position")
        return [kind for (kind,) in rows][2:]

    def faults(self) -> list[str]:
        """What the audit says."""
        from pos_app.storage.journal_audit import audit

        return audit(self.data.database).faults
