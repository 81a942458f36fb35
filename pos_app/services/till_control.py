"""The business day and the cash in the till: open the day, pay in and out, open the drawer without a sale."""

from collections.abc import Mapping
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.till import TillTotals
from pos_app.errors import CashierError
from pos_app.ports import Catalogue, Clock, PrintJob, Storage, UnitOfWork

LONGEST_BAG_NUMBER = 24


class TillControl:
    """What is done at the till besides selling. Every act is journaled before the drawer opens."""

    def __init__(self, *, storage: Storage, clock: Clock, operator: Operator, settings_digest: str = "") -> None:
        self._settings_digest = settings_digest
        self._storage = storage
        self._clock = clock
        self._operator = operator

    def open_day_if_closed(self, opening_float_minor: int) -> bool:
        """Open today's business day with the float in the drawer. False when one is open already, or being closed."""
        if self._storage.business_day() or self._storage.till_is_closing():
            return False
        self.open_day(opening_float_minor)
        return True

    def open_day(self, opening_float_minor: int, details: Mapping[str, Any] | None = None) -> None:
        """Open today's business day with the float counted into the drawer; details say how and by whose leave.

        The journal says by which of the store's settings the day is run.
        """
        who = {"operator_id": self._operator.operator_id}
        run_by = {"store_settings": self._settings_digest} if self._settings_digest else {}
        with self._storage.unit_of_work() as work:
            self.open_here(work, who | run_by | dict(details or {}))
            work.append(EventKind.TENDER_LOAN, who | {"amount_minor": opening_float_minor})
            work.save_till_totals(TillTotals(opening_float_minor=opening_float_minor))
            work.commit()

    def open_here(self, work: UnitOfWork, payload: dict[str, Any]) -> None:
        """Open the till that is sold from as a part of a write, and the day with the first till of it."""
        if self._storage.open_tills():
            work.open_till()
            work.append(EventKind.TILL_OPENED, payload)
        else:
            work.open_business_day(self._clock.now().date().isoformat())
            work.append(EventKind.BUSINESS_DAY_OPENED, payload)

    def pay_out(self, amount_minor: int, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Take cash out of the till for something that is no sale; job is its slip. Raises CashierError."""
        self.check_pay_out(amount_minor, reason)
        self._record(EventKind.PAID_OUT, "paid_out", amount_minor, {"reason": reason.strip()}, approver_id, job)

    def pay_in(self, amount_minor: int, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Put cash into the till that is no sale; job is its slip. Raises CashierError."""
        self.check_pay_in(amount_minor, reason)
        self._record(EventKind.PAID_IN, "paid_in", amount_minor, {"reason": reason.strip()}, approver_id, job)

    def lend(self, amount_minor: int, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Put change from the safe into the till (tender loan); job is its slip. Raises CashierError."""
        self.check_amount(amount_minor)
        self._record(EventKind.TENDER_LOAN, "loans", amount_minor, {"purpose": "loan"}, approver_id, job)

    def pick_up(
        self, amount_minor: int, bag_number: str, *, approver_id: str = "", job: PrintJob | None = None
    ) -> None:
        """Take cash out of the till to the safe (tender pickup); job is its slip. Raises CashierError."""
        self.check_pick_up(amount_minor, bag_number)
        details = {"bag_number": bag_number.strip()}
        self._record(EventKind.TENDER_PICKUP, "pickups", amount_minor, details, approver_id, job)

    def no_sale(self, reason: str, *, approver_id: str = "", job: PrintJob | None = None) -> None:
        """Record that the drawer is opened without a sale; job opens it afterwards. Raises CashierError."""
        self.check_reason(reason)
        payload = {"operator_id": self._operator.operator_id, "reason": reason.strip()}
        with self._storage.unit_of_work() as work:
            work.append("no_sale", payload | ({"approver_id": approver_id} if approver_id else {}))
            if job is not None:
                work.add_print_job(job)
            work.commit()

    def cash_above(self, limit_minor: int) -> bool:
        """True when more cash should be in the drawer than this; 0 is no limit."""
        return 0 < limit_minor < self._storage.till_totals().expected_cash_minor

    def check_reason(self, reason: str) -> None:
        """Raises CashierError for no reason at all."""
        if not reason.strip():
            raise CashierError("reason_needed", "Opening the drawer without a sale needs a reason.")

    def check_amount(self, amount_minor: int) -> None:
        """Raises CashierError when so much cash cannot come in or go out now."""
        if amount_minor <= 0:
            raise CashierError("amount", "The amount must be above zero.")
        if not self._storage.business_day():
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")

    def check_pay_in(self, amount_minor: int, reason: str) -> None:
        """Raises CashierError when this cannot be paid in now."""
        self.check_reason(reason)
        self.check_amount(amount_minor)

    def check_pay_out(self, amount_minor: int, reason: str) -> None:
        """Raises CashierError when this cannot be paid out now."""
        self.check_pay_in(amount_minor, reason)
        self._check_there(amount_minor)

    def check_pick_up(self, amount_minor: int, bag_number: str) -> None:
        """Raises CashierError when this cannot be taken to the safe now."""
        self.check_amount(amount_minor)
        check_bag_number(bag_number)
        self._check_there(amount_minor)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _check_there(self, amount_minor: int) -> None:
        if amount_minor > self._storage.till_totals().expected_cash_minor:
            raise CashierError("not_enough_cash", "There is not that much cash in the till.")

    def _record(
        self,
        kind: EventKind,
        movement: str,
        amount_minor: int,
        details: dict[str, str],
        approver_id: str,
        job: PrintJob | None,
    ) -> None:
        after = self._storage.till_totals().with_movement(movement, amount_minor)
        payload = {"operator_id": self._operator.operator_id, "amount_minor": amount_minor} | details
        with self._storage.unit_of_work() as work:
            work.append(kind, payload | ({"approver_id": approver_id} if approver_id else {}))
            work.save_till_totals(after)
            if job is not None:
                work.add_print_job(job)
            work.commit()


def check_bag(text: str, catalogue: Catalogue) -> None:
    """Raises CashierError for what no bag is called, and for the code of goods that was scanned by mistake."""
    check_bag_number(text)
    goods = catalogue.find_by_code(text.strip())
    if goods is not None:
        raise CashierError("bag_is_goods", f"That is the code of goods: {goods.name}. Scan the number of the bag.")


def check_bag_number(text: str) -> None:
    """Raises CashierError for what no bag or envelope is called."""
    name = text.strip()
    if not name:
        raise CashierError("bag_number", "Scan or type the number of the bag.")
    if len(name) > LONGEST_BAG_NUMBER or not (name.isascii() and name.replace("-", "").isalnum()):
        raise CashierError("bag_number", f"A bag number is up to {LONGEST_BAG_NUMBER} letters, digits and hyphens.")
