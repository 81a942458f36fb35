"""The till: what should be in the drawer, by one formula over what was journaled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pos_app.domain.returns import Refund
from pos_app.domain.tenders import Tender, TenderType


@dataclass(frozen=True, slots=True)
class TillTotals:
    """Running totals of a till in one business day, in minor units; sales are counted with their commit.

    cash_sales_minor is what sales put into the drawer in the store's own currency: cash taken, less the change that
    any tender gave.
    """

    opening_float_minor: int = 0
    cash_sales_minor: int = 0
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    loans_minor: int = 0
    pickups_minor: int = 0
    card_minor: int = 0
    gift_card_minor: int = 0
    points_value_minor: int = 0
    sale_count: int = 0
    sales_total_minor: int = 0
    points_earned: int = 0
    points_used: int = 0
    by_tender: tuple[tuple[str, int], ...] = ()
    """What each tender paid, less what went back to it: (definition or kind, minor units), sorted, without zeros."""
    foreign_cash: tuple[tuple[str, int], ...] = ()
    """Cash of other currencies in the drawer, to be counted: (ISO 4217 code, its minor units), sorted."""

    @property
    def expected_cash_minor(self) -> int:
        """Float and loans, plus cash taken less change, plus paid in, less paid out and picked up."""
        came_in = self.opening_float_minor + self.loans_minor + self.cash_sales_minor + self.paid_in_minor
        return came_in - self.paid_out_minor - self.pickups_minor

    def with_movement(self, kind: str, amount_minor: int) -> "TillTotals":
        """The totals after cash went in or out that is no sale: paid_in, paid_out, loans or pickups."""
        field = f"{kind}_minor"
        return replace(self, **{field: getattr(self, field) + amount_minor})

    def with_return(self, refunds: Sequence[Refund], points_reversed: int) -> "TillTotals":
        """The totals after goods came back: what was refunded leaves the tender it went to."""
        by_type = dict.fromkeys(TenderType, 0)
        for refund in refunds:
            by_type[refund.tender_type] += refund.amount_minor
        return replace(
            self,
            cash_sales_minor=self.cash_sales_minor - by_type[TenderType.CASH],
            card_minor=self.card_minor - by_type[TenderType.CARD],
            gift_card_minor=self.gift_card_minor - by_type[TenderType.GIFT_CARD],
            points_value_minor=self.points_value_minor - by_type[TenderType.POINTS],
            sales_total_minor=self.sales_total_minor - sum(by_type.values()),
            points_earned=self.points_earned - points_reversed,
            points_used=self.points_used - sum(refund.points for refund in refunds),
            by_tender=_added(self.by_tender, ((refund.counted_as, -refund.amount_minor) for refund in refunds)),
        )

    def with_deposit(self, tenders: tuple[Tender, ...]) -> "TillTotals":
        """The totals after a deposit: money that came in, and no sale yet."""
        return replace(self.with_sale(0, tenders, 0), sale_count=self.sale_count)

    def with_deposit_back(self, refunds: Sequence[Refund]) -> "TillTotals":
        """The totals after a deposit was given back."""
        return replace(self.with_return(refunds, 0), sales_total_minor=self.sales_total_minor)

    def with_sale(self, total_minor: int, tenders: tuple[Tender, ...], points_earned: int) -> "TillTotals":
        """The totals after one more sale."""
        by_type = dict.fromkeys(TenderType, 0)
        cash_minor = 0
        for tender in tenders:
            by_type[tender.tender_type] += tender.amount_minor
            if tender.tender_type is TenderType.CASH and not tender.currency_code:
                cash_minor += tender.amount_minor
            else:
                cash_minor -= tender.change_minor
        return replace(
            self,
            cash_sales_minor=self.cash_sales_minor + cash_minor,
            card_minor=self.card_minor + by_type[TenderType.CARD],
            gift_card_minor=self.gift_card_minor + by_type[TenderType.GIFT_CARD],
            points_value_minor=self.points_value_minor + by_type[TenderType.POINTS],
            sale_count=self.sale_count + 1,
            sales_total_minor=self.sales_total_minor + total_minor,
            points_earned=self.points_earned + points_earned,
            points_used=self.points_used + sum(tender.points for tender in tenders),
            by_tender=_added(self.by_tender, ((tender.counted_as, tender.amount_minor) for tender in tenders)),
            foreign_cash=_added(
                self.foreign_cash,
                ((tender.currency_code, tender.foreign_minor) for tender in tenders if tender.currency_code),
            ),
        )


def _added(totals: tuple[tuple[str, int], ...], amounts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    by_name = dict(totals)
    for name, amount in amounts:
        by_name[name] = by_name.get(name, 0) + amount
    return tuple(sorted((name, amount) for name, amount in by_name.items() if amount))
