"""What makes a receipt checkable, made in the commit that makes its transaction exist."""

from datetime import datetime

from pos_app.domain.receipt_code import ReceiptFacts, short_code, signed_message
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnTransaction
from pos_app.ports import ReceiptSigner
from pos_app.services.receipts import Seal


def sealed(sale: RetailTransaction | ReturnTransaction, entry_hash: str, signer: ReceiptSigner | None) -> Seal:
    """The seal of a transaction by the hash of its journal entry; without a signer, or its key, it is not signed."""
    ended_ms = round(datetime.fromisoformat(sale.ended_at).timestamp() * 1000)
    facts = ReceiptFacts(sale.header.receipt_number, sale.total_minor, sale.header.currency_code, ended_ms)
    code = short_code(facts, entry_hash)
    return Seal(facts, code, signer.sign(signed_message(facts, code)) if signer else b"")
