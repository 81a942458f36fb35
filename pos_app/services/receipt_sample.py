"""A made-up sale on a store's own receipts: to look at the template before a customer does."""

from datetime import datetime
from enum import StrEnum

from pos_app.domain.basket import Basket, Discount, MemberReference
from pos_app.domain.item import Item
from pos_app.domain.member import MemberAccount
from pos_app.domain.pricing import price
from pos_app.domain.receipt_code import ReceiptFacts, short_code
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.rewards import ProgrammeTerms, earn
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType, cash_tender, exact_tender, settle
from pos_app.ports import Formatter
from pos_app.services.receipts import Seal, compose_gift_receipt, compose_sale_receipt

_NO_ENTRY = "0" * 64


class SampleKind(StrEnum):
    """What can be looked at."""

    SALE = "sale"
    COPY = "copy"
    GIFT = "gift"


def sample_receipt(
    profile: StoreProfile, formatter: Formatter, at: datetime, kind: SampleKind = SampleKind.SALE
) -> ReceiptDocument:
    """The paper of a member's sale with a discount, every tax of the store, points and cash. at must have an offset."""
    sale, account = _sale(profile, at)
    if kind is SampleKind.GIFT:
        return compose_gift_receipt(sale, profile, formatter)
    facts = ReceiptFacts(
        sale.header.receipt_number, sale.total_minor, profile.currency.code, round(at.timestamp() * 1000)
    )
    seal = Seal(facts, short_code(facts, _NO_ENTRY), bytes(64))
    document = compose_sale_receipt(sale, profile, formatter, ProgrammeTerms(), account, seal)
    if kind is SampleKind.SALE:
        return document
    mark = receipt_texts(profile.receipt.language)("copy", number="1")
    return ReceiptDocument(document.title, document.blocks, copy=True, copy_mark=mark)


def _sale(profile: StoreProfile, at: datetime) -> tuple[RetailTransaction, MemberAccount]:
    unit = profile.currency.minor_per_unit
    tax_ids = tuple(rate.tax_id for rate in profile.tax_rates)
    items = (
        Item("1001", "Wireless headphones", 24_999 * unit // 100, tax_ids),
        Item("1002", "USB-C cable, 2 m", 1_499 * unit // 100, tax_ids),
        Item("1003", "Mirrorless camera with a lens and a name that takes two lines", 89_900 * unit // 100, tax_ids),
    )
    basket = Basket()
    for item, pieces in zip(items, (1, 2, 1), strict=True):
        basket = basket.add(item, item.item_id, pieces * 1000)
    basket = basket.discount_line(2, Discount("Opened box", percent_micro=100_000))
    basket = basket.attach_member(MemberReference("m-1", "", "c••••@example.com", ""))
    rules, terms = profile.pricing_rules(), ProgrammeTerms()
    priced = price(basket, rules)
    points = terms.redeem_step_points * 5
    value_minor = terms.value_minor(points)
    used = exact_tender("t-1", TenderType.POINTS, value_minor, priced.total_minor, points=points)
    rest_minor = priced.total_minor - value_minor
    step = max(unit * 20, rules.cash_step_minor)
    handed_minor = -(-(rest_minor + rules.cash_step_minor) // step) * step
    cash = cash_tender("t-2", rest_minor, handed_minor, rules.cash_step_minor, rules.rounding)
    settlement = settle(priced.total_minor, (used, cash), rules.cash_step_minor, rules.rounding)
    earned = earn(
        priced.earning_lines(), terms, points_used=points, at=at, store_id=profile.store_id, minor_per_unit=unit
    )
    header = TransactionHeader(
        transaction_id="sample",
        sequence_number=147,
        store_id=profile.store_id,
        workstation_id=profile.workstation_id,
        operator_id="associate-1",
        business_day=at.date().isoformat(),
        began_at=at.isoformat(),
        currency_code=profile.currency.code,
        training=True,
    )
    sale = complete(header, at.isoformat(), basket, priced, (used, cash), settlement, earned)
    return sale, _account(at)


def _account(at: datetime) -> MemberAccount:
    last_day = f"{at.year + 1}-03-31"
    return MemberAccount(
        "m-1",
        "",
        "c••••@example.com",
        1_240,
        1_240,
        120,
        at.isoformat(),
        next_expiry_points=800,
        next_expiry_on=last_day,
    )
