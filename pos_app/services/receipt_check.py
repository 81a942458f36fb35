"""Is this receipt genuine? Asked of this till's own journal first, then of the central service."""

import json
from collections.abc import Callable

from pos_app.domain.journal import EventKind
from pos_app.domain.receipt_code import PaperKind, PrintedCode, Verdict, judge, read_code
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import ReceiptCheck, ReceiptGateway, Storage

THIS_TILL = "this till"
_KINDS = {str(EventKind.SALE): PaperKind.SALE, str(EventKind.POST_VOID): PaperKind.VOID}


class ReceiptChecks:
    """Checks codes. is_own tells a signature that this till made, for a sale its journal does not hold any more."""

    def __init__(
        self, storage: Storage, gateway: ReceiptGateway | None, is_own: Callable[[bytes, bytes], bool] | None = None
    ) -> None:
        self._storage = storage
        self._gateway = gateway
        self._is_own = is_own

    def check(self, text: str) -> ReceiptCheck:
        """What a QR code or a typed code says of a receipt. May ask the network: never on the GUI thread.

        The service knows returns at other tills, so it is asked also about this till's own sales where it can be
        reached. Raises CashierError for a text that is no receipt code.
        """
        try:
            printed = read_code(text)
        except ValueError as error:
            raise CashierError("no_receipt_code", str(error)) from error
        here = self._check_here(printed)
        if here is not None and here.verdict is not Verdict.GENUINE:
            return here
        return self._check_there(text.strip(), here) or here or self._check_signature(printed)

    def _check_here(self, printed: PrintedCode) -> ReceiptCheck | None:
        """None when this till's journal does not hold the transaction."""
        entry = self._storage.with_own_number(printed.receipt_number)
        if entry is None:
            return None
        payload = json.loads(entry.payload)
        returned = bool(self._storage.returns_of(printed.receipt_number))
        verdict = judge(printed, payload, entry.entry_hash, returned=returned)
        currency_code = payload["header"]["currency_code"]
        return ReceiptCheck(
            verdict,
            printed.receipt_number,
            payload["ended_at"],
            payload["total_minor"],
            currency_code,
            THIS_TILL,
            _KINDS.get(entry.kind, PaperKind.RETURN),
        )

    def _check_there(self, text: str, here: ReceiptCheck | None) -> ReceiptCheck | None:
        """None when the service cannot be asked, or knows less than this till does."""
        if self._gateway is None:
            return None
        try:
            there = self._gateway.check_receipt(text)
        except (OfflineError, RefusedError):
            return None
        knows_less = here is not None and there.verdict not in (Verdict.RETURNED, Verdict.GENUINE)
        return None if knows_less else there

    def _check_signature(self, printed: PrintedCode) -> ReceiptCheck:
        signed = printed.signature and self._is_own and self._is_own(printed.signed_message, printed.signature)
        return ReceiptCheck(Verdict.SIGNED if signed else Verdict.UNKNOWN, printed.receipt_number, by=THIS_TILL)
