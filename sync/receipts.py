"""The wire between terminals and the central service, continued: receipts are checked, and sent to members.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import Identifier, Message, ShortText, SignedAmountMinor

PATH_CHECK_RECEIPT = "/v1/receipts/check"  # POST CheckReceipt -> CheckedReceipt
PATH_SEND_RECEIPT = "/v1/receipts/email"  # POST SendReceipt; 2xx, also when it was sent before
PATH_PUBLIC_CHECK = "/receipt"  # GET ?c=CODE -> a page for customers
LONGEST_CODE = 500

Verdict = Literal["genuine", "returned", "altered", "signed", "unknown"]


class CheckReceipt(Message):
    """What the QR code says, or the number and the check code as printed."""

    code: Annotated[str, Meta(max_length=LONGEST_CODE)]


class CheckedReceipt(Message):
    """The verdict, and what the journal holds (empty when it holds nothing), to be compared with the paper.

    Of a return or a void sold_at is when the goods came back, and the total what was given for them.
    """

    verdict: Verdict
    receipt_number: str
    sold_at: str = ""
    total_minor: SignedAmountMinor = 0
    currency_code: str = ""
    kind: Literal["sale", "return", "void"] = "sale"


class SendReceipt(Message):
    """A receipt for a member, whose address only the service knows; document is the till's JSON of it.

    The same email_id again sends nothing again.
    """

    email_id: Identifier
    member_id: Identifier
    receipt_number: ShortText
    document: Annotated[str, Meta(max_length=400_000)]
