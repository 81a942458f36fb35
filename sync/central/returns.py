"""What happens to a sale after it was paid, posted: goods taken back, whole sales voided, goods shipped or never sent.

A fact whose sale has not come in yet waits, and is posted with the sale, in the same transaction. Points are taken
by the service's own record of the sale, never by a till's figures, and never twice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select, update

from pos_app.domain.journal import EventKind
from pos_app.domain.tenders import STORED_VALUE
from sync import contract
from sync.central import gift_cards, loads, tables
from sync.central.database import within, write_new_rows, write_rows
from sync.central.ledger import DEBT_POOL, Cause, LotName, Posting
from sync.central.promotions import codes as promo_codes
from sync.central.sale_facts import ArrivedFact, Outcome, pieces_of, receipt_key, sale_keys
from sync.central.sales import SalePlan
from sync.central.sold_lines import RETURN_KINDS, Fact, SoldLine, Standing, restored_points, standing

STORE_POOL = "store"
_RECEIPT = receipt_key("")


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact that is in the table, its times as stored."""

    fact: Fact
    event_id: str
    store_id: str
    occurred_at: str
    payload: bytes


@dataclass(slots=True)
class _Spent:
    """Points of one lot that paid for a sale and have not come back. member_id is who has the lot now."""

    member_id: str
    lot: LotName
    points: int


@dataclass(slots=True)
class _Sale:
    transaction_id: str
    member_id: str
    earned_on: str
    expires_on: str
    lines: list[SoldLine] = field(default_factory=list)
    tenders: list[Any] = field(default_factory=list)
    facts: list[_Known] = field(default_factory=list)
    spent: list[_Spent] = field(default_factory=list)


class Returns:
    """The facts of one transaction. The sales of the same transaction are written before."""

    def __init__(self, connection: Connection, received_at: str) -> None:
        self._connection = connection
        self._received_at = received_at
        self._posting = Posting(connection, received_at)
        self._surplus: list[dict[str, Any]] = []

    def lock(self, arrived: Sequence[ArrivedFact]) -> set[str]:
        """Lock the sales that these facts are about, before any balance; the ids of their members."""
        return {row.member_id for row in self._sale_rows({one.sale_key for one in arrived})} - {""}

    def run(self, arrived: Sequence[ArrivedFact], sold: Sequence[SalePlan]) -> None:
        """Take facts in; post them and those that waited for the sales of this transaction."""
        fresh = self._keep(arrived)
        keys = {one.sale_key for one in fresh} | {key for plan in sold for key in sale_keys(plan)}
        if not keys:
            return
        posted = self._post(within(self._connection, tables.sale_fact.c.sale_key, keys))
        for one in fresh:
            outcome = posted.get(one.fact.fact_id)
            if outcome is None:
                one.outcome.reason = "waiting: the sale has not come in yet"
                continue
            one.outcome.reason, one.outcome.member_id, one.outcome.points = (
                outcome.reason,
                outcome.member_id,
                outcome.points,
            )
            if outcome.member_id and one.fact.kind in RETURN_KINDS:
                one.outcome.correction_points = outcome.points - one.printed_points

    def post_waiting(self) -> int:
        """Post the facts whose sale came in meanwhile, through another process; how many they were."""
        return len(self._post(tables.sale_fact.c.transaction_id == ""))

    def replay(self, transaction_ids: Collection[str]) -> None:
        """Post what happened to sales that found their member only now."""
        if not transaction_ids:
            return
        sales = self._load(self._sale_rows(transaction_ids))
        for sale in sales.values():
            known: list[Fact] = []
            for one in sale.facts:
                before, after = standing(sale.lines, known), standing(sale.lines, [*known, one.fact])
                self._post_lines(sale, one, before, after)
                known.append(one.fact)
        self._posting.flush()

    # --- reading ------------------------------------------------------------------------------------------------------

    def _keep(self, arrived: Sequence[ArrivedFact]) -> list[ArrivedFact]:
        """Write facts down as waiting; one that came before in another event is refused."""
        table = tables.sale_fact
        ids = sorted({one.fact.fact_id for one in arrived})
        if not ids:
            return []
        known = set(self._connection.execute(select(table.c.fact_id).where(table.c.fact_id.in_(ids))).scalars())
        fresh: list[ArrivedFact] = []
        for one in arrived:
            if one.fact.fact_id in known:
                one.outcome.quarantined = True
                one.outcome.reason = "return_repeated: This return came before, in another event; the first one stays."
                continue
            known.add(one.fact.fact_id)
            fresh.append(one)
        rows = [
            {
                "fact_id": one.fact.fact_id,
                "event_id": one.event_id,
                "kind": one.fact.kind,
                "sale_key": one.sale_key,
                "transaction_id": "",
                "store_id": one.store_id,
                "occurred_at": one.occurred_at,
                "payload": one.payload,
                "received_at": self._received_at,
            }
            for one in fresh
        ]
        write_new_rows(self._connection, table, rows)
        return fresh

    def _sale_rows(self, keys: Iterable[str]) -> Sequence[Any]:
        """The sales of these names, locked in one order, latest first where a receipt number came twice."""
        names = sorted(set(keys))
        receipts = [name.removeprefix(_RECEIPT) for name in names if name.startswith(_RECEIPT)]
        transaction_ids = [name for name in names if not name.startswith(_RECEIPT)]
        if not names:
            return ()
        sale = tables.sale
        return self._connection.execute(
            select(sale)
            .where(or_(sale.c.transaction_id.in_(transaction_ids), sale.c.receipt_number.in_(receipts)))
            .order_by(sale.c.transaction_id)
            .with_for_update()
        ).all()

    def _load(self, rows: Sequence[Any]) -> dict[str, _Sale]:
        """Sales with their lines, tenders, facts so far and points that paid; their members' balances are locked."""
        ids = [row.transaction_id for row in rows]
        ledger, lot = tables.ledger, tables.lot
        moved = self._connection.execute(
            select(
                ledger.c.transaction_id,
                ledger.c.member_id,
                ledger.c.kind,
                ledger.c.points,
                lot.c.lot_id,
                lot.c.pool,
                lot.c.earned_on,
                lot.c.expires_on,
            )
            .join(lot, lot.c.lot_id == ledger.c.lot_id)
            .where(ledger.c.transaction_id.in_(ids), ledger.c.kind.in_(("redeem", "restore")))
        ).all()
        members = {row.member_id for row in rows} | {row.member_id for row in moved}
        self._posting.load(sorted(members - {""}))
        now = {member_id: self._posting.survivor(member_id) for member_id in members}
        sales = {
            row.transaction_id: _Sale(row.transaction_id, now[row.member_id], row.earned_on, row.expires_on)
            for row in rows
        }
        line, tender, fact = tables.sale_line, tables.sale_tender, tables.sale_fact
        for row in self._connection.execute(
            select(line).where(line.c.transaction_id.in_(ids)).order_by(line.c.line_number)
        ):
            sales[row.transaction_id].lines.append(SoldLine(*row[1:]))
        for row in self._connection.execute(select(tender).where(tender.c.transaction_id.in_(ids))):
            sales[row.transaction_id].tenders.append(row)
        for row in self._connection.execute(
            select(fact).where(fact.c.transaction_id.in_(ids)).order_by(fact.c.received_at, fact.c.fact_id)
        ):
            sales[row.transaction_id].facts.append(_known(row))
        for sale in sales.values():
            sale.spent = self._spent([row for row in moved if row.transaction_id == sale.transaction_id], now)
        return sales

    def _spent(self, moved: Sequence[Any], now: dict[str, str]) -> list[_Spent]:
        """What was taken and has not come back; the last lot that was taken from is the first to get back."""
        taken: dict[str, _Spent] = {}
        back = 0
        for row in moved:
            if row.kind == "restore":
                back += row.points
                continue
            member_id = now[row.member_id]
            lot = LotName(row.pool, row.earned_on, row.expires_on, row.lot_id)
            if member_id != row.member_id:
                debt = row.pool == DEBT_POOL
                lot = (
                    self._posting.debt_of(member_id)
                    if debt
                    else self._posting.lot_of(member_id, row.pool, row.earned_on, row.expires_on)
                )
            spent = taken.setdefault(row.lot_id, _Spent(member_id, lot, 0))
            spent.points -= row.points
        ordered = sorted(
            taken.values(),
            key=lambda one: (one.lot.pool == DEBT_POOL, one.lot.expires_on, one.lot.lot_id),
            reverse=True,
        )
        for one in ordered:
            gone = min(back, one.points)
            one.points -= gone
            back -= gone
        return ordered

    # --- posting ------------------------------------------------------------------------------------------------------

    def _post(self, which: ColumnElement[bool]) -> dict[str, Outcome]:
        """Post waiting facts whose sale is there: outcomes by fact id."""
        fact = tables.sale_fact
        none: ColumnElement[str] = literal_column("''")  # not bound: only so may an engine use the index of what waits
        waiting = self._connection.execute(
            select(fact).where(fact.c.transaction_id == none, which).order_by(fact.c.received_at, fact.c.fact_id)
        ).all()
        rows = self._sale_rows({row.sale_key for row in waiting})
        if not rows:
            return {}
        named = {row.transaction_id: row.transaction_id for row in rows}
        named |= {
            _RECEIPT + row.receipt_number: row.transaction_id for row in sorted(rows, key=lambda row: row.ended_at)
        }
        matched = [(row, named[row.sale_key]) for row in waiting if row.sale_key in named]
        wanted = {transaction_id for _, transaction_id in matched}
        sales = self._load([row for row in rows if row.transaction_id in wanted])
        outcomes: dict[str, Outcome] = {}
        for row, transaction_id in matched:
            outcomes[row.fact_id] = self._apply(sales[transaction_id], _known(row))
            self._connection.execute(
                update(fact).where(fact.c.fact_id == row.fact_id).values(transaction_id=transaction_id)
            )
        write_rows(self._connection, tables.surplus_return, self._surplus)
        self._posting.flush()
        return outcomes

    def _apply(self, sale: _Sale, one: _Known) -> Outcome:
        known = [earlier.fact for earlier in sale.facts]
        before, after = standing(sale.lines, known), standing(sale.lines, [*known, one.fact])
        sale.facts.append(one)
        outcome = Outcome(member_id=sale.member_id)
        outcome.points = self._post_lines(sale, one, before, after)
        remarks = [self._post_surplus(sale, one, before, after)]
        if one.fact.kind in RETURN_KINDS:
            self._restore(sale, one, before, after)
            if any(line != before.line(number) for number, line in after.lines.items()):
                remarks.append(self._refund_gift_cards(sale, one))
                remarks.append(self._take_loads_back(sale, one))
                if one.fact.kind == EventKind.POST_VOID:
                    promo_codes.give_back(self._connection, self._received_at, one.event_id, sale.transaction_id)
        outcome.reason = "; ".join(remark for remark in remarks if remark)
        return outcome

    def _post_lines(self, sale: _Sale, one: _Known, before: Standing, after: Standing) -> int:
        """Post the difference that a fact makes to each line; what the member's points changed by, pending included."""
        if not sale.member_id or not self._posting.knows(sale.member_id):
            return 0
        cause, member_id = _cause(sale, one), sale.member_id
        own = self._posting.lot_of(member_id, STORE_POOL, sale.earned_on, sale.expires_on)
        changed = 0
        for line in sale.lines:
            number = line.line_number
            was, now = before.line(number), after.line(number)
            for part, points in (("base", now.base - was.base), ("bonus", now.bonus - was.bonus)):
                self._posting.credit(
                    cause,
                    member_id,
                    f"earn_{part}",
                    points,
                    pool=own.pool,
                    earned_on=own.earned_on,
                    expires_on=own.expires_on,
                    part=part,
                    line_number=number,
                    offer_id=line.offer_id if part == "bonus" else "",
                )
                changed += points
            self._posting.take_back(cause, member_id, own, now.reversed - was.reversed, line_number=number)
            self._posting.pend(cause, member_id, one.fact.kind, now.pending - was.pending, line_number=number)
            changed += now.pending - was.pending - (now.reversed - was.reversed)
        self._posting.recover_debt(cause, member_id)
        return changed

    def _post_surplus(self, sale: _Sale, one: _Known, before: Standing, after: Standing) -> str:
        """Report what came back beyond what was sold; nothing moves for it."""
        more = {key: milli - before.surplus.get(key, 0) for key, milli in after.surplus.items()}
        rows = [
            {
                "fact_id": one.fact.fact_id,
                "line_number": line_number,
                "code": code,
                "transaction_id": sale.transaction_id,
                "store_id": one.store_id,
                "quantity_milli": milli,
                "received_at": self._received_at,
            }
            for (line_number, code), milli in sorted(more.items())
            if milli > 0
        ]
        self._surplus += rows
        return "surplus: more came back than was sold; no points move for it" if rows else ""

    def _restore(self, sale: _Sale, one: _Known, before: Standing, after: Standing) -> None:
        """Points that had paid go back to their lots; those that had been a debt pay what is left of it first."""
        left = sum(
            restored_points(sale.lines, after, tender.points) - restored_points(sale.lines, before, tender.points)
            for tender in sale.tenders
            if tender.tender_type == "points"
        )
        cause = _cause(sale, one)
        for spent in sale.spent:
            points = min(left, spent.points)
            if points <= 0 or not self._posting.knows(spent.member_id):
                continue
            spent.points -= points
            left -= points
            lot = spent.lot
            if lot.pool == DEBT_POOL:
                owed = min(points, self._posting.owed_points(spent.member_id))
                self._posting.restore(cause, spent.member_id, lot, owed, part="paid")
                points -= owed
                lot = self._posting.lot_of(spent.member_id, STORE_POOL, sale.earned_on, sale.expires_on)
                self._posting.restore(cause, spent.member_id, lot, points, part="recovered")
            else:
                self._posting.restore(cause, spent.member_id, lot, points, part="paid")
            self._posting.recover_debt(cause, spent.member_id)

    def _refund_gift_cards(self, sale: _Sale, one: _Known) -> str:
        paid = {tender.tender_id: tender for tender in sale.tenders if tender.tender_type in STORED_VALUE}
        odd = ""
        for refund in contract.decode(one.payload, contract.ReturnPayload).refunds:
            tender = paid.get(refund.original_tender_id)
            if refund.tender_type not in STORED_VALUE or not refund.amount_minor:
                continue
            if refund.tender_type == "store_credit" and not refund.reference:
                continue  # a slip of its own, which its own event loads
            if tender is None or tender.tender_type != refund.tender_type:
                odd = "gift_card_not_of_this_sale"
                continue
            odd = (
                gift_cards.refund(self._connection, self._received_at, one.event_id, tender, refund.amount_minor) or odd
            )
        return odd

    def _take_loads_back(self, sale: _Sale, one: _Known) -> str:
        """A gift card that was sold with the sale comes back: it is worth nothing any more."""
        numbers = [line.line_number for line in contract.decode(one.payload, contract.ReturnPayload).lines]
        return loads.take_back(self._connection, self._received_at, one.event_id, sale.transaction_id, numbers)


def _known(row: Any) -> _Known:
    payload = bytes(row.payload)
    fact = Fact(row.fact_id, row.kind, pieces_of(row.kind, payload))
    return _Known(fact, row.event_id, row.store_id, row.occurred_at, payload)


def _cause(sale: _Sale, one: _Known) -> Cause:
    return Cause(one.event_id, one.occurred_at, sale.transaction_id, one.store_id)
