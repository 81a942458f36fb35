"""What a till has for its business day and its cash; each part is made when somebody needs it."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pos_app.clock import SystemClock
from pos_app.domain.operator import SignedOn
from pos_app.domain.store import StoreProfile
from pos_app.formatting import StoreFormatter
from pos_app.ids import SystemIds
from pos_app.services.approvals import Approvals
from pos_app.services.business_day import BusinessDay
from pos_app.services.cash_movements import CashMovements
from pos_app.services.sign_on import SignOn
from pos_app.services.till_control import TillControl
from pos_app.services.tills import Tills
from pos_app.services.time_clock import TimeClock
from pos_app.storage.terminal_database import TerminalDatabase

if TYPE_CHECKING:
    from pos_app.services.closing import Closing
    from pos_app.services.own_pin import OwnPin
    from pos_app.services.till_moving import TillMoving
    from pos_app.services.till_papers import TillPapers


class TillParts:
    """The part of a register that counts, opens and closes."""

    data: TerminalDatabase
    profile: StoreProfile
    operator: SignedOn
    clock: SystemClock
    ids: SystemIds
    formatter: StoreFormatter
    till_control: TillControl
    approvals: Approvals
    sign_on: SignOn
    tills: Tills
    people_gateway: Any

    @cached_property
    def cash_movements(self) -> CashMovements:
        """Cash into and out of the drawer without a sale."""
        return CashMovements(
            self.till_control,
            self.approvals,
            operator=self.operator,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            profile=self.profile,
        )

    @cached_property
    def business_day(self) -> BusinessDay:
        """Opens the store's day."""
        return BusinessDay(
            self.till_control,
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            clock=self.clock,
            operator=self.operator,
            profile=self.profile,
        )

    @cached_property
    def till_papers(self) -> "TillPapers":
        """X and Z reports."""
        from pos_app.services.till_papers import TillPapers

        return TillPapers(
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            operator=self.operator,
            formatter=self.formatter,
            profile=self.profile,
        )

    @cached_property
    def closing(self) -> "Closing":
        """Closes the till."""
        from pos_app.services.closing import Closing

        return Closing(
            self.approvals,
            self.till_papers,
            storage=self.data.storage,
            records=self.data.till_records,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            operator=self.operator,
            profile=self.profile,
            catalogue=self.data.catalogue,
            secret=self.sign_on.people.approval_secret,
        )

    @cached_property
    def till_moving(self) -> "TillMoving":
        """Takes up tills that come from other workstations."""
        from pos_app.services.till_moving import TillMoving

        return TillMoving(
            self.till_control,
            self.tills,
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            people=self.sign_on.people,
            operator=self.operator,
            profile=self.profile,
        )

    @cached_property
    def time_clock(self) -> TimeClock:
        """When people came and went."""
        return TimeClock(operator=self.operator, storage=self.data.storage, records=self.data.time_clock)

    @cached_property
    def own_pin(self) -> "OwnPin":
        """Whoever is signed on changes their PIN."""
        from pos_app.services.own_pin import OwnPin
        from pos_app.storage.own_pins import SqliteOwnPins

        pins = SqliteOwnPins(self.data.database, self.data.storage)
        return OwnPin(operator=self.operator, people=self.sign_on.people, pins=pins, gateway=self.people_gateway)
