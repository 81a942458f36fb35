"""The shop that a scenario is played in: a till and a central service, complete, in a folder of their own."""

import base64
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from pos_app.clock import SetClock
from pos_app.domain.member import MemberAccount
from pos_app.domain.operator import Operator, Role
from pos_app.formatting import StoreFormatter
from pos_app.gs1_reader import read_gs1
from pos_app.ids import SeededIds
from pos_app.scenario.direct_client import DirectClient
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.values import ShopPlan
from pos_app.services.approvals import Approvals
from pos_app.services.exchanging import Exchanging
from pos_app.services.loading import Loading
from pos_app.services.membership import Membership
from pos_app.services.orders import Orders
from pos_app.services.refunding import Refunding
from pos_app.services.returning import Returning
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.shipping import Shipping
from pos_app.services.suspending import Suspending
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.services.without_receipt import ReturningWithoutReceipt
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import TerminalDatabase, open_terminal_database
from sync import contract
from sync.central.service import CentralService
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.gateway import CentralGateway
from sync.terminal.returns import CentralReturns

_OPERATOR = Operator("scenario", "Scenario", Role.ASSOCIATE)
_MANAGER = Operator("scenario", "Scenario", Role.MANAGER)
"""A scenario asks what a return comes to, not who may take it."""


@dataclass(slots=True)
class Shop:
    """The parts of the shop; close gives them back."""

    plan: ShopPlan
    clock: SetClock
    ids: SeededIds
    data: TerminalDatabase
    central: CentralService
    selling: Selling
    tendering: Tendering
    loading: Loading
    till_control: TillControl
    rewards: Rewards
    membership: Membership
    returning: Returning
    shipping: Shipping
    orders: Orders
    suspending: Suspending
    without_receipt: ReturningWithoutReceipt
    returns_gateway: CentralReturns
    _engine: SyncEngine
    _undo: ExitStack
    _day: date = date.min

    def move_to(self, at: datetime) -> None:
        """Put the clock there. On a new day the central service does its daily work, with all of the old day in."""
        day = at.astimezone(ZoneInfo(self.plan.terms.time_zone)).date()
        if day > self._day:
            self.upload()
        self.clock.at = at
        if day > self._day:
            self._day = day
            self.central.expire()

    def upload(self) -> None:
        """Send what the journal has. Raises RuntimeError when the service cannot apply an event: a bug of ours."""
        if self.data.outbox.pending_count():
            while (step := self._engine.step()).more:
                pass
            quarantined = self.data.outbox.quarantined()
            if quarantined or step.reason:
                raise RuntimeError(f"the central service could not apply a transaction: {step.reason} {quarantined}")

    def member(self, email: str) -> MemberAccount | None:
        """A member as the central service knows them now."""
        return self.rewards.find_member(email)

    def pending_points(self, member_id: str) -> int:
        """Points of a member that wait for a shipment, as the central service knows them now."""
        return self.membership.statement(member_id).pending_points

    def gift_card_balance_minor(self, number: str) -> int:
        """What is left on a gift card."""
        return self.rewards.gift_card_balance(number)

    def close(self) -> None:
        """Close both databases."""
        self._undo.close()


def open_shop(plan: ShopPlan, folder: Path) -> Shop:
    """A shop as planned, with its business day open. Raises ScenarioError for items that share a barcode."""
    with ExitStack() as undo:
        clock, ids = SetClock(plan.opens_at), SeededIds(seed=1)
        profile = plan.profile
        central = CentralService.open(folder / "central", clock=clock, ids=ids)
        undo.callback(central.close)
        data = open_terminal_database(
            folder,
            store_id=profile.store_id,
            workstation_id=profile.workstation_id,
            clock=clock,
            ids=ids,
            keys=KeyFile(folder / "key"),
        )
        undo.callback(data.close)
        _fill_catalogue(data, plan)
        _let_in(central, data.identity.terminal_id(), data.identity.incarnation(), plan)
        selling = Selling(
            storage=data.storage,
            catalogue=data.catalogue,
            terms=data.terms,
            clock=clock,
            ids=ids,
            profile=profile,
            operator=_OPERATOR,
            schedule_save=_save_with_the_next_tender,
            read_gs1=read_gs1,
        )
        client = cast("CentralClient", DirectClient(central, data.identity.terminal_id()))
        gateway = CentralGateway(client, clock)
        loading = Loading(
            selling, gateway, storage=data.storage, clock=clock, ids=ids, formatter=StoreFormatter(profile)
        )
        shop = Shop(
            plan=plan,
            clock=clock,
            ids=ids,
            data=data,
            central=central,
            selling=selling,
            tendering=Tendering(
                selling,
                storage=data.storage,
                terms=data.terms,
                clock=clock,
                ids=ids,
                formatter=StoreFormatter(profile),
            ),
            loading=loading,
            till_control=TillControl(storage=data.storage, clock=clock, operator=_OPERATOR),
            rewards=Rewards(gateway, ids),
            membership=Membership(
                gateway,
                storage=data.storage,
                cache=data.members,
                terms=data.terms,
                clock=clock,
                ids=ids,
                profile=profile,
                operator=_OPERATOR,
            ),
            returning=Returning(
                storage=data.storage,
                catalogue=data.catalogue,
                terms=data.terms,
                clock=clock,
                ids=ids,
                formatter=StoreFormatter(profile),
                profile=profile,
                operator=_OPERATOR,
                approvals=Approvals(_MANAGER),
                credit=loading,
            ),
            shipping=Shipping(storage=data.storage, operator=_OPERATOR),
            orders=Orders(
                selling,
                book=data.orders,
                storage=data.storage,
                clock=clock,
                ids=ids,
                formatter=StoreFormatter(profile),
                operator=_OPERATOR,
                approvals=Approvals(_MANAGER),
            ),
            suspending=Suspending(
                selling,
                storage=data.storage,
                parked=data.parked,
                catalogue=data.catalogue,
                clock=clock,
                ids=ids,
                formatter=StoreFormatter(profile),
                approvals=Approvals(_MANAGER),
            ),
            without_receipt=ReturningWithoutReceipt(
                catalogue=data.catalogue,
                clock=clock,
                ids=ids,
                profile=profile,
                formatter=StoreFormatter(profile),
                finder=data.sale_finder,
                gateway=CentralReturns(client),
                approvals=Approvals(_MANAGER),
            ),
            returns_gateway=CentralReturns(client),
            _engine=SyncEngine(data.outbox, client, clock),
            _undo=undo.pop_all(),
        )
        refunding = Refunding(
            shop.returning,
            storage=data.storage,
            gateway=shop.returns_gateway,
            pending=data.pending_returns,
            cards=None,
        )
        exchanging = Exchanging(selling, shop.returning, refunding)
        shop.tendering.exchanges = lambda: exchanging
        shop.till_control.open_day_if_closed(plan.opening_float_minor)
        central.load_terms(_terms_message(plan))
        shop.upload()
        return shop


def _save_with_the_next_tender(save: object) -> None:
    """No power fails in a scenario: a basket is stored when it is paid, not with each scan."""


def _fill_catalogue(data: TerminalDatabase, plan: ShopPlan) -> None:
    position: dict[str, int] = {}
    for index, item in enumerate(plan.items):
        if position.setdefault(item.item_id, index) != index:
            raise ScenarioError(f"items[{index}].code", "there is another item of this code")
    change = CatalogueWriter(data.database).add_items(CatalogueItem(item, (item.item_id,)) for item in plan.items)
    for conflict in change.conflicts:
        raise ScenarioError(
            f"items[{position[conflict.item_id]}].code",
            f"it is the same barcode as that of items[{position[conflict.owner_item_id]}]",
        )


def _let_in(central: CentralService, terminal_id: str, incarnation: str, plan: ShopPlan) -> None:
    code = central.open_enrolment(plan.profile.store_id, plan.profile.workstation_id)
    # Nothing is signed where there is no wire; the key only has to look like one.
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    enrolled = central.enrol_terminal(contract.EnrolTerminal(code=code, public_key=key, incarnation=incarnation))
    assert enrolled.terminal_id == terminal_id


def _terms_message(plan: ShopPlan) -> contract.Terms:
    terms = plan.terms
    return contract.Terms(
        terms_id=terms.terms_id,
        version=terms.version,
        effective_from="1971-01-01T00:00:00+00:00",
        earn_points_per_unit=terms.earn_points_per_unit,
        earn_on_points_paid_part=terms.earn_on_points_paid_part,
        redeem_points=terms.redeem_points,
        redeem_value_minor=terms.redeem_value_minor,
        redeem_step_points=terms.redeem_step_points,
        points_tax_treatment=terms.points_tax_treatment.value,
        time_zone=terms.time_zone,
        offers=[
            contract.OfferMessage(
                offer_id=offer.offer_id,
                version=offer.version,
                starts_at=offer.starts_at.isoformat(),
                ends_at=offer.ends_at.isoformat(),
                multiplier=offer.multiplier,
                scope=contract.OfferScopeMessage(
                    categories=list(offer.scope.categories),
                    codes=list(offer.scope.codes),
                    stores=list(offer.scope.stores),
                    segments=list(offer.scope.segments),
                ),
            )
            for offer in terms.offers
        ],
        enrolment_offers=list(plan.enrolment_offers),
    )
