"""The member's part of a receipt: what was earned and why, what was used, and the balance with its age."""

from datetime import datetime

from pos_app.domain.member import MemberAccount
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.receipt_document import Block, Pair, Rule, Text
from pos_app.domain.receipt_texts import ReceiptTexts
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.rewards import PointsTaxTreatment, ProgrammeTerms
from pos_app.ports import Formatter


def rewards_block(
    sale: RetailTransaction,
    formatter: Formatter,
    terms: ProgrammeTerms,
    account: MemberAccount | None,
    texts: ReceiptTexts,
) -> list[Block]:
    """The block of a sale that has a member; account is what was known of the member, None when nothing was."""
    assert sale.member is not None
    member = texts("member", member=sale.member.masked_email).strip()
    blocks: list[Block] = [Rule(), Text(texts("rewards"), bold=True), Text(member)]
    used = sale.points_used
    if used:
        by_discount = terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT
        how = "points_used_discount" if by_discount else "points_used_payment"
        blocks.append(Pair(texts(how), formatter.points(-used)))
    known_now = account is not None and not account.remembered
    earned = "points_earned" if known_now else "points_estimate"
    blocks.append(Pair(texts(earned), formatter.points(sale.earned.points), bold=True))
    blocks += _reasons(sale, formatter, terms, texts)
    shipped_later = sum(line.points for line in sale.lines if line.to_ship)
    if shipped_later:
        blocks.append(Pair(texts("shipped_later"), formatter.points(shipped_later), indent=2))
    return [*blocks, *_balance(sale, formatter, account, texts, shipped_later)]


def _reasons(sale: RetailTransaction, formatter: Formatter, terms: ProgrammeTerms, texts: ReceiptTexts) -> list[Block]:
    """Base points and the offers applied, where there were any."""
    earned = sale.earned
    if not earned.bonus_points:
        return []
    blocks: list[Block] = [Pair(texts("base_points"), formatter.points(earned.base_points), indent=2)]
    names = {offer.offer_id: offer.name or offer.offer_id for offer in terms.offers}
    for offer in earned.offers:
        name = names.get(offer.offer_id, offer.offer_id)
        times = f" ({offer.multiplier}x)" if offer.multiplier > 1 else ""
        blocks.append(Pair(name + times, f"+{formatter.points(offer.points)}", indent=2))
    return blocks


def _balance(
    sale: RetailTransaction,
    formatter: Formatter,
    account: MemberAccount | None,
    texts: ReceiptTexts,
    shipped_later: int,
) -> list[Block]:
    if any(tender.reference.startswith(OFFLINE_REFERENCE) for tender in sale.tenders):
        return [Text(texts("points_offline"))]
    if account is None:
        return [Text(texts("points_pending"))]
    blocks: list[Block] = []
    if account.remembered:
        when = formatter.date_time(datetime.fromisoformat(account.as_of))
        blocks.append(Pair(texts("balance_on", when=when), formatter.points(account.balance_points)))
        blocks.append(Text(texts("points_pending")))
    else:
        after = account.balance_points - sale.points_used + sale.earned.points - shipped_later
        blocks.append(Pair(texts("balance_after"), formatter.points(after)))
    expiring = account.next_expiry_points - sale.points_used  # the soonest to expire are used first
    if expiring > 0:
        words = texts("next_expiry", points=formatter.points(expiring), day=account.next_expiry_on)
        blocks.append(Text(words))
    if account.pending_points:
        blocks.append(Pair(texts("pending"), formatter.points(account.pending_points)))
    return blocks
