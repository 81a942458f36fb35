"""Plays a scenario's transactions in a shop and keeps what each came to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pos_app.domain.orders import OrderKind
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.returns import ReturnTransaction
from pos_app.errors import CashierError, RefusedError
from pos_app.ports import EnrolmentAnswer
from pos_app.scenario import document, returns, values
from pos_app.scenario.beginnings import add_gift_cards, add_members
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.shop import Shop
from pos_app.scenario.steps import SaleUnderWay
from pos_app.services.current_sale import SaleView
from pos_app.services.orders import DepositBack
from pos_app.services.return_parts import RefundTo

Refusal = CashierError | RefusedError

_SPENDS_BALANCES = ("points", "gift_card")
"""Before a sale that is paid with these, the central service hears of all sales so far; else they go up in batches."""


@dataclass(slots=True)
class Played:
    """What a transaction came to.

    A completed sale has its transaction, one left open its last view, a return or post-void what came back, an
    enrolment the service's answer. pending_points is what it changed of the points that wait for a shipment. error is
    the first refusal.
    """

    transaction_id: str
    error: Refusal | None = None
    refused: bool = False
    sale: RetailTransaction | None = None
    left_open: SaleView | None = None
    returned: ReturnTransaction | None = None
    returned_of: RetailTransaction | None = None
    exchanged: ReturnTransaction | None = None
    joined: EnrolmentAnswer | None = None
    deposit_back: DepositBack | None = None
    pending_points: int = 0


@dataclass(slots=True)
class Transcript:
    """Everything that was played, and who took part, in the order of the file."""

    played: list[Played] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    """Address to compare -> address as the file has it."""
    gift_cards: list[str] = field(default_factory=list)


class Player:
    """Plays one scenario. The whole file is understood first, so that a wrong one plays nothing."""

    def __init__(self, shop: Shop, scenario: document.Scenario) -> None:
        self._shop = shop
        self._scenario = scenario
        self._money = shop.plan.profile.currency
        self._sales: dict[str, RetailTransaction] = {}
        self._sale = SaleUnderWay(shop, self._sales)
        self._transcript = Transcript()
        self._special_orders: dict[str, str] = {}
        self._places: dict[str, list[int]] = {}
        """Where in the file the transactions of an id are."""

    def play(self) -> Transcript:
        """Play all transactions. Raises ScenarioError when the file is wrong."""
        for index, transaction in enumerate(self._scenario.transactions):
            self._places.setdefault(_name(transaction, index), []).append(index)
        runs = [self._prepared(transaction, i) for i, transaction in enumerate(self._scenario.transactions)]
        self._transcript.members = add_members(self._shop, self._scenario)
        self._transcript.gift_cards = add_gift_cards(self._shop, self._scenario)
        self._shop.move_to(self._shop.plan.opens_at)
        for run in runs:
            self._transcript.played.append(run())
        self._shop.upload()
        return self._transcript

    # --- transactions -------------------------------------------------------------------------------------------------

    def _prepared(self, transaction: document.AnyTransaction, index: int) -> Callable[[], Played]:
        """The transaction, read and checked, to be played later. Raises ScenarioError."""
        path = f"transactions[{index}]"
        at = None
        if transaction.at is not None:
            at = values.moment(transaction.at, f"{path}.at", self._shop.plan.profile.time_zone)
        play = self._of_its_kind(transaction, path, index)

        def run() -> Played:
            if at is not None:
                self._shop.move_to(at)
            played = Played(_name(transaction, index))
            play(played)
            return played

        return run

    def _of_its_kind(self, transaction: document.AnyTransaction, path: str, index: int) -> Callable[[Played], None]:
        match transaction:
            case document.Sale(steps=steps):
                actions = [self._sale.prepared(step, f"{path}.steps[{i}]") for i, step in enumerate(steps)]
                if any(_needs_the_service(step) for step in steps):
                    actions.insert(0, self._shop.upload)
                return lambda played: self._play_sale(played, actions)
            case document.Return(of=of):
                chosen = returns.chosen_lines(transaction.lines, path)
                self._check_earlier(of, path, index)
                return lambda played: self._after_sale(
                    played, of, lambda sale: self._take_back(played, sale, chosen, transaction)
                )
            case document.ReturnWithoutReceipt(items=items):
                quantities = [
                    values.quantity_milli(item.quantity, f"{path}.items[{i}].quantity") for i, item in enumerate(items)
                ]
                return lambda played: _all_or_nothing(
                    played, lambda: self._without_receipt(played, transaction, quantities)
                )
            case document.PostVoid(of=of, reason=reason):
                self._check_earlier(of, path, index)
                return lambda played: self._after_sale(played, of, lambda sale: self._post_void(played, sale, reason))
            case document.Ship(of=of, line=line):
                self._check_earlier(of, path, index)
                return lambda played: self._after_sale(played, of, lambda sale: self._shop.shipping.ship(sale, [line]))
            case document.Enrol(email=email):
                return lambda played: _all_or_nothing(played, lambda: self._enrol(played, email))
            case document.CompleteOrder(of=of, steps=steps):
                self._check_earlier(of, path, index)
                payments = [self._sale.prepared(step, f"{path}.steps[{i}]") for i, step in enumerate(steps)]
                return lambda played: self._play_sale(played, [lambda: self._ring_up(of), *payments])
            case document.CancelOrder(of=of, reason=reason):
                self._check_earlier(of, path, index)
                return lambda played: _all_or_nothing(played, lambda: self._cancel_order(played, of, reason))
            case document.PaidOut(reason=reason):
                amount_minor = values.amount(transaction.amount, f"{path}.amount", self._money)
                till = self._shop.till_control
                return lambda played: _all_or_nothing(played, lambda: till.pay_out(amount_minor, reason))

    def _play_sale(self, played: Played, actions: list[Callable[[], None]]) -> None:
        """A refused step leaves the sale open, and the steps after it are played."""
        self._sale.begin()
        for action in [*actions, self._sale.complete_if_nothing_is_due]:
            try:
                action()
            except (CashierError, RefusedError) as error:
                played.error = played.error or error
        played.sale, played.exchanged = self._sale.completed, self._sale.exchanged
        if played.sale is not None:
            order = self._shop.orders.find(played.sale.header.receipt_number)
            if order is not None and order.kind is OrderKind.SPECIAL:
                self._special_orders[played.transaction_id] = order.number
            else:
                self._sales[played.transaction_id] = played.sale
            cards = self._transcript.gift_cards
            cards += [number for number in self._sale.cards_sold if number not in cards]
            played.pending_points = sum(line.points for line in _to_ship(played.sale))
        else:
            played.left_open = self._sale.view
            played.refused = not played.left_open.priced.lines
            self._sale.abandon()

    def _special_order(self, of: str) -> str:
        if of not in self._special_orders:
            raise CashierError("no_such_order", f"Transaction {of} is no deposit of a special order.")
        return self._special_orders[of]

    def _ring_up(self, of: str) -> None:
        self._shop.orders.ring_up(self._special_order(of))

    def _cancel_order(self, played: Played, of: str, reason: str) -> None:
        played.deposit_back = self._shop.orders.cancel_special(self._special_order(of), reason)

    # --- after a sale -------------------------------------------------------------------------------------------------

    def _check_earlier(self, of: str, path: str, index: int) -> None:
        """Raises ScenarioError when it is not one transaction before this one that has that id."""
        earlier = [place for place in self._places.get(of, ()) if place < index]
        if len(earlier) != 1:
            how_many = "more than one transaction" if earlier else "no transaction"
            raise ScenarioError(f"{path}.of", f"{how_many} before this one has the id {of!r}")

    def _after_sale(self, played: Played, of: str, action: Callable[[RetailTransaction], None]) -> None:
        """Do something to a completed sale, and see what that changed of its pending points."""

        def act() -> None:
            sale = self._sales.get(of)
            if sale is None:
                raise CashierError("no_such_sale", f"Transaction {of} is no completed sale.")
            before_points = self._pending_points(sale)
            action(sale)
            played.pending_points = self._pending_points(sale) - before_points

        _all_or_nothing(played, act)

    def _pending_points(self, sale: RetailTransaction) -> int:
        """What the central service has as pending for the sale's member; only asked where goods are to be shipped."""
        if sale.member is None or not _to_ship(sale):
            return 0
        self._shop.upload()
        return self._shop.pending_points(sale.member.member_id)

    def _take_back(
        self, played: Played, sale: RetailTransaction, chosen: returns.Chosen | None, asked: document.Return
    ) -> None:
        pending = returns.planned(self._shop, sale, chosen, asked.reason, manager=asked.manager, to=RefundTo(asked.to))
        played.returned = self._shop.returning.complete(pending).transaction
        played.returned_of = sale

    def _without_receipt(self, played: Played, asked: document.ReturnWithoutReceipt, quantities: list[int]) -> None:
        played.returned = returns.without_receipt(self._shop, asked, quantities)

    def _post_void(self, played: Played, sale: RetailTransaction, reason: str) -> None:
        original = returns.original(self._shop, sale)
        played.returned = self._shop.returning.post_void(original, reason).transaction
        played.returned_of = sale

    # --- members ------------------------------------------------------------------------------------------------------

    def _enrol(self, played: Played, email: str) -> None:
        joining = self._shop.membership.begin_joining(email, marketing_consent=False)
        played.joined = self._shop.membership.join(joining)
        self._transcript.members.setdefault(joining.email, email)


def _name(transaction: document.AnyTransaction, index: int) -> str:
    return f"t{index + 1}" if transaction.id is None else transaction.id


def _to_ship(sale: RetailTransaction) -> list[SaleLine]:
    return [line for line in sale.lines if line.to_ship and not line.voided]


def _all_or_nothing(played: Played, action: Callable[[], None]) -> None:
    try:
        action()
    except (CashierError, RefusedError) as error:
        played.refused, played.error = True, error


def _needs_the_service(step: document.SaleStep) -> bool:
    if isinstance(step, document.TenderStep):
        return step.type in _SPENDS_BALANCES
    return isinstance(step, document.LoadGiftCard)
