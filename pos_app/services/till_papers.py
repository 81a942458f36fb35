"""X and Z reports of a till: their figures, and the papers they are printed on."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.domain.money import currency
from pos_app.domain.operator import Operator
from pos_app.domain.period_figures import PeriodFigures, figures_from_plain, figures_of
from pos_app.domain.receipt_document import (
    Align,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.domain.till_closing import CASH, TenderResult, tenders_to_count
from pos_app.domain.till_slip import TillSlip
from pos_app.domain.tills import FIRST_TILL, till_name
from pos_app.ports import Clock, Formatter, IdSource, PrintJob, Storage, TermsSource, TillRecords
from pos_app.services.approvals import Approval, Approvals

_SIGNATURE = "_" * 24
_TENDER_NAMES = {
    CASH: "Cash",
    TenderType.CARD.value: "Card",
    TenderType.GIFT_CARD.value: "Gift cards",
    TenderType.STORE_CREDIT.value: "Store credit",
    TenderType.POINTS.value: "Points",
    TenderType.DEPOSIT.value: "Deposits used",
    TenderType.EXCHANGE.value: "Returned goods",
}
_Z_REPORTS_KEPT_AT_HAND = 30


@dataclass(frozen=True, slots=True)
class ZReport:
    """A closed period of a till, as its journal entry says. points_worth: so many points are worth so much."""

    number: int
    business_day: str
    closed_at: str
    operator_id: str
    approver_id: str
    figures: PeriodFigures
    points_worth: tuple[int, int]
    results: tuple[TenderResult, ...]
    float_minor: int
    deposit_minor: int
    bag_number: str
    grand_total_minor: int
    grand_returns_minor: int
    unsent_count: int
    digest: str
    first_sequence: int
    last_sequence: int
    till_name: str = ""
    """Which till of a workstation with several."""
    moved_to: str = ""
    moved_minor: int = 0


def z_report_of(entry: JournalEntry) -> ZReport:
    """The report of its entry. Raises KeyError, TypeError or ValueError when it is none."""
    plain: dict[str, Any] = json.loads(entry.payload)
    points, value_minor = plain["points_worth"]
    return ZReport(
        number=plain["z_number"],
        business_day=plain["business_day"],
        closed_at=plain["closed_at"],
        operator_id=plain["operator_id"],
        approver_id=plain["approver_id"],
        figures=figures_from_plain(plain["figures"]),
        points_worth=(points, value_minor),
        results=tuple(TenderResult(*one) for one in plain["results"]),
        float_minor=plain["float_minor"],
        deposit_minor=plain["deposit_minor"],
        bag_number=plain["bag_number"],
        grand_total_minor=plain["grand_total_minor"],
        grand_returns_minor=plain["grand_returns_minor"],
        unsent_count=plain["unsent_count"],
        digest=entry.entry_hash,
        first_sequence=plain["period"]["from"]["sequence"],
        last_sequence=plain["period"]["to"]["sequence"],
        till_name=plain.get("till_id", "").removeprefix("P-"),
        moved_to=plain.get("moved_to", ""),
        moved_minor=plain.get("moved_minor", 0),
    )


class TillPapers:
    """X at any time, Z again as a copy. Both say what should be in the drawer, so both need their right."""

    def __init__(
        self,
        approvals: Approvals,
        *,
        storage: Storage,
        records: TillRecords,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        operator: Operator,
        formatter: Formatter,
        profile: StoreProfile,
    ) -> None:
        self._approvals = approvals
        self._storage = storage
        self._records = records
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._operator = operator
        self._formatter = formatter
        self._profile = profile

    def may_look(self, approval: Approval | None = None) -> None:
        """Raises ApprovalNeededError where a second person has to agree to looking."""
        self._approvals.require(Action.TILL_REPORTS, reason="Look at the till's figures", approval=approval)

    def z_reports(self) -> list[ZReport]:
        """The last ones, newest first."""
        return [z_report_of(entry) for entry in self._records.z_reports(_Z_REPORTS_KEPT_AT_HAND)]

    def x_report(self) -> ReceiptDocument:
        """The period so far. It reads the journal: not for the GUI thread."""
        figures, terms = figures_of(self._records.period()), self._terms.current_terms()
        worth = (terms.redeem_points, terms.redeem_value_minor)
        till = self._storage.current_till()
        name = till_name(till, self._profile.workstation_id, self._profile.till.drawers)
        blocks = [
            *self._head("X REPORT", f"Business day {self._storage.business_day() or 'not open'}", name),
            *self._sums(figures),
            *self._points(figures, worth),
            Rule(),
            Pair("Cash that should be there", self._money(self._storage.till_totals().expected_cash_minor), bold=True),
            Text("The day goes on. Nothing was closed."),
            Feed(),
            Cut(),
        ]
        return ReceiptDocument("X report", tuple(blocks))

    def z_document(self, report: ZReport, *, copy: bool = False) -> ReceiptDocument:
        """The paper of a Z; a copy says so."""
        first = till_name(FIRST_TILL, self._profile.workstation_id, self._profile.till.drawers)
        blocks: list[Block] = [
            *self._head(f"Z REPORT {report.number}", f"Business day {report.business_day}", report.till_name or first),
            Pair("Closed", self._formatter.date_time(datetime.fromisoformat(report.closed_at))),
            Pair("Journal", f"{report.first_sequence} to {report.last_sequence}"),
            *self._sums(report.figures),
            *self._points(report.figures, report.points_worth),
            Rule(),
            Text("COUNTED", bold=True),
        ]
        for one in report.results:
            blocks += self._result(one)
        blocks.append(Rule())
        if report.moved_to:
            counted = any(one.tender == CASH for one in report.results)
            amount = self._money(report.moved_minor) if counted else "sealed"
            blocks.append(Pair(f"Went on to workstation {report.moved_to}", amount, bold=True))
        else:
            blocks += [
                Pair("Stays in the drawer", self._money(report.float_minor)),
                Pair("Deposit", self._money(report.deposit_minor), bold=True),
            ]
        if report.bag_number:
            blocks.append(Pair("Bag", report.bag_number))
        blocks += [
            Rule(),
            Pair("Grand total of sales", self._money(report.grand_total_minor)),
            Pair("Grand total of returns", self._money(report.grand_returns_minor)),
            Pair("Counted by", report.operator_id),
            Pair("Approved by", report.approver_id),
        ]
        if report.unsent_count:
            waited = "1 record was" if report.unsent_count == 1 else f"{report.unsent_count} records were"
            blocks.append(Text(f"{waited} not sent yet: points are provisional."))
        blocks += [
            Text(f"Seal {report.digest[:8]} {report.digest[8:16]} {report.digest[16:24]}"),
            Feed(2),
            Pair("Signature", _SIGNATURE),
            Cut(),
        ]
        return ReceiptDocument(f"Z report {report.number}", tuple(blocks), copy=copy)

    def z_job(self, report: ZReport) -> PrintJob:
        """The print job of a new Z."""
        job_id = self._ids.new_id()
        return PrintJob(job_id, job_id, self.z_document(report))

    def moving_job(self, slip: TillSlip, code: str) -> PrintJob:
        """The slip that goes with a till to another workstation; the amount stands in the code alone."""
        job_id = self._ids.new_id()
        blocks: list[Block] = [
            *self._head("TILL ON ITS WAY", f"To workstation {slip.to_workstation}", slip.till_id.removeprefix("P-")),
            Pair("Seal", slip.bag_number or "counted, not sealed"),
            Text("Scan this at the other workstation. It counts once."),
            Feed(),
            QrCode(code),
            Pair("Brought by", self._operator.operator_id),
            Feed(2),
            Pair("Signature", _SIGNATURE),
            Cut(),
        ]
        return PrintJob(job_id, job_id, ReceiptDocument(f"Till to workstation {slip.to_workstation}", tuple(blocks)))

    def drawer_job(self) -> PrintJob:
        """Opens the drawer, with no paper."""
        job_id = self._ids.new_id()
        return PrintJob(job_id, job_id, ReceiptDocument("Drawer", ()), open_drawer=True)

    def print_copy(self, report: ZReport) -> None:
        """Print a Z again, marked as a copy; it is journaled."""
        job_id = self._ids.new_id()
        payload = {"operator_id": self._operator.operator_id, "z_number": report.number}
        with self._storage.unit_of_work() as work:
            work.append(EventKind.REPORT_REPRINTED, payload)
            work.add_print_job(PrintJob(job_id, job_id, self.z_document(report, copy=True)))
            work.commit()

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _money(self, amount_minor: int) -> str:
        return self._formatter.money(amount_minor)

    def _head(self, title: str, day: str, till: str = "") -> list[Block]:
        return [
            Logo(self._profile.store_name),
            Text(title, Align.CENTRE, bold=True, size=Size.DOUBLE),
            Text(day, Align.CENTRE),
            Feed(),
            Pair(self._formatter.date_time(self._clock.now()), f"Till {till or self._profile.workstation_id}"),
        ]

    def _sums(self, figures: PeriodFigures) -> list[Block]:
        money = self._money
        blocks: list[Block] = [
            Rule(),
            Pair(f"Sales ({figures.sale_count})", money(figures.sales_minor)),
            Pair(f"Returns ({figures.return_count})", money(-figures.returns_minor)),
            Pair(f"Voided sales ({figures.void_count})", money(-figures.voids_minor)),
            Pair("Net sales", money(figures.net_sales_minor), bold=True),
            Pair("Discounts, in the sales", money(figures.discount_minor)),
            Pair("Fees, in the sales", money(figures.fees_minor)),
        ]
        names = {rate.tax_id: rate.name or rate.tax_id for rate in self._profile.tax_rates}
        blocks += [Pair(names.get(tax.name, tax.name), money(tax.amount_minor)) for tax in figures.taxes]
        if figures.cash_rounding_minor:
            blocks.append(Pair("Cash rounding", money(figures.cash_rounding_minor)))
        if figures.deposits_minor or figures.deposits_back_minor:
            blocks.append(Pair("Deposits taken", money(figures.deposits_minor)))
            blocks.append(Pair("Deposits given back", money(-figures.deposits_back_minor)))
        blocks += [Rule(), Text("TENDERS", bold=True)]
        for tender in figures.tenders:
            blocks.append(Pair(f"{self._tender_name(tender.tender)} ({tender.taken_count})", money(tender.taken_minor)))
            if tender.given_count:
                blocks.append(Pair(f"given back ({tender.given_count})", money(-tender.given_minor), indent=2))
        blocks += [
            Rule(),
            Text("DRAWER", bold=True),
            Pair("Opening float", money(figures.opening_float_minor)),
            Pair("Loans", money(figures.loans_minor)),
            Pair("Paid in", money(figures.paid_in_minor)),
            Pair("Paid out", money(-figures.paid_out_minor)),
            Pair("Pickups", money(-figures.pickups_minor)),
            Pair("Opened without a sale", str(figures.no_sale_count)),
            Pair("Sales cancelled", str(figures.cancelled_count)),
            Pair("Sales parked", str(figures.parked_count)),
        ]
        return blocks

    def _points(self, figures: PeriodFigures, worth: tuple[int, int]) -> list[Block]:
        def row(name: str, points: int) -> Pair:
            value_minor = points * worth[1] // worth[0]
            return Pair(name, f"{self._formatter.points(points)}  {self._money(value_minor)}")

        change = figures.points_issued - figures.points_redeemed - figures.points_reversed + figures.points_restored
        return [
            Rule(),
            Text("POINTS", bold=True),
            row("Issued", figures.points_issued),
            row("of these pending", figures.points_pending),
            row("Reversed by returns", -figures.points_reversed),
            row("Redeemed", -figures.points_redeemed),
            row("Restored by returns", figures.points_restored),
            row("Owed to members, change", change),
        ]

    def _result(self, result: TenderResult) -> list[Block]:
        def amount(minor: int) -> str:
            if result.currency_code:
                return f"{result.currency_code} {currency(result.currency_code).decimal_text(minor)}"
            return self._money(minor)

        blocks: list[Block] = [
            Pair(f"{self._tender_name(result.tender)}, expected", amount(result.expected_minor)),
            Pair("counted", amount(result.counted_minor), indent=2),
        ]
        if result.over_short_minor:
            word = "over" if result.over_short_minor > 0 else "short"
            blocks.append(Pair(word, amount(result.over_short_minor), bold=True, indent=2))
        if result.reason:
            blocks.append(Text(f"  {result.reason}"))
        return blocks

    def _tender_name(self, tender: str) -> str:
        own = {one.tender: one.name for one in tenders_to_count(self._profile)}
        return _TENDER_NAMES.get(tender) or own.get(tender, tender.replace("_", " ").capitalize())
