"""Tills of two stores and the central service: whatever is done, cut, lost, repeated or restarted, the same balances.

The model knows the receipts' prices and the rules; it computes points, pending points and what comes back by itself.
"""

import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

from fakes.central_till import event_of
from fakes.cut_stores import OPENING, Country, Till
from fakes.memory_returns import sale_everywhere
from fakes.memory_shop import OPERATOR
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pos_app.domain.journal import JournalEntry, verify_chain
from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnRequest, refundable_milli
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import PointsHold
from pos_app.services.shipping import Shipping
from pos_app.storage.journal import incarnations, stream_entries
from sync import contract

MEMBERS = {"ann@example.com": 3000, "bea@example.com": 300}
EMAILS = (*MEMBERS, "cyd@example.com")
WELCOME_POINTS = 250
AUDIO_MULTIPLIER = 3
HOLDS_ARE_OVER = timedelta(hours=1)
TERMS = contract.Terms(
    terms_id="standard",
    version=2,
    effective_from="2026-01-01T00:00:00+00:00",
    offers=[
        contract.OfferMessage(
            offer_id="audio",
            version=1,
            starts_at="2026-01-01T00:00:00+00:00",
            ends_at="2026-12-31T23:59:59+00:00",
            multiplier=AUDIO_MULTIPLIER,
            scope=contract.OfferScopeMessage(categories=["audio"]),
        )
    ],
    enrolment_offers=[
        contract.EnrolmentOfferMessage(
            offer_id="welcome",
            points=WELCOME_POINTS,
            cap=1000,
            starts_at="2026-01-01T00:00:00+00:00",
            ends_at="2026-12-31T23:59:59+00:00",
        )
    ],
    offline=contract.OfflineRedemption(allowed=True, member_count_limit=5),
)

tills = st.sampled_from((0, 1))
emails = st.sampled_from(EMAILS)
sales = st.integers(0, 1000)
"""Picks one of the sales so far, whatever their number."""


@dataclass(frozen=True)
class Purchase:
    """What somebody wants, and how many points they would use."""

    till: int
    email: str
    basket: dict[str, int]
    points: int
    ships: bool
    power_fails: bool


purchases = st.builds(
    Purchase,
    till=tills,
    email=st.sampled_from((*EMAILS, *MEMBERS, "")),
    basket=st.dictionaries(st.sampled_from(("10", "11", "12", "13", "14")), st.integers(1, 4), min_size=1, max_size=3),
    points=st.sampled_from((0, 100, 300, 2000)),
    ships=st.booleans(),
    power_fails=st.sampled_from((False, False, True)),
)


@dataclass
class Sold:
    """A receipt, and all that was done about it anywhere. Quantities in thousandths by line number."""

    email: str
    till: int
    sale: RetailTransaction
    back: Counter[int] = field(default_factory=Counter)
    returns: int = 0
    voided: bool = False
    shipped: set[int] = field(default_factory=set)
    never_shipped: set[int] = field(default_factory=set)

    @property
    def ended_at(self) -> datetime:
        return datetime.fromisoformat(self.sale.ended_at)

    @property
    def points(self) -> dict[int, int]:
        """Points by line, from prices and rules alone."""
        prices = {
            line.line_number: 0 if line.kind == "gift_card" else line.net_minor
            for line in self.sale.lines
            if not line.voided
        }
        # 100 points pay a dollar, so one point takes one cent off the price that earns.
        paid = shared(min(self.sale.points_used, sum(prices.values())), prices)
        eligible = {number: price - paid[number] for number, price in prices.items()}
        base = shared(sum(eligible.values()) // 100, eligible)
        audio = {line.line_number: eligible[line.line_number] for line in self.sale.lines if line.category == "audio"}
        bonus = shared(sum(audio.values()) // 100 * (AUDIO_MULTIPLIER - 1), audio)
        return {number: base[number] + bonus.get(number, 0) for number in prices}

    def back_milli(self, number: int, sold_milli: int) -> int:
        """More than was sold never comes back, and all of it with a post-void."""
        return sold_milli if self.voided else min(self.back[number], sold_milli)

    @property
    def earned(self) -> tuple[int, int]:
        """Points in the balance and pending ones, after all that came back and was shipped."""
        balance = pending = 0
        for line in self.sale.lines:
            points = self.points[line.line_number]
            left = points - points * self.back_milli(line.line_number, line.quantity_milli) // line.quantity_milli
            if not line.to_ship or line.line_number in self.shipped:
                balance += left
            elif line.line_number not in self.never_shipped:
                pending += left
        return balance, pending

    @property
    def restored(self) -> int:
        """Points that had paid and came back, in proportion to the goods; all of them with the last piece."""
        lines = {line.line_number: line for line in self.sale.lines}
        back = {number: self.back_milli(number, line.quantity_milli) for number, line in lines.items()}
        if all(back[number] == line.quantity_milli for number, line in lines.items()):
            return self.sale.points_used
        back_minor = sum(
            line.net_minor * back[number] // line.quantity_milli + line.fees_minor * back[number] // line.quantity_milli
            for number, line in lines.items()
        )
        whole_minor = sum(line.net_minor + line.fees_minor for line in lines.values())
        return self.sale.points_used * back_minor // whole_minor if whole_minor else 0


def shared(total: int, weights: dict[int, int]) -> dict[int, int]:
    """Largest remainder, the earlier line first."""
    if not total:
        return dict.fromkeys(weights, 0)
    exact = {number: Fraction(total * weight, sum(weights.values())) for number, weight in weights.items()}
    parts = {number: int(share) for number, share in exact.items()}
    for number in sorted(parts, key=lambda number: parts[number] - exact[number])[: total - sum(parts.values())]:
        parts[number] += 1
    return parts


class TillsAndCentral(RuleBasedStateMachine):
    """What people do in two stores while the line to the service is what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.country = Country(folder, 2, 1, MEMBERS, TERMS)
        self.stack.callback(self.country.close)
        self.sold: list[Sold] = []
        self.joined: dict[str, datetime] = dict.fromkeys(MEMBERS, OPENING)

    def till(self, number: int) -> Till:
        self.country.clock.at += timedelta(minutes=1)
        return self.country.tills[number]

    def one_of(self, pick: int) -> Sold:
        return self.sold[pick % len(self.sold)]

    # --- customers ----------------------------------------------------------------------------------------------------

    @rule(number=tills, email=emails)
    def somebody_joins(self, number: int, email: str) -> None:
        till = self.till(number)
        joining = till.membership.begin_joining(email, marketing_consent=False)
        at = datetime.fromisoformat(joining.joined_at)
        self.joined[email] = min(at, self.joined.get(email, at))
        with suppress(OfflineError):
            till.membership.join(joining)

    @initialize(early=st.lists(purchases, min_size=2, max_size=4))
    def the_morning(self, early: list[Purchase]) -> None:
        for purchase in early:
            self.buy(purchase)

    @rule(purchase=purchases)
    def somebody_buys(self, purchase: Purchase) -> None:
        self.buy(purchase)

    @rule(purchase=purchases, online=st.booleans(), loses_answers=st.booleans())
    def somebody_buys_when_the_line_has_changed(self, purchase: Purchase, online: bool, loses_answers: bool) -> None:
        line = self.country.tills[purchase.till].line
        line.online, line.loses_answers = online, loses_answers
        self.buy(purchase)

    def buy(self, purchase: Purchase) -> None:
        till = self.till(purchase.till)
        for code, quantity in purchase.basket.items():
            assert till.selling.add_item(code, quantity * 1000).found
        if purchase.ships:
            till.selling.ship_line(1)
        account = till.look_up(purchase.email) if purchase.email else None
        if account is not None:
            till.selling.attach_member(account)
            hold = self.set_aside(till, purchase.points)
            if hold is not None:
                completed = till.tendering.add_points(hold).completed
                assert completed is None, "the points never come to exactly these prices with their tax"
        elif purchase.email:
            till.selling.attach_unknown_member(purchase.email)
        if purchase.power_fails:
            till.restart()
            assert till.selling.restore()
        completed = till.tendering.add_cash(till.tendering.cash_due_minor).completed
        assert completed is not None
        sold = Sold(purchase.email, purchase.till, completed.transaction)
        if purchase.email:
            assert {line.line_number: line.points for line in sold.sale.lines} == sold.points
        self.sold.append(sold)

    def set_aside(self, till: Till, points: int) -> PointsHold | None:
        """Points of the member of this sale; by the allowance where the service does not answer; None if not."""
        view = till.selling.view
        assert view.header is not None
        assert view.account is not None
        if not 0 < points <= view.redeemable_points:
            return None
        with suppress(RefusedError):
            try:
                return till.rewards.hold_points(view.header.transaction_id, view.account.member_id, points)
            except OfflineError:
                with suppress(CashierError):
                    return till.membership.hold_offline(view.account, points)
        return None

    @rule(number=tills, email=emails)
    def somebody_changes_their_mind(self, number: int, email: str) -> None:
        till = self.till(number)
        till.selling.add_item("12")
        account = till.look_up(email)
        if account is not None:
            till.selling.attach_member(account)
            hold = self.set_aside(till, 100)
            if hold is not None:
                till.tendering.add_points(hold)
                with suppress(OfflineError):
                    till.rewards.release(hold.hold_id)
        till.selling.cancel("changed their mind")

    # --- goods come back, or leave ------------------------------------------------------------------------------------

    @precondition(lambda self: self.sold)
    @rule(pick=sales, line=st.integers(0, 2), pieces=st.integers(1, 4))
    def goods_come_back_where_they_were_bought(self, pick: int, line: int, pieces: int) -> None:
        sold = self.one_of(pick)
        till = self.till(sold.till)
        original = till.returning.find_here(sold.sale.header.receipt_number)
        assert original is not None
        number = sold.sale.lines[line % len(sold.sale.lines)].line_number
        milli = min(pieces * 1000, refundable_milli(original.sale, original.history)[number])
        if milli:
            till.returning.take_back(original, [ReturnRequest(number, milli)], "changed their mind")
            sold.back[number] += milli
            sold.returns += 1

    @precondition(lambda self: self.sold)
    @rule(pick=sales, line=st.integers(0, 2), pieces=st.integers(1, 4))
    def goods_come_back_in_the_other_store(self, pick: int, line: int, pieces: int) -> None:
        """By the service's record; by the paper while it is out of reach, or while it does not know the sale yet."""
        sold = self.one_of(pick)
        till = self.till(1 - sold.till)
        bought = sold.sale.lines[line % len(sold.sale.lines)]
        number, milli = bought.line_number, min(pieces * 1000, bought.quantity_milli)
        try:
            original = sale_everywhere(till.gateway, sold.sale.header.receipt_number)
        except OfflineError:
            original = None
        if original is None:
            paper = PaperReceipt(
                sold.sale.header.receipt_number,
                (PaperLine(bought.code, milli, bought.unit_price_minor),),
                points_paid=sold.sale.points_used,
                goods_minor=sold.sale.subtotal_minor + sold.sale.fees_minor,
            )
            till.returning.take_back_by_paper(paper, "changed their mind")
        else:
            milli = min(milli, refundable_milli(original.sale, original.history)[number])
            if milli <= 0:  # more came back than was sold, at tills that could not know of each other
                return
            till.returning.take_back(original, [ReturnRequest(number, milli)], "changed their mind")
        sold.back[number] += milli
        sold.returns += 1

    @precondition(lambda self: self.sold)
    @rule(pick=sales)
    def a_sale_is_voided(self, pick: int) -> None:
        sold = self.one_of(pick)
        till = self.till(sold.till)
        original = till.returning.find_here(sold.sale.header.receipt_number)
        assert original is not None
        with suppress(CashierError):
            till.returning.post_void(original, "rung up by mistake")
            sold.voided = True
            sold.returns += 1

    @precondition(lambda self: any(line.to_ship for one in self.sold for line in one.sale.lines))
    @rule(pick=sales, number=tills, leaves=st.booleans())
    def goods_are_shipped_or_never_will_be(self, pick: int, number: int, leaves: bool) -> None:
        waiting = [one for one in self.sold if one.sale.lines[0].to_ship]
        sold = waiting[pick % len(waiting)]
        shipping = Shipping(storage=self.till(number).data.storage, operator=OPERATOR)
        if leaves:
            shipping.ship(sold.sale, [1])
            sold.shipped.add(1)
        else:
            shipping.cancel(sold.sale, [1])
            sold.never_shipped.add(1)

    # --- the world ----------------------------------------------------------------------------------------------------

    @rule(number=tills, loses_answers=st.booleans())
    def what_can_be_sent_is_sent(self, number: int, loses_answers: bool) -> None:
        till = self.till(number)
        till.line.online, till.line.loses_answers = True, loses_answers
        till.upload()

    @rule(number=tills, first=st.integers(0, 30), count=st.integers(1, 10))
    def a_piece_arrives_out_of_turn_or_again(self, number: int, first: int, count: int) -> None:
        """A request that was thought lost; beyond a gap nothing is taken."""
        till = self.till(number)
        entries = self.journal(till)[first : first + count]
        if entries:
            batch = contract.UploadBatch(
                terminal_id=till.data.identity.terminal_id(),
                incarnation=till.data.identity.incarnation(),
                events=[event_of(entry) for entry in entries],
                contacts=till.data.outbox.contacts(entries),
            )
            result = self.country.central.upload(batch.terminal_id, batch)
            assert all(one.status in ("applied", "duplicate") for one in result.results), result

    @rule(number=tills, minutes=st.integers(1, 20))
    def a_till_is_restarted_after_a_while(self, number: int, minutes: int) -> None:
        self.country.clock.at += timedelta(minutes=minutes)
        self.country.central.sweep()
        self.till(number).restart()

    # --- in the end ---------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            self.country.heal()
            self.country.clock.at += HOLDS_ARE_OVER
            self.country.central.sweep()
            self.everything_is_there_once()
            for email in self.joined:
                self.the_balance_is_right(email)
        finally:
            self.stack.close()

    def journal(self, till: Till) -> list[JournalEntry]:
        database = till.data.database
        ((number, _),) = incarnations(database)
        return list(stream_entries(database, till.data.identity.terminal_id(), number))

    def everything_is_there_once(self) -> None:
        central = self.country.central
        report = central.verify()
        assert report.clean, report
        assert report.quarantined == 0
        journals = [self.journal(till) for till in self.country.tills]
        for journal in journals:
            verify_chain(journal)
        assert report.events == sum(len(journal) for journal in journals)
        receipts = [one.sale.header.receipt_number for one in self.sold]
        assert len(receipts) == len(set(receipts))
        for one in self.sold:
            found = central.find_sale(contract.FindSale(receipt_number=one.sale.header.receipt_number)).found
            assert found is not None
            assert len(found.returns) == one.returns
        assert central.waiting_facts() == []

    def the_balance_is_right(self, email: str) -> None:
        balance, pending = MEMBERS.get(email, 0) + WELCOME_POINTS, 0
        for one in self.sold:
            if one.email != email:
                continue
            known = one.sale.member is not None and one.sale.member.member_id
            if known or self.joined[email] <= one.ended_at:
                earned = one.earned
                balance, pending = balance + earned[0], pending + earned[1]
            balance += one.restored - one.sale.points_used
        member = self.country.central.find_member(contract.FindMember(email=email)).member
        assert member is not None
        assert (member.balance_points, member.pending_points) == (balance, pending), email
        assert member.available_points == max(balance, 0), "no hold is left"
        assert sum(one.points for one in self.country.central.movements(member.member_id)) == balance
        assert sum(pool.points for pool in member.pools) == balance


TillsAndCentral.TestCase.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
test_tills_and_central_agree_in_the_end = TillsAndCentral.TestCase


def test_what_came_back_twice_unknown_to_each_other_leaves_the_rest_of_the_sale_alone(tmp_path: Path) -> None:
    country = Country(tmp_path, 2, 1, MEMBERS, TERMS)
    here, there = country.tills
    account = here.look_up("ann@example.com")
    assert account is not None
    for code in ("12", "10"):
        assert here.selling.add_item(code).found
    here.selling.attach_member(account)
    completed = here.tendering.add_cash(here.tendering.cash_due_minor).completed
    assert completed is not None
    sale = completed.transaction
    receipt_number = sale.header.receipt_number

    there.line.online = False
    paper = PaperReceipt(receipt_number, (PaperLine("12", 1000, 26_500),), points_paid=0, goods_minor=31_499)
    there.returning.take_back_by_paper(paper, "changed their mind")
    original = here.returning.find_here(receipt_number)
    assert original is not None
    here.returning.take_back(original, [ReturnRequest(1, 1000)], "changed their mind")
    country.heal()

    known = sale_everywhere(there.gateway, receipt_number)
    assert known is not None
    assert refundable_milli(known.sale, known.history) == {1: 0, 2: 1000}
    rest = there.returning.take_back(known, [ReturnRequest(2, 1000)], "changed their mind").transaction
    # The speaker was refunded twice: of what was paid only so much is left to give back.
    left_minor = sale.total_minor - sum(line.refund_minor for line in known.history.lines.values())
    assert rest.total_minor == sale.lines[1].net_minor + sale.lines[1].tax_minor
    assert 0 <= sum(refund.amount_minor for refund in rest.refunds) <= max(0, left_minor + rest.total_minor)
    country.heal()
    assert country.balance("ann@example.com") == MEMBERS["ann@example.com"] + WELCOME_POINTS, "each taken back once"
    assert country.central.verify().clean
    country.close()
