"""Plays a scenario's transactions in a shop and keeps what each came to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from pos_app.domain.member import normalise_email
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnRequest, ReturnTransaction, refundable_milli
from pos_app.errors import CashierError, RefusedError
from pos_app.scenario import document, values
from pos_app.scenario.document import ScenarioError
from pos_app.scenario.shop import Shop
from pos_app.scenario.steps import SaleUnderWay
from pos_app.services.returning import OriginalSale
from pos_app.services.selling import SaleView

Refusal = CashierError | RefusedError

_SPENDS_BALANCES = ("points", "gift_card")
"""Before a sale that is paid with these, the central service hears of all sales so far; else they go up in batches."""


@dataclass(slots=True)
class Played:
    """What a transaction came to.

    A completed sale has its transaction, one left open its last view; other kinds have neither. error is the
    first refusal.
    """

    transaction_id: str
    error: Refusal | None = None
    refused: bool = False
    sale: RetailTransaction | None = None
    left_open: SaleView | None = None
    returned: ReturnTransaction | None = None
    granted_points: int = 0


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
        self._sale = SaleUnderWay(shop)
        self._transcript = Transcript()
        self._sales: dict[str, RetailTransaction] = {}

    def play(self) -> Transcript:
        """Play all transactions. Raises ScenarioError when the file is wrong."""
        runs = [self._prepared(transaction, i) for i, transaction in enumerate(self._scenario.transactions)]
        self._add_members()
        self._add_gift_cards()
        for run in runs:
            self._transcript.played.append(run())
        self._shop.upload()
        return self._transcript

    # --- before the first transaction ---------------------------------------------------------------------------------

    def _add_members(self) -> None:
        today = self._shop.clock.now().date()
        for index, member in enumerate(self._scenario.members):
            path = f"members[{index}]"
            email = values.email(member.email, f"{path}.email")
            if email in self._transcript.members:
                raise ScenarioError(f"{path}.email", "there is another member of this address")
            self._transcript.members[email] = member.email
            if member.lots and member.balance_points is not None:
                raise ScenarioError(path, "a member has either balance_points or lots")
            lots = (document.Lot(member.balance_points),) if member.balance_points else member.lots
            account = self._shop.rewards.enrol_member(email, marketing_consent=False)
            for number, lot in enumerate(lots):
                earned_on, expires_on = _days(lot, f"{path}.lots[{number}]", today)
                self._shop.central.grant_points(
                    f"{path}.lots[{number}]",
                    account.member_id,
                    lot.points,
                    pool=lot.pool,
                    earned_on=earned_on,
                    expires_on=expires_on,
                    reason="at the beginning of the scenario",
                )

    def _add_gift_cards(self) -> None:
        for index, card in enumerate(self._scenario.gift_cards):
            if card.number in self._transcript.gift_cards:
                raise ScenarioError(f"gift_cards[{index}].number", "there is another gift card of this number")
            balance_minor = values.amount(card.balance, f"gift_cards[{index}].balance", self._money)
            self._shop.central.issue_gift_card(card.number, balance_minor, self._money.code)
            self._transcript.gift_cards.append(card.number)

    # --- transactions -------------------------------------------------------------------------------------------------

    def _prepared(self, transaction: document.AnyTransaction, index: int) -> Callable[[], Played]:
        """The transaction, read and checked, to be played later. Raises ScenarioError."""
        path = f"transactions[{index}]"
        name = f"t{index + 1}" if transaction.id is None else transaction.id
        at = None
        if transaction.at is not None:
            at = values.moment(transaction.at, f"{path}.at", self._shop.plan.profile.time_zone)
        play = self._of_its_kind(transaction, path, index)

        def run() -> Played:
            if at is not None:
                self._shop.clock.at = at
            played = Played(name)
            play(played)
            return played

        return run

    def _of_its_kind(self, transaction: document.AnyTransaction, path: str, index: int) -> Callable[[Played], None]:
        match transaction:
            case document.Sale(steps=steps):
                actions = [self._sale.prepared(step, f"{path}.steps[{i}]") for i, step in enumerate(steps)]
                if any(isinstance(step, document.TenderStep) and step.type in _SPENDS_BALANCES for step in steps):
                    actions.insert(0, self._shop.upload)
                return lambda played: self._play_sale(played, actions)
            case document.Return(of=of, reason=reason):
                requests = [
                    (line.line, values.quantity_milli(line.quantity, f"{path}.lines[{i}].quantity"))
                    if line.quantity is not None
                    else (line.line, None)
                    for i, line in enumerate(transaction.lines)
                ]
                self._check_earlier(of, path, index)
                return lambda played: _all_or_nothing(played, lambda: self._take_back(played, of, requests, reason))
            case document.PostVoid(of=of, reason=reason):
                self._check_earlier(of, path, index)
                return lambda played: _all_or_nothing(played, lambda: self._post_void(played, of, reason))
            case document.Ship(of=of, line=line_number):
                self._check_earlier(of, path, index)
                shipping = self._shop.shipping
                return lambda played: _all_or_nothing(played, lambda: shipping.ship(self._completed(of), [line_number]))
            case document.Enrol(email=email):
                return lambda played: _all_or_nothing(played, lambda: self._enrol(email))
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
        played.sale = self._sale.completed
        if played.sale is not None:
            self._sales[played.transaction_id] = played.sale
        else:
            played.left_open = self._sale.view
            played.refused = not played.left_open.priced.lines
            self._sale.abandon()

    # --- after a sale -------------------------------------------------------------------------------------------------

    def _check_earlier(self, of: str, path: str, index: int) -> None:
        """Raises ScenarioError when no transaction before this one has that id."""
        earlier = self._scenario.transactions[:index]
        if not any(of == (one.id or f"t{number}") for number, one in enumerate(earlier, 1)):
            raise ScenarioError(f"{path}.of", f"no transaction before this one has the id {of!r}")

    def _completed(self, of: str) -> RetailTransaction:
        sale = self._sales.get(of)
        if sale is None:
            raise CashierError("no_such_sale", f"Transaction {of} is no completed sale.")
        return sale

    def _original(self, of: str) -> OriginalSale:
        original = self._shop.returning.find_here(self._completed(of).header.receipt_number)
        assert original is not None
        return original

    def _take_back(self, played: Played, of: str, lines: list[tuple[int, int | None]], reason: str) -> None:
        original = self._original(of)
        still_open = refundable_milli(original.sale, original.history)
        requests = [
            ReturnRequest(number, still_open.get(number, 0) if quantity is None else quantity)
            for number, quantity in lines
        ]
        if not requests:
            requests = [ReturnRequest(number, quantity) for number, quantity in still_open.items() if quantity]
        played.returned = self._shop.returning.take_back(original, requests, reason).transaction

    def _post_void(self, played: Played, of: str, reason: str) -> None:
        played.returned = self._shop.returning.post_void(self._original(of), reason).transaction

    def _enrol(self, email: str) -> None:
        self._shop.rewards.enrol_member(email, marketing_consent=False)
        self._transcript.members.setdefault(normalise_email(email), email)


def _all_or_nothing(played: Played, action: Callable[[], None]) -> None:
    try:
        action()
    except (CashierError, RefusedError) as error:
        played.refused, played.error = True, error


def _days(lot: document.Lot, path: str, today: date) -> tuple[date, date | None]:
    earned_on = values.day(lot.earned_on, f"{path}.earned_on") if lot.earned_on else today
    expires_on = values.day(lot.expires_on, f"{path}.expires_on") if lot.expires_on else None
    if expires_on is not None and expires_on < earned_on:
        raise ScenarioError(f"{path}.expires_on", "points cannot expire before they are earned")
    return earned_on, expires_on
