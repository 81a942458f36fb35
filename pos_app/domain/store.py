"""A store's profile: everything about one shop that decides amounts, texts and behaviour at its tills."""

from dataclasses import dataclass, field

from pos_app.domain.department import Department
from pos_app.domain.fee_table import FeeRule
from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.label_rule import LabelRule
from pos_app.domain.money import Currency
from pos_app.domain.orders import DEFAULT_ORDER_RULES, OrderRules
from pos_app.domain.pricing import PricingRules
from pos_app.domain.promotions import NO_PROMOTIONS, PromotionBook
from pos_app.domain.reasons import NEUTRAL_REASONS, Reasons
from pos_app.domain.receipt_template import STANDARD_RECEIPTS, ReceiptTemplate
from pos_app.domain.return_policy import NO_POLICY, ReturnPolicy
from pos_app.domain.rights import DEFAULT_RIGHTS, RightsTable
from pos_app.domain.rounding import Rounding
from pos_app.domain.stored_value import DEFAULT_GIFT_CARD_RULES, GiftCardRules
from pos_app.domain.tax import TaxRate, TaxRounding
from pos_app.domain.tax_table import TaxRelief
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.domain.tile_page import TilePage
from pos_app.domain.till_rules import DEFAULT_TILL_RULES, TillRules


@dataclass(frozen=True, slots=True)
class ParkingRules:
    """How long a sale may stay parked, and whether a slip is printed that recalls it by a scan."""

    expires_after_hours: int = 24
    slip: bool = True


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """One store and one workstation in it."""

    store_id: str
    store_name: str
    workstation_id: str
    currency: Currency
    time_zone: str
    tax_rates: tuple[TaxRate, ...] = ()
    tax_rounding: TaxRounding = TaxRounding.TRANSACTION
    rounding: Rounding = Rounding.HALF_UP
    cash_step_minor: int = 1
    locale: str = "en_US"
    address_lines: tuple[str, ...] = ()
    receipt_footer: tuple[str, ...] = ()
    receipt_columns: int = 42
    receipt: ReceiptTemplate = STANDARD_RECEIPTS
    cash_denominations_minor: tuple[int, ...] = field(default=(1, 5, 10, 25, 100, 500, 1000, 2000, 5000, 10000))
    notes_minor: tuple[int, ...] = field(default=(100, 500, 1000, 2000, 5000, 10000))
    merge_same_item: bool = True
    promotions: PromotionBook = NO_PROMOTIONS
    return_policy: ReturnPolicy = NO_POLICY
    parking: ParkingRules = ParkingRules()
    till: TillRules = DEFAULT_TILL_RULES
    training: bool = False
    """A till for training: every transaction carries the flag, so that nothing of it counts anywhere."""
    reasons: Reasons = NEUTRAL_REASONS
    tenders: tuple[TenderDefinition, ...] = ()
    foreign_cash: tuple[ForeignCurrency, ...] = ()
    gift_cards: GiftCardRules = DEFAULT_GIFT_CARD_RULES
    tax_reliefs: tuple[TaxRelief, ...] = ()
    departments: tuple[Department, ...] = ()
    labels: tuple[LabelRule, ...] = ()
    tile_pages: tuple[TilePage, ...] = ()
    weight_unit: str = "kg"
    region: str = ""
    """The state or province the store is in, like CA: fees go by it."""
    fees: tuple[FeeRule, ...] = ()
    orders: OrderRules = DEFAULT_ORDER_RULES
    country: str = "US"
    """ISO 3166-1: what an address is checked by unless another country is chosen."""
    tax_number: str = ""
    """Below the address on receipts, as the store writes it."""
    rights: RightsTable = field(default_factory=lambda: DEFAULT_RIGHTS)
    """Who may do what in this store: the table, with the store's own limits."""

    @property
    def head_lines(self) -> tuple[str, ...]:
        """What stands below the store's name on paper."""
        return (*self.address_lines, self.tax_number) if self.tax_number else self.address_lines

    def pricing_rules(self) -> PricingRules:
        """The settings that decide amounts."""
        return PricingRules(
            currency=self.currency,
            tax_rates=self.tax_rates,
            tax_reliefs=self.tax_reliefs,
            tax_rounding=self.tax_rounding,
            rounding=self.rounding,
            cash_step_minor=self.cash_step_minor,
            promotions=self.promotions,
        )
