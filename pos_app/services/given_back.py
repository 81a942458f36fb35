"""The slip of a part-paid sale that was cancelled: what the customer got back, to be signed for."""

from collections.abc import Sequence

from pos_app.domain.receipt_document import Align, Block, Cut, Feed, Logo, Pair, ReceiptDocument, Rule, Text
from pos_app.domain.retail_transaction import TransactionHeader
from pos_app.domain.store import StoreProfile
from pos_app.domain.tender_definitions import opens_drawer
from pos_app.domain.tenders import Tender
from pos_app.ports import Formatter, PrintJob
from pos_app.services.current_sale import NOT_HANDED_BACK
from pos_app.services.selling import Selling


def given_back_slip(selling: Selling, formatter: Formatter) -> PrintJob | None:
    """What goes back by hand when the sale under way is cancelled now; None when nothing was handed over."""
    current = selling.current
    parts = [one for one in current.tenders if one.tender_type not in NOT_HANDED_BACK] if current else []
    if current is None or not parts:
        return None
    header, profile = current.header, selling.profile
    document = compose_given_back(header, profile, formatter, parts, selling.operator.operator_id)
    has_cash = any(opens_drawer(part, profile.tenders) for part in parts)
    return PrintJob(f"{header.transaction_id}-back", header.transaction_id, document, open_drawer=has_cash)


def compose_given_back(
    header: TransactionHeader, profile: StoreProfile, formatter: Formatter, parts: Sequence[Tender], operator_id: str
) -> ReceiptDocument:
    """Each part as it goes back: foreign cash in its own currency, everything else at what was handed over."""
    blocks: list[Block] = [
        Logo(profile.store_name),
        Text("SALE CANCELLED", Align.CENTRE, bold=True),
        Pair(f"No. {header.receipt_number}", f"Till {header.workstation_id}"),
        Pair("Served by", operator_id),
        Rule(),
        Text("Given back to the customer"),
    ]
    for part in parts:
        name = part.description or part.tender_type.value.replace("_", " ").capitalize()
        blocks.append(Pair(name, formatter.amount(part.tendered_minor)))
    blocks += [Feed(), Text("Customer's signature"), Feed(2), Rule(), Cut()]
    return ReceiptDocument(f"Cancelled sale {header.receipt_number}", tuple(blocks))
