"""A sale as it came in, read and recomputed: what it really earns, whatever its receipt says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from pos_app.domain.money import MoneyError, currency
from pos_app.domain.rewards import EarnedPoints, EarningLine, PointsTaxTreatment, ProgrammeTerms, earn
from pos_app.domain.tenders import STORED_VALUE
from sync import contract
from sync.central.moments import last_day_of_use, local_day, parse, stored
from sync.central.sold_lines import SoldLine
from sync.central.terms import Version

TermsLookup = Callable[[str, int], Version | None]


class PoisonError(Exception):
    """An event that cannot be applied. code is stable, the text says what is wrong with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class LineCredit:
    """Points of one line: as printed on the receipt, and as the service computes them."""

    line_number: int
    offer_id: str
    printed_base: int
    printed_bonus: int
    base: int
    bonus: int
    to_ship: bool


@dataclass(frozen=True, slots=True)
class SalePlan:
    """What a sale does to the ledger once its member is known. Times as stored, days as ISO dates."""

    payload: contract.SalePayload
    programme: ProgrammeTerms
    ended_at: str
    earned_on: str
    expires_on: str
    credits: tuple[LineCredit, ...]

    @property
    def asks_segment(self) -> bool:
        """True when an offer of these terms is for some segments of members only."""
        return any(offer.scope.segments for offer in self.programme.offers)

    def for_segment(self, segment: str) -> "SalePlan":
        """The plan for a member of this segment, whatever the till took them for."""
        if segment == self.payload.points.segment:
            return self
        return replace(self, credits=_credits(self.payload, self.programme, segment))

    @property
    def sold_lines(self) -> list[SoldLine]:
        """The lines as a return will find them."""
        credit_of = {credit.line_number: credit for credit in self.credits}
        sold: list[SoldLine] = []
        for line in self.payload.lines:
            if not line.voided:
                credit = credit_of.get(line.line_number)
                sold.append(
                    SoldLine(
                        line_number=line.line_number,
                        code=line.code,
                        item_id=line.item_id,
                        quantity_milli=line.quantity_milli,
                        net_minor=line.net_minor,
                        fees_minor=line.fees_minor,
                        points_base=credit.base if credit else 0,
                        points_bonus=credit.bonus if credit else 0,
                        offer_id=credit.offer_id if credit else "",
                        to_ship=line.to_ship,
                    )
                )
        return sold

    @property
    def tenders_of_points(self) -> list[contract.TenderMessage]:
        """The parts paid with points."""
        return [tender for tender in self.payload.tenders if tender.tender_type == "points" and tender.points]

    @property
    def tenders_of_gift_cards(self) -> list[contract.TenderMessage]:
        """The parts paid with gift cards or store credit."""
        return [one for one in self.payload.tenders if one.tender_type in STORED_VALUE and one.amount_minor]


def read_sale(body: bytes) -> contract.SalePayload:
    """The sale of a payload. Raises PoisonError."""
    try:
        return contract.decode(body, contract.SalePayload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error


def plan_sale(payload: contract.SalePayload, store_id: str, terms_of: TermsLookup) -> SalePlan:
    """Check a sale against itself and recompute its points. Raises PoisonError for one that cannot be."""
    header = payload.header
    if header.store_id != store_id:
        raise PoisonError("other_store", f"The sale says store {header.store_id}, its terminal is in {store_id}.")
    try:
        parse(header.began_at)
        ended_at = parse(payload.ended_at)
        currency(header.currency_code)
    except (ValueError, OverflowError, MoneyError) as error:
        raise PoisonError("bad_payload", str(error)) from error
    version = terms_of(payload.points.terms_id, payload.points.terms_version)
    if version is None:
        raise PoisonError(
            "unknown_terms", f"Terms {payload.points.terms_id} {payload.points.terms_version} are not known here."
        )
    programme = version.programme
    _check_amounts(payload, programme)
    earned_on = local_day(ended_at, programme.time_zone)
    return SalePlan(
        payload=payload,
        programme=programme,
        ended_at=stored(ended_at),
        earned_on=earned_on.isoformat(),
        expires_on=last_day_of_use(earned_on, version.document.expiry_month_day).isoformat(),
        credits=_credits(payload, programme, payload.points.segment) if payload.member else (),
    )


def _check_amounts(payload: contract.SalePayload, terms: ProgrammeTerms) -> None:
    lines = [line for line in payload.lines if not line.voided]
    if len({line.line_number for line in payload.lines}) != len(payload.lines):
        raise PoisonError("bad_payload", "Two lines have the same number.")
    if len({tender.tender_id for tender in payload.tenders}) != len(payload.tenders):
        raise PoisonError("bad_payload", "Two tenders have the same id.")
    if any(line.gross_minor - line.discount_minor != line.net_minor for line in lines):
        raise PoisonError("amounts_differ", "A line's price less its discount is not its net price.")
    if sum(line.net_minor + line.fees_minor + line.tax_minor for line in lines) != payload.total_minor:
        raise PoisonError("amounts_differ", "The lines do not add up to the total.")
    if any(line.included_tax_minor > line.net_minor for line in lines):
        raise PoisonError("amounts_differ", "A line has more tax in its price than price.")
    if sum(tender.amount_minor for tender in payload.tenders) != payload.total_minor + payload.cash_rounding_minor:
        raise PoisonError("amounts_differ", "The tenders do not add up to the total.")
    if terms.points_tax_treatment is PointsTaxTreatment.PAYMENT and any(
        tender.tender_type == "points" and tender.amount_minor != terms.value_minor(tender.points)
        for tender in payload.tenders
    ):
        raise PoisonError("amounts_differ", "Points pay another amount than they are worth.")


def _credits(payload: contract.SalePayload, terms: ProgrammeTerms, segment: str) -> tuple[LineCredit, ...]:
    """Printed and computed points per line.

    The till froze the offers at some moment between the sale's two times, so what it printed counts as right
    when it is right for either end.
    """
    began_at, ended_at = parse(payload.header.began_at), parse(payload.ended_at)
    minor_per_unit = currency(payload.header.currency_code).minor_per_unit
    lines = [line for line in payload.lines if not line.voided]
    earning = [
        EarningLine(
            line_number=line.line_number,
            code=line.code,
            item_id=line.item_id,
            category=line.category,
            product_price_minor=line.net_minor - line.included_tax_minor,
            earns=line.kind != "gift_card",
        )
        for line in lines
    ]
    points_used = sum(tender.points for tender in payload.tenders if tender.tender_type == "points")

    def computed(at: datetime) -> EarnedPoints:
        return earn(
            earning,
            terms,
            points_used=points_used,
            at=at,
            store_id=payload.header.store_id,
            minor_per_unit=minor_per_unit,
            segment=segment,
        )

    printed = [(line.points_base, line.points_bonus) for line in lines]
    result = computed(ended_at)
    if printed != [(line.base_points, line.bonus_points) for line in result.lines]:
        at_the_beginning = computed(began_at)
        if printed == [(line.base_points, line.bonus_points) for line in at_the_beginning.lines]:
            result = at_the_beginning
    return tuple(
        LineCredit(
            line_number=line.line_number,
            offer_id=right.offer_id,
            printed_base=line.points_base,
            printed_bonus=line.points_bonus,
            base=right.base_points,
            bonus=right.bonus_points,
            to_ship=line.to_ship,
        )
        for line, right in zip(lines, result.lines, strict=True)
    )
