"""A real till with what is done with receipts after the sale."""

from pathlib import Path
from typing import Any

from fakes.memory_shop import OPERATOR, PlainFormatter
from fakes.real_till import RealTill

from pos_app.domain.receipt_document import QrCode, ReceiptDocument, Text
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.ports import PrintJob
from pos_app.services.receipt_check import ReceiptChecks
from pos_app.services.receipt_desk import ReceiptDesk
from sync.terminal.receipts import CentralReceipts


class ReceiptTill(RealTill):
    """queued counts how often something was said to wait for the printer or the mail."""

    def __init__(self, folder: Path, workstation_id: str = "01", **values: Any) -> None:
        super().__init__(folder, workstation_id, **values)
        self.queued = 0
        self.desk = ReceiptDesk(
            storage=self.data.storage,
            index=self.data.receipts,
            print_queue=self.data.print_queue,
            mail_queue=self.data.mail_queue,
            clock=self.clock,
            ids=self.ids,
            formatter=PlainFormatter(),
            profile=self.profile,
            operator=OPERATOR,
        )
        self.desk.on_queued = self._count
        self.receipts: CentralReceipts | None = None

    def connect(self, central_url: str = "") -> None:
        super().connect(central_url)
        self.receipts = CentralReceipts(self.client)

    @property
    def checks(self) -> ReceiptChecks:
        return ReceiptChecks(self.data.storage, self.receipts, self.signer.is_own)

    def receipt_of(self, sale: RetailTransaction) -> PrintJob:
        """The print job of a sale's receipt."""
        job = self.data.print_queue.of_transaction(sale.header.transaction_id)
        assert job is not None
        return job

    def jobs(self) -> list[PrintJob]:
        """Everything that would be printed now, oldest first."""
        found: list[PrintJob] = []
        rows = self.data.database.all("SELECT job_id FROM print_job WHERE state = 'queued' ORDER BY position")
        for (job_id,) in rows:
            job = self.data.print_queue.job(job_id)
            assert job is not None
            found.append(job)
        return found

    def _count(self) -> None:
        self.queued += 1


def qr_of(document: ReceiptDocument) -> str:
    """What the QR code of a receipt says."""
    return next(block.data for block in document.blocks if isinstance(block, QrCode))


def check_code_of(document: ReceiptDocument) -> str:
    """The check code as printed: XXXX-XXXX-XXXX."""
    return next(b.text for b in document.blocks if isinstance(b, Text) and b.text.startswith("Check ")).split()[-1]


def words_of(document: ReceiptDocument) -> str:
    """Everything that can be read on it."""
    return "\n".join(str(block) for block in document.blocks)
