"""Every setting of store.toml that decides amounts: taxes, tenders, returns, fees, goods without an own price."""

from pos_app.domain.money import CURRENCIES
from pos_app.domain.orders import DEFAULT_ORDER_RULES
from pos_app.domain.return_policy import DEFAULT_REASONS
from pos_app.domain.stored_value import DEFAULT_GIFT_CARD_RULES
from pos_app.services.set_up.fields import Entries, Field, Group, Kind, Page
from pos_app.services.set_up.shop_pages import LIMITS, REASONS, RECEIPTS, SHOP, TILLS

_ROUNDING = (("half_up", "Half up"), ("half_even", "Half to even"))
_FROM = Field("from", "From", "The first day. Empty: since ever.", Kind.DAY)
_TO = Field("to", "To", "The last day. Empty: until further notice.", Kind.DAY)
_CATEGORIES = Field("categories", "Categories of goods", "Only these. Empty: all goods.", Kind.TEXTS, most=30)

TAXES = Page(
    "Taxes",
    "landmark",
    (
        Group(
            "Taxes",
            "landmark",
            (),
            "One entry for each authority, and for each rate in its time.",
            (
                Entries(
                    "tax",
                    "Taxes",
                    "tax",
                    "Change a rate for a day to come, or give each rate its days in an entry of its own.",
                    (
                        Field("tax_id", "Id", "What goods name.", Kind.ID, needed=True, most=40),
                        Field("name", "Name", "On receipts and in reports.", most=30),
                        Field(
                            "rate",
                            "Rate",
                            "In percent of the price. What was sold keeps its own.",
                            Kind.PERCENT,
                            needed=True,
                        ),
                        Field("included", "In the price", "Prices already hold it.", Kind.SWITCH, default=False),
                        _FROM,
                        _TO,
                        Field(
                            "applies_to", "Tax categories", "Goods that name one of these owe it.", Kind.TEXTS, most=30
                        ),
                        Field("ship_to", "Sent to", "Regions it is due in, like NV.", Kind.TEXTS, most=60),
                        Field("at_counter", "At the counter", "Due on goods handed over here.", Kind.SWITCH),
                    ),
                    named="name",
                    told=("rate", "from", "to"),
                    ends="to",
                    kept="Goods and sales name it. End it on a day instead.",
                    fresh=(("rate", "0"),),
                ),
                Entries(
                    "tax_relief",
                    "Holidays and thresholds",
                    "relief",
                    "Goods that owe no tax for some days, or up to a price. Give at most one limit.",
                    (
                        Field("relief_id", "Id", "In the journal.", Kind.ID, needed=True, most=40),
                        Field("name", "Name", "On receipts.", most=30),
                        Field("tax_ids", "Taxes", "Only these. Empty: all.", Kind.TEXTS, most=20),
                        Field("applies_to", "Tax categories", "Goods that name one of these.", Kind.TEXTS, most=30),
                        _CATEGORIES,
                        _FROM,
                        _TO,
                        Field("up_to", "Free up to", "Goods up to this price owe nothing.", Kind.AMOUNT),
                        Field("below", "Free below", "Goods below this price owe nothing.", Kind.AMOUNT),
                        Field("first", "Free part", "The first part of the price owes nothing.", Kind.AMOUNT),
                    ),
                    named="name",
                    told=("from", "to"),
                    ends="to",
                ),
            ),
        ),
        Group(
            "Rounding",
            "calculator",
            (),
            "How fractions of a cent are rounded.",
            (
                Field(
                    "tax_rounding",
                    "Tax is rounded",
                    "As the authority asks.",
                    Kind.CHOICE,
                    (("transaction", "Each tax, per sale"), ("together", "All taxes, per sale"), ("item", "Per item")),
                    default="transaction",
                ),
                Field(
                    "rounding",
                    "A half is rounded",
                    "Everywhere amounts are.",
                    Kind.CHOICE,
                    _ROUNDING,
                    default="half_up",
                ),
            ),
        ),
    ),
)

TENDERS = Page(
    "Tenders",
    "wallet",
    (
        Group(
            "Ways to pay",
            "wallet",
            (),
            "Points, cash, cards and gift cards are always there.",
            (
                Entries(
                    "tender",
                    "Tenders of the store's own",
                    "tender",
                    "They stand under Other, most used first.",
                    (
                        Field("tender_id", "Id", "In the journal and in reports.", Kind.ID, needed=True, most=40),
                        Field("name", "Name", "On the screen and on receipts.", most=30, needed=True),
                        Field(
                            "type",
                            "Kind",
                            "The ARTS kind, for reports.",
                            Kind.CHOICE,
                            (
                                ("voucher", "Voucher"),
                                ("check", "Check"),
                                ("financing", "Financing"),
                                ("bank_transfer", "Bank transfer"),
                                ("customer_account", "Customer account"),
                            ),
                            needed=True,
                        ),
                        Field(
                            "offered",
                            "Offered",
                            "Off: old sales know it, new ones cannot use it.",
                            Kind.SWITCH,
                            default=True,
                        ),
                        Field("reference", "Asks for", "Like Contract number. Empty: nothing.", most=40),
                        Field("reference_pattern", "Form of it", "A regular expression the whole must match."),
                        Field("reference_hint", "When it does not fit", "The form in words."),
                        Field(
                            "over_tender",
                            "Worth more than is due",
                            "Refused, change in cash, or the rest is lost.",
                            Kind.CHOICE,
                            (("refused", "Refused"), ("change", "Change in cash"), ("kept", "The rest is lost")),
                            default="refused",
                        ),
                        Field("maximum", "At most", "One of them pays no more. Empty: no limit.", Kind.AMOUNT),
                        Field("approval_above", "Approval above", "A second person agrees. Empty: never.", Kind.AMOUNT),
                        Field("opens_drawer", "Opens the drawer", "It is put in there.", Kind.SWITCH, default=False),
                        Field("refundable", "Refundable", "Money can go back this way.", Kind.SWITCH, default=True),
                        Field("works_offline", "Works offline", "Also without the network.", Kind.SWITCH, default=True),
                    ),
                    named="name",
                    told=("type", "over_tender"),
                    kept="Sales were paid with it. Switch Offered off instead.",
                    fresh=(("type", "voucher"),),
                ),
                Entries(
                    "foreign_cash",
                    "Foreign cash",
                    "currency",
                    "Notes of other currencies, at a rate the store sets.",
                    (
                        Field(
                            "currency",
                            "Currency",
                            "Which one.",
                            Kind.CHOICE,
                            tuple((code, code) for code in CURRENCIES),
                            needed=True,
                        ),
                        Field("rate", "Rate", "Units of the store's own for one of theirs.", Kind.DECIMAL, needed=True),
                        Field("step", "Smallest taken", "In their units: often notes only.", Kind.DECIMAL),
                        Field("notes", "Notes to touch", "In their units.", Kind.TEXTS, most=10),
                        Field(
                            "rounding",
                            "Rounding",
                            "Of what it is worth here.",
                            Kind.CHOICE,
                            _ROUNDING,
                            default="half_up",
                        ),
                    ),
                    named="currency",
                    told=("rate",),
                    fresh=(("currency", "EUR"), ("rate", "1.00")),
                ),
            ),
        ),
        Group(
            "Gift cards",
            "gift",
            ("gift_cards",),
            "What may be put on one at once.",
            (
                Field("name", "Name", "On receipts.", default="Gift card", most=30),
                Field("item_id", "Item", "What it is in reports.", default="gift-card", most=30),
                Field("amounts", "Amounts to touch", "What is mostly bought.", Kind.AMOUNTS, most=8),
                Field(
                    "least",
                    "At least",
                    "The smallest amount.",
                    Kind.AMOUNT,
                    default=DEFAULT_GIFT_CARD_RULES.least_minor,
                ),
                Field(
                    "most", "At most", "The largest amount.", Kind.AMOUNT, default=DEFAULT_GIFT_CARD_RULES.most_minor
                ),
                Field("sell_offline", "Sell offline", "Loaded when the service is back.", Kind.SWITCH, default=False),
            ),
        ),
    ),
)

RETURNS = Page(
    "Returns",
    "undo-2",
    (
        Group(
            "Policy",
            "scroll-text",
            (),
            "The first clause that fits counts: special ones first.",
            (
                Entries(
                    "return_policy",
                    "Clauses",
                    "clause",
                    "Shown word for word, to the associate and on paper.",
                    (
                        Field("text", "Text", "Word for word.", most=200, needed=True),
                        Field("id", "Id", "In the journal.", Kind.ID, needed=True, most=40),
                        _CATEGORIES,
                        Field("opened_only", "Opened goods only", "Not for sealed ones.", Kind.SWITCH, default=False),
                        Field("days", "Within", "Empty: no limit.", Kind.WHOLE, unit="days", low=0, high=3650),
                        Field(
                            "outcome",
                            "What is given",
                            "Money, the same goods, or nothing.",
                            Kind.CHOICE,
                            (("refund", "Refund"), ("exchange", "Exchange only"), ("none", "Final sale")),
                            default="refund",
                        ),
                        Field(
                            "restocking_fee",
                            "Restocking fee",
                            "Of opened goods without a fault.",
                            Kind.PERCENT,
                            default=0,
                        ),
                    ),
                    named="text",
                    told=("outcome", "days"),
                    fresh=(("text", "Items may be returned within 30 days."), ("days", 30)),
                ),
            ),
        ),
        Group(
            "How goods come back",
            "undo-2",
            ("returns",),
            "Reasons, promotions and holidays.",
            (
                Field("reasons", "Reasons", "What customers say.", Kind.TEXTS, most=12, default=DEFAULT_REASONS),
                Field(
                    "promotions",
                    "Part of a promotion",
                    "What it is worth when it comes back alone.",
                    Kind.CHOICE,
                    (("as_paid", "As paid"), ("recomputed", "Computed anew")),
                    default="as_paid",
                ),
                Field("labels", "Print labels", "One for each article that comes back.", Kind.SWITCH, default=False),
                Entries(
                    "extension",
                    "Holiday extensions",
                    "extension",
                    "What is bought in these days may come back until a later one.",
                    (
                        Field("text", "Text", "Word for word.", needed=True),
                        Field("bought_from", "Bought from", "The first day.", Kind.DAY, needed=True),
                        Field("bought_until", "Bought until", "The last day.", Kind.DAY, needed=True),
                        Field("returnable_until", "Until", "The last day of return.", Kind.DAY, needed=True),
                    ),
                    named="text",
                    told=("bought_from", "bought_until"),
                ),
            ),
        ),
        Group(
            "Without a receipt",
            "file-question-mark",
            ("returns", "without_receipt"),
            "Give a text to allow it.",
            (
                Field("text", "Text", "Word for word.", most=200),
                Field(
                    "lowest_price_days",
                    "Lowest price of",
                    "What the goods are worth.",
                    Kind.WHOLE,
                    default=30,
                    unit="days",
                    low=1,
                    high=365,
                ),
                Field(
                    "limit_days",
                    "Limits count for",
                    "Per person.",
                    Kind.WHOLE,
                    default=90,
                    unit="days",
                    low=1,
                    high=730,
                ),
                Field(
                    "most_returns",
                    "Returns at most",
                    "Per person in that time.",
                    Kind.WHOLE,
                    default=3,
                    low=1,
                    high=100,
                ),
                Field("most_amount", "Value at most", "Per person in that time. 0: no limit.", Kind.AMOUNT),
            ),
        ),
    ),
)

GOODS = Page(
    "Goods",
    "package",
    (
        Group(
            "Fees and services",
            "hand-coins",
            (),
            "They stand below their item and earn nothing.",
            (
                Entries(
                    "fee",
                    "Fees",
                    "fee",
                    "Recycling, installation, delivery.",
                    (
                        Field("fee_id", "Id", "In the journal.", Kind.ID, needed=True, most=40),
                        Field("name", "Name", "On receipts.", most=30),
                        Field("amount", "Amount", "For one piece.", Kind.AMOUNT, needed=True),
                        Field(
                            "when",
                            "When",
                            "By itself, chosen, or for goods that are sent.",
                            Kind.CHOICE,
                            (("always", "By itself"), ("chosen", "Chosen"), ("delivery", "Goods that are sent")),
                            default="always",
                        ),
                        Field("tax", "Taxes", "What is due on it.", Kind.TEXTS, most=10),
                        Field("refundable", "Refundable", "It comes back with the goods.", Kind.SWITCH, default=True),
                        Field("once", "Once a line", "Not for each piece.", Kind.SWITCH),
                        _CATEGORIES,
                        Field("regions", "States", "Only there. Empty: everywhere.", Kind.TEXTS, most=60),
                        Field("screen_from", "Screens from", "In inches.", Kind.DECIMAL, unit="in"),
                        Field("screen_to", "Screens to", "In inches.", Kind.DECIMAL, unit="in"),
                    ),
                    named="name",
                    told=("amount", "when", "screen_from"),
                    fresh=(("amount", "0.00"),),
                ),
            ),
        ),
        Group(
            "Special orders",
            "package-plus",
            ("orders",),
            "What is paid in advance.",
            (
                Field(
                    "deposit",
                    "Deposit",
                    "The part paid in advance.",
                    Kind.PERCENT,
                    default=DEFAULT_ORDER_RULES.deposit_micro,
                ),
                Field("minimum_deposit", "Deposit at least", "Whatever the part comes to.", Kind.AMOUNT, default=0),
                Field("kept_on_cancellation", "Kept on cancellation", "Part of the deposit.", Kind.PERCENT, default=0),
            ),
        ),
        Group(
            "Goods without a code",
            "package-open",
            (),
            "Departments, labels of the store's own, and tiles.",
            (
                Entries(
                    "department",
                    "Departments",
                    "department",
                    "Sold by price, with approval.",
                    (
                        Field("department_id", "Id", "In the journal.", Kind.ID, needed=True, most=40),
                        Field("name", "Name", "On receipts.", most=30, needed=True),
                        Field("tax_ids", "Taxes", "What is due.", Kind.TEXTS, most=10),
                        Field("maximum_price", "Price at most", "Of one piece.", Kind.AMOUNT, needed=True),
                    ),
                    named="name",
                    told=("maximum_price",),
                    fresh=(("maximum_price", "100.00"),),
                ),
                Entries(
                    "label",
                    "Own labels",
                    "label",
                    "Barcodes that hold a price, weight or count.",
                    (
                        Field("prefixes", "Prefixes", "02, or 20 to 29.", Kind.TEXTS, most=10, needed=True),
                        Field(
                            "item_digits",
                            "Digits of the item",
                            "After the prefix.",
                            Kind.WHOLE,
                            needed=True,
                            low=1,
                            high=9,
                        ),
                        Field(
                            "value_digits",
                            "Digits of the value",
                            "After those.",
                            Kind.WHOLE,
                            needed=True,
                            low=1,
                            high=9,
                        ),
                        Field(
                            "value",
                            "The value is",
                            "What the digits say.",
                            Kind.CHOICE,
                            (("price", "Price"), ("weight", "Weight"), ("count", "Count")),
                            needed=True,
                        ),
                        Field("value_check", "Check digit before it", "Over the value.", Kind.SWITCH, default=False),
                        Field(
                            "decimals", "Decimals of a weight", "After the point.", Kind.WHOLE, default=3, low=0, high=3
                        ),
                        Field("minimum", "At least", "A smaller value is refused.", Kind.DECIMAL),
                        Field("maximum", "At most", "A larger value is refused.", Kind.DECIMAL),
                    ),
                    named="value",
                    told=("item_digits", "value_digits"),
                    fresh=(("prefixes", ["21"]), ("item_digits", 5), ("value_digits", 5), ("value", "price")),
                ),
                Entries(
                    "tile_page",
                    "Tiles",
                    "page",
                    "Products to touch, sixteen to a page.",
                    (
                        Field("name", "Name", "On the tab.", most=30, needed=True),
                        Field("items", "Products", "Codes or SKUs, in order.", Kind.TEXTS, most=16, needed=True),
                    ),
                    named="name",
                    fresh=(("items", []),),
                ),
            ),
        ),
    ),
)

PAGES = (SHOP, RECEIPTS, TILLS, TAXES, TENDERS, RETURNS, REASONS, GOODS, LIMITS)
"""In the order of the room."""
