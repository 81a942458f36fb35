"""The journal as XML in the manner of ARTS POSLog: transactions by type, each with its link in the chain.

Names follow POSLog 2.2; it claims no conformance to the schema. The payload of each entry stands beside, in the exact
bytes that were hashed, so that the chain can be checked from the file alone. The digest covers all lines before it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.storage.database import Database
from pos_app.storage.journal import incarnations, stream_entries

_RETURNS = (EventKind.RETURN, EventKind.POST_VOID, EventKind.RETURN_WITHOUT_RECEIPT)
_TENDER_CONTROL = (
    EventKind.TENDER_LOAN,
    EventKind.TENDER_PICKUP,
    EventKind.PAID_IN,
    EventKind.PAID_OUT,
    EventKind.NO_SALE,
    EventKind.TILL_COUNTED,
    EventKind.TILL_SETTLED,
)
_CONTROL_SIGNS = dict.fromkeys((*range(9), *range(11, 32), 65534, 65535), " ")


def export_poslog(database: Database) -> Iterator[bytes]:
    """Every entry, oldest first; then the digest. Raises WorldError when the file cannot be read."""
    digest = hashlib.sha256()
    count = 0
    with database.snapshot():
        terminal = database.one("SELECT store_id, workstation_id FROM terminal")
        store_id, workstation_id = terminal or ("", "")
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<POSLog RetailStoreID={quoteattr(store_id)} WorkstationID={quoteattr(workstation_id)}>",
        ]
        for text in lines:
            line = text.encode() + b"\n"
            digest.update(line)
            yield line
        for number, name in incarnations(database):
            for entry in stream_entries(database, f"{store_id}-{workstation_id}", number):
                line = _transaction(entry, name).encode() + b"\n"
                digest.update(line)
                count += 1
                yield line
    yield f'<Digest algorithm="SHA-256" entries="{count}">{digest.hexdigest()}</Digest>\n</POSLog>\n'.encode()


def _transaction(entry: JournalEntry, incarnation: str) -> str:
    chain = (
        f'<Chain Incarnation={quoteattr(incarnation)} Sequence="{entry.sequence}" EventID={quoteattr(entry.event_id)} '
        f'Version="{entry.version}" Previous="{entry.previous_hash}" Hash="{entry.entry_hash}"/>'
    )
    payload = entry.payload.decode("utf-8", "replace")
    return (
        f"<Transaction Kind={quoteattr(entry.kind)}>{_element('BusinessDayDate', entry.business_day)}"
        f"{_element('ReceiptDateTime', entry.occurred_at)}{_body(entry, payload)}{chain}"
        f"<Payload>{_escaped(payload)}</Payload></Transaction>"
    )


def _body(entry: JournalEntry, text: str) -> str:
    """What the event says in POSLog's words; an entry that cannot be read has its payload alone."""
    try:
        payload = json.loads(text)
        head = payload.get("header", payload)
        who = _element("OperatorID", head.get("operator_id")) + _element("SequenceNumber", head.get("sequence_number"))
        if entry.kind == EventKind.SALE:
            return who + _sale(payload)
        if entry.kind in _RETURNS:
            return who + _return(payload)
        if entry.kind in _TENDER_CONTROL:
            amount = _element("Amount", payload.get("amount_minor"), unit="minor")
            return f"{who}<TenderControlTransaction>{amount}{_reason(payload)}</TenderControlTransaction>"
        return f"{who}<ControlTransaction>{_reason(payload)}</ControlTransaction>"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "<Unreadable/>"


def _sale(payload: Mapping[str, Any]) -> str:
    lines = "".join(
        f'<LineItem Number="{line["line_number"]}" VoidFlag="{str(bool(line["voided"])).lower()}"><Sale>'
        f"{_element('ItemID', line['item_id'])}{_element('Description', line['name'])}"
        f"{_element('Quantity', line['quantity_milli'], unit='thousandths')}"
        f"{_element('ActualSalesUnitPrice', line['unit_price_minor'], unit='minor')}"
        f"{_element('ExtendedAmount', line['net_minor'], unit='minor')}"
        f"{_element('ExtendedDiscountAmount', line['discount_minor'], unit='minor')}</Sale></LineItem>"
        for line in payload["lines"]
    )
    taxes = "".join(
        f"<Tax>{_element('TaxAuthority', tax['tax_id'])}{_element('TaxableAmount', tax['base_minor'], unit='minor')}"
        f"{_element('Amount', tax['tax_minor'], unit='minor')}</Tax>"
        for tax in payload["taxes"]
    )
    tenders = "".join(_tender(tender) for tender in payload["tenders"])
    total = _element("Total", payload["total_minor"], unit="minor")
    number = _element("ReceiptNumber", payload["header"]["receipt_number"])
    return f"<RetailTransaction>{number}{lines}{taxes}{tenders}{total}</RetailTransaction>"


def _return(payload: Mapping[str, Any]) -> str:
    lines = "".join(
        f'<LineItem Number="{line["line_number"]}"><Return>{_element("ItemID", line["item_id"])}'
        f"{_element('Description', line['name'])}{_element('Quantity', line['quantity_milli'], unit='thousandths')}"
        f"{_element('ExtendedAmount', line['net_minor'], unit='minor')}"
        f"{_element('Reason', line.get('reason') or payload['reason'])}</Return></LineItem>"
        for line in payload["lines"]
    )
    tenders = "".join(_tender(refund) for refund in payload["refunds"])
    numbers = _element("ReceiptNumber", payload["header"]["receipt_number"])
    numbers += _element("OriginalReceiptNumber", payload["original_receipt_number"])
    total = _element("Total", -payload["total_minor"], unit="minor")
    return f"<RetailTransaction>{numbers}{lines}{tenders}{total}</RetailTransaction>"


def _tender(tender: Mapping[str, Any]) -> str:
    kind = tender.get("definition_id") or tender["tender_type"]
    return f"<Tender>{_element('TenderID', kind)}{_element('Amount', tender['amount_minor'], unit='minor')}</Tender>"


def _reason(payload: Mapping[str, Any]) -> str:
    return _element("Reason", payload.get("reason"))


def _element(name: str, value: object, unit: str = "") -> str:
    """Nothing at all for what is not said."""
    if value is None or value == "":
        return ""
    measure = f' Unit="{unit}"' if unit else ""
    return f"<{name}{measure}>{_escaped(str(value))}</{name}>"


def _escaped(text: str) -> str:
    """Text as XML has it. XML 1.0 has no control characters; in JSON they are escaped already."""
    return escape(text.translate(_CONTROL_SIGNS))
