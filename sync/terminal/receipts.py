"""Receipts as a till asks the central service about them."""

import json
from collections.abc import Callable

from pos_app.domain.receipt_code import PaperKind, Verdict
from pos_app.domain.receipt_document import to_plain
from pos_app.errors import OfflineError
from pos_app.ports import ReceiptCheck, ReceiptEmail
from sync import receipts
from sync.terminal.client import CentralClient


class CentralReceipts:
    """Implements pos_app.ports.ReceiptGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def check_receipt(self, code: str) -> ReceiptCheck:
        """What the service says of a receipt, of whatever store."""
        self._require_line()
        question = receipts.CheckReceipt(code=code)
        found = self._client.post(receipts.PATH_CHECK_RECEIPT, question, receipts.CheckedReceipt)
        return ReceiptCheck(
            Verdict(found.verdict),
            found.receipt_number,
            found.sold_at,
            found.total_minor,
            found.currency_code,
            "the rewards service",
            PaperKind(found.kind),
        )

    def send_receipt(self, email: ReceiptEmail) -> None:
        """Have a receipt sent to a member; the same e-mail again sends nothing again."""
        self._require_line()
        document = json.dumps(to_plain(email.document), ensure_ascii=False)
        message = receipts.SendReceipt(
            email_id=email.email_id,
            member_id=email.member_id,
            receipt_number=email.receipt_number,
            document=document,
        )
        self._client.post_unanswered(receipts.PATH_SEND_RECEIPT, message)

    def _require_line(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")
