"""`trading-day`: baskets of a till log over three tills and their service, through everything a day brings.

An offline spell, voids, returns at the till and across tills, exchanges, loans, drops, paid-outs, a lost answer, and
a power cut while a till is closed. At the end X, Z, store close, ledger and bank deposit have to agree.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pos_app
from pos_app.cli.closing_steps import close_till
from pos_app.cli.till_log import Ticket, read_tickets
from pos_app.cli.trading_account import Account, figures_by_hand, figures_of_z
from pos_app.cli.trading_store import FLOAT_MINOR, STORE_ID, Shop, Till
from pos_app.domain.period_figures import figures_of
from pos_app.domain.report_cells import Cell, Section, added
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.store_close import StoreClose
from pos_app.domain.tenders import TenderType
from pos_app.errors import OfflineError, WorldError
from pos_app.services.store_closing import StoreClosing
from pos_app.services.till_papers import ZReport
from pos_app.storage.journal_audit import audit
from pos_app.storage.reports import SqliteReportFigures

BASKETS = 300
TILLS = ("01", "02", "03")
OPENING_POINTS = 1_500
POINTS_USED = 100
SHORT_MINOR = 300
_MEMBERS = 60
_BY_HAND = (TenderType.CASH, TenderType.POINTS)
_DIFFERS, _UNREADABLE = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two files, a day and how much of it."""
    parser.add_argument("lines", type=Path, metavar="LINES.csv", help="the log's lines (docs/developer.md)")
    parser.add_argument("sales", type=Path, metavar="SALES.csv", help="the log's sales")
    parser.add_argument("--day", default="", metavar="YYYY-MM-DD", help="this day only")
    parser.add_argument("--baskets", type=int, default=0, metavar="N", help="the first N only")
    parser.add_argument("--database", default="", metavar="URL", help="the service's database; else a file of its own")


def main(args: argparse.Namespace) -> int:
    """0 when everything agrees, 1 when a figure does not, 2 when a file cannot be read."""
    try:
        tickets = list(read_tickets(args.lines, args.sales, args.day))
        with TemporaryDirectory() as folder:
            account = play(tickets[: args.baskets or None], Path(folder), args.database)
    except WorldError as error:
        print(error, file=sys.stderr)
        return _UNREADABLE
    print(account.text())
    return _DIFFERS if account.faults else 0


def play(tickets: Sequence[Ticket], folder: Path, database_url: str = "") -> Account:
    """The whole day; what is left of it lies in the folder."""
    day = _Day([one for one in tickets if not one.odd], folder, database_url)
    try:
        return day.play()
    finally:
        day.close()


class _Day:
    """One store on one day."""

    def __init__(self, tickets: Sequence[Ticket], folder: Path, database_url: str) -> None:
        self._tickets = tickets
        self._shop = Shop(folder, database_url, tickets)
        regulars = Counter(ticket.member for ticket in tickets if ticket.member).most_common(_MEMBERS)
        for member, _ in regulars:
            self._shop.join(member, OPENING_POINTS)
        self._tills = [Till(self._shop, folder / f"till-{one}", one) for one in TILLS]
        self._account = Account()
        self._zs: list[ZReport] = []
        self._closed: list[int] = []

    def close(self) -> None:
        """Put everything away."""
        for till in self._tills:
            till.close()
        self._shop.close()

    def play(self) -> Account:
        """From the first float to the amended close of the store."""
        for till in self._tills:
            till.open_day()
        self._sell()
        self._close_first_and_second()
        first = self._close_store(self._tills[0])
        self._close_third_late()
        amended = self._close_store(self._tills[2])
        self._compare_tills()
        self._compare_store(first, amended)
        self._compare_reports()
        self._compare_points()
        return self._account

    # --- trading ------------------------------------------------------------------------------------------------------

    def _sell(self) -> None:
        """Every basket at one till or another, with what else happens between them."""
        first, second, third = self._tills
        number = len(self._tickets)
        happenings = {
            number // 10: lambda: first.register.cash_movements.no_sale("Change for a customer"),
            number // 8: lambda: self._lend(second, 5_000),
            number // 6: lambda: self._void(first),
            number // 5: lambda: self._return_across(first, second),
            number // 4: lambda: self._pay_out(third, 1_250),
            number // 3: lambda: self._go_offline(third),
            number // 2: lambda: self._lose_an_answer(second),
            number * 3 // 5: lambda: self._exchange(second),
            number * 2 // 3: lambda: self._pay_in(first, 2_500),
            number * 3 // 4: lambda: self._void(third),
        }
        for place, ticket in enumerate(self._tickets):
            if place in happenings:
                happenings[place]()
            till = self._tills[place % len(self._tills)]
            if _sells(ticket):
                till.ring_up(ticket, points=POINTS_USED if place % 4 == 0 else 0)
            till.take_back(ticket)
            if till.register.cash_movements.pickup_due():
                self._drop(till)
            if till.online and place % 20 < len(self._tills):
                till.send()
        self._account.tell(f"{number} baskets were sold at {len(self._tills)} tills.")

    def _void(self, till: Till) -> None:
        sale, member = _last(till)
        till.void(sale, member)
        till.sold.remove((sale, member))
        self._account.tell(f"Till {till.workstation_id} voided a sale.")

    def _return_across(self, sold_at: Till, back_at: Till) -> None:
        sale, member = _last(sold_at, with_points=True)
        sold_at.send()
        back_at.return_all(sale, member)
        sold_at.sold.remove((sale, member))
        self._account.tell(f"A sale of till {sold_at.workstation_id} came back at till {back_at.workstation_id}.")

    def _exchange(self, till: Till) -> None:
        sale, member = _last(till)
        till.exchange(sale, member, next(one for one in self._tickets if _sells(one)))
        till.sold.remove((sale, member))
        self._account.tell(f"Till {till.workstation_id} exchanged goods.")

    def _lend(self, till: Till, amount_minor: int) -> None:
        till.register.cash_movements.lend(amount_minor)
        till.drawer_minor += amount_minor
        self._account.tell(f"Till {till.workstation_id} was lent cash.")

    def _pay_in(self, till: Till, amount_minor: int) -> None:
        till.register.cash_movements.pay_in(amount_minor, "Found behind the counter")
        till.drawer_minor += amount_minor

    def _pay_out(self, till: Till, amount_minor: int) -> None:
        till.register.cash_movements.pay_out(amount_minor, "Window cleaning")
        till.drawer_minor -= amount_minor

    def _drop(self, till: Till) -> None:
        amount_minor = till.drawer_minor - FLOAT_MINOR
        till.register.cash_movements.pick_up(amount_minor, f"DROP-{till.workstation_id}-{till.drawer_minor}")
        till.drawer_minor -= amount_minor
        till.dropped_minor += amount_minor

    def _go_offline(self, till: Till) -> None:
        till.send()
        till.online = False
        self._account.tell(f"Till {till.workstation_id} lost its line and went on selling.")

    def _lose_an_answer(self, till: Till) -> None:
        """The service takes the records, and the till does not hear of it: they are sent again, and count once."""
        till.client.lose_next = True
        lost = till.engine.step()
        self._account.compare("the lost answer is noticed", lost.outcome.value, "unreachable")
        till.send()
        self._account.tell(f"An answer to till {till.workstation_id} was lost.")

    # --- closing ------------------------------------------------------------------------------------------------------

    def _close_first_and_second(self) -> None:
        first, second, _ = self._tills
        self._close_till(first, 0)
        cut_after = ("count_tenders", "sign")
        for step in cut_after:
            self._cut_power(second, step)
        self._account.tell(f"The power of till 02 was cut while it was closed, after: {', '.join(cut_after)}.")
        self._close_till(second, SHORT_MINOR)
        for till in (first, second):
            till.send()

    def _close_till(self, till: Till, short_minor: int) -> None:
        register = till.register
        if register.closing.current is None and not register.till_papers.z_reports():
            x = figures_of_z(figures_of(register.data.till_records.period()))
            what = f"till {till.workstation_id}: X and the journal"
            self._account.compare_all(what, x, figures_by_hand(register))
        zs = register.till_papers.z_reports()
        counted_minor = till.drawer_minor - short_minor
        z = zs[0] if zs else close_till(register, counted_minor, till.cards_minor, f"BAG-{till.workstation_id}")
        self._zs.append(z)
        self._closed.append(counted_minor)

    def _cut_power(self, till: Till, step: str) -> None:
        """kill -9 of the till's process once it has said the step."""
        till.close()
        counted_minor = till.drawer_minor - SHORT_MINOR
        arguments = [str(till.folder), till.workstation_id, str(counted_minor), str(till.cards_minor)]
        root = str(Path(pos_app.__file__).parent.parent)
        with subprocess.Popen(
            [sys.executable, "-m", "pos_app.cli.closing_steps", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env=os.environ | {"PYTHONPATH": root},
        ) as process:
            assert process.stdout is not None
            for said in process.stdout:
                if said.strip() == step:
                    break
            process.kill()
        till.start_again()

    def _close_third_late(self) -> None:
        third = self._tills[2]
        self._close_till(third, 0)
        third.online = True
        third.send()
        self._account.tell("Till 03 was closed offline; its day came in after the store was closed.")

    def _close_store(self, till: Till) -> StoreClose:
        """The first answer is lost, so nobody knows whether it was done; asked again, it is one close."""
        closing, day = self._store_closing(till), self._zs[0].business_day
        before = len(self._shop.service.stores.closes(STORE_ID, day))
        till.client.lose_next = True
        with suppress(OfflineError):
            closing.close(day, "")
        made = closing.close(day, "")
        self._account.tell(f"{made.title}: {len(made.day.closed_tills)} tills; the first answer to it was lost.")
        self._account.compare(
            f"{made.title}: made once", len(self._shop.service.stores.closes(STORE_ID, day)), before + 1
        )
        till.send()
        return made

    def _store_closing(self, till: Till) -> StoreClosing:
        register = till.register
        gateway: Any = register.store_gateway
        return StoreClosing(
            gateway,
            register.approvals,
            storage=register.data.storage,
            clock=register.clock,
            ids=register.ids,
            operator=register.operator,
            formatter=register.formatter,
            profile=register.profile,
            papers=register.till_papers,
        )

    # --- comparing ----------------------------------------------------------------------------------------------------

    def _compare_tills(self) -> None:
        compare = self._account.compare
        for till, z, counted_minor in zip(self._tills, self._zs, self._closed, strict=True):
            name, cash = f"till {till.workstation_id}", z.results[0]
            by_hand = figures_by_hand(till.register)
            self._account.compare_all(f"{name}: Z and the journal", figures_of_z(z.figures), by_hand)
            compare(f"{name}: cash there should be, kept by hand", cash.expected_minor, till.drawer_minor)
            compare(f"{name}: cash counted", cash.counted_minor, counted_minor)
            compare(f"{name}: deposit and float are what was counted", z.deposit_minor + z.float_minor, counted_minor)
            compare(f"{name}: card slips", z.figures.tender("card").net_minor, till.cards_minor)
            compare(f"{name}: pickups", z.figures.pickups_minor, till.dropped_minor)
            compare(f"{name}: faults in the journal", audit(till.register.data.database).faults, [])
            compare(f"{name}: records still to be sent", till.register.data.outbox.pending_count(), 0)
            compare(f"{name}: Z reports", len(till.register.till_papers.z_reports()), 1)

    def _compare_store(self, first: StoreClose, amended: StoreClose) -> None:
        compare, zs, day = self._account.compare, self._zs, amended.day
        early = zs[:2]
        compare("store close: title", first.title, "Store close 1")
        compare("amended close: title", amended.title, "Store close 1, amendment 1")
        compare("store close: tills in it", len(first.day.closed_tills), 2)
        compare("store close: net sales", first.day.figures.net_sales_minor, _sum(early, "net_sales_minor"))
        compare("amended close: tills in it", len(day.closed_tills), 3)
        compare("amended close: net sales", day.figures.net_sales_minor, _sum(zs, "net_sales_minor"))
        compare("amended close: sales", day.figures.sale_count, _sum(zs, "sale_count"))
        over_short_minor = sum(one.over_short_minor for one in day.results)
        compare("amended close: over or short", over_short_minor, -SHORT_MINOR)
        dropped_minor = sum(till.dropped_minor for till in self._tills)
        left_minor = sum(z.float_minor for z in zs)
        to_bank_minor = sum(self._closed) + dropped_minor - left_minor
        compare("bank: bags are all cash but the floats", day.bank_minor, to_bank_minor)
        figures = day.figures
        cash_minor = figures.tender("cash").net_minor + figures.paid_in_minor - figures.paid_out_minor
        lent_minor = figures.opening_float_minor + figures.loans_minor
        earned_minor = cash_minor + lent_minor - left_minor + over_short_minor
        compare("bank: bags are the cash that was earned", day.bank_minor, earned_minor)
        compare("service: records are those of the tills", self._records_at_service(), self._records_at_tills())
        compare("service: in quarantine", self._shop.service.quarantined(), [])

    def _compare_reports(self) -> None:
        """The store's figures are the sums of its tills', section by section."""
        day, service = self._zs[0].business_day, self._shop.service
        period = Period(day, day)
        while service.stores.state(STORE_ID).left:
            pass
        tills = [SqliteReportFigures(till.register.data.database) for till in self._tills]
        for figures in tills:
            figures.catch_up(lambda done, whole: True)
        for section in Section:
            for by in Grouping:
                own = _cells(one for figures in tills for one in figures.figures(section, period, by))
                store = _cells(service.stores.source(STORE_ID).figures(section, period, by))
                if own or store:
                    self._account.compare(f"report figures: {section.value} by {by.name.lower()}", store, own)

    def _compare_points(self) -> None:
        compare, shop = self._account.compare, self._shop
        day = self._store_closing(self._tills[0]).days()[0][0]
        ledger, figures = day.ledger, day.figures
        compare("points issued: receipts and ledger", figures.points_issued, ledger.issued)
        compare("points redeemed: receipts and ledger", figures.points_redeemed, ledger.redeemed)
        compare("points reversed: receipts and ledger", figures.points_reversed, ledger.reversed)
        compare("points restored: receipts and ledger", figures.points_restored, ledger.restored)
        compare("points: nothing to put right", ledger.corrected, 0)
        balances = {member: shop.balance(member) for member in sorted(shop.points)}
        compare("points of all members, kept by hand", sum(balances.values()), sum(shop.points.values()))
        compare("members whose points differ", [one for one in balances if balances[one] != shop.points[one]], [])
        compare("the ledger's own proof", list(shop.service.verify().findings), [])

    def _records_at_tills(self) -> int:
        counts = [till.register.data.database.one("SELECT count(*) FROM journal") for till in self._tills]
        return sum(row[0] for row in counts if row)

    def _records_at_service(self) -> int:
        return self._shop.service.stores.record_count(STORE_ID)


def _sells(ticket: Ticket) -> bool:
    return any(line.total_minor >= 0 and not line.voided for line in ticket.lines)


def _last(till: Till, *, with_points: bool = False) -> tuple[RetailTransaction, str]:
    """The newest sale that needs no card terminal to be given back; one with points, if that is wanted."""
    paid = [(sale, member) for sale, member in reversed(till.sold) if sale.total_minor > 0]
    by_hand = [one for one in paid if all(tender.tender_type in _BY_HAND for tender in one[0].tenders)]
    return next((one for one in by_hand if with_points and one[0].points_used), by_hand[0])


def _sum(zs: Sequence[ZReport], name: str) -> int:
    return sum(getattr(z.figures, name) for z in zs)


def _cells(found: Iterable[GroupedCell]) -> dict[tuple[str, str], Cell]:
    """Figures by group and key, those of several tills added up."""
    sums: dict[tuple[str, str], Cell] = {}
    for group, cell in found:
        known = sums.get((group, cell.key))
        sums[group, cell.key] = (added(known, cell) if known else cell)._replace(label="", detail="")
    return sums
