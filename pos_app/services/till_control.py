"""The business day and the cash in the till: open the day, pay in and out, open the drawer without a sale."""

from dataclasses import replace

from pos_app.domain.operator import Operator
from pos_app.errors import CashierError
from pos_app.ports import Clock, PrintJob, Storage


class TillControl:
    """What is done at the till besides selling. Every act is journaled before the drawer opens."""

    def __init__(self, *, storage: Storage, clock: Clock, operator: Operator) -> None:
        self._storage = storage
        self._clock = clock
        self._operator = operator

    def open_day_if_closed(self, opening_float_minor: int) -> bool:
        """Open today's business day with the float counted into the drawer. False when one is open already."""
        if self._storage.business_day():
            return False
        with self._storage.unit_of_work() as work:
            work.open_business_day(self._clock.now().date().isoformat())
            work.append("business_day_opened", {"operator_id": self._operator.operator_id})
            work.append("tender_loan", {"operator_id": self._operator.operator_id, "amount_minor": opening_float_minor})
            work.save_till_totals(replace(self._storage.till_totals(), opening_float_minor=opening_float_minor))
            work.commit()
        return True

    def pay_out(self, amount_minor: int, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Take cash out of the till for something that is no sale; job is its slip. Raises CashierError."""
        self.check_pay_out(amount_minor, reason)
        self._record("paid_out", amount_minor, reason, approver_id, job)

    def pay_in(self, amount_minor: int, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Put cash into the till that is no sale; job is its slip. Raises CashierError."""
        self.check_pay_in(amount_minor, reason)
        self._record("paid_in", amount_minor, reason, approver_id, job)

    def no_sale(self, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Record that the drawer is opened without a sale; job opens it afterwards. Raises CashierError."""
        self.check_reason(reason)
        payload = {"operator_id": self._operator.operator_id, "reason": reason.strip()}
        with self._storage.unit_of_work() as work:
            work.append("no_sale", payload | ({"approver_id": approver_id} if approver_id else {}))
            if job is not None:
                work.add_print_job(job)
            work.commit()

    def check_reason(self, reason: str) -> None:
        """Raises CashierError for no reason at all."""
        if not reason.strip():
            raise CashierError("reason_needed", "Opening the drawer without a sale needs a reason.")

    def check_pay_in(self, amount_minor: int, reason: str) -> None:
        """Raises CashierError when this cannot be paid in now."""
        self.check_reason(reason)
        if amount_minor <= 0:
            raise CashierError("amount", "The amount must be above zero.")
        if not self._storage.business_day():
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")

    def check_pay_out(self, amount_minor: int, reason: str) -> None:
        """Raises CashierError when this cannot be paid out now."""
        self.check_pay_in(amount_minor, reason)
        if amount_minor > self._storage.till_totals().expected_cash_minor:
            raise CashierError("not_enough_cash", "There is not that much cash in the till.")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _record(self, kind: str, amount_minor: int, reason: str, approver_id: str, job: PrintJob | None) -> None:
        totals = self._storage.till_totals()
        if kind == "paid_out":
            after = replace(totals, paid_out_minor=totals.paid_out_minor + amount_minor)
        else:
            after = replace(totals, paid_in_minor=totals.paid_in_minor + amount_minor)
        payload = {
            "operator_id": self._operator.operator_id,
            "amount_minor": amount_minor,
            "reason": reason.strip(),
        }
        with self._storage.unit_of_work() as work:
            work.append(kind, payload | ({"approver_id": approver_id} if approver_id else {}))
            work.save_till_totals(after)
            if job is not None:
                work.add_print_job(job)
            work.commit()
