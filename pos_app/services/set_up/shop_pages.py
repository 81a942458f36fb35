"""Every setting of store.toml, described once: the shop, its receipts, tills, reasons and limits."""

from pos_app.domain.money import CURRENCIES
from pos_app.domain.operator import Role
from pos_app.domain.orders import COUNTRIES
from pos_app.domain.reasons import NEUTRAL_REASONS
from pos_app.domain.receipt_texts import LANGUAGES
from pos_app.domain.rights import DEFAULT_RIGHTS, Action
from pos_app.domain.till_rules import DEFAULT_TILL_RULES
from pos_app.services.set_up.fields import Entries, Field, Group, Kind, Page

FIXED_ID = "It stands on receipts and in the journal, so it stays as it is."
_LANGUAGE_NAMES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French"}

SHOP = Page(
    "Store",
    "store",
    (
        Group(
            "Name and place",
            "store",
            (),
            "Who this store is, on every receipt.",
            (
                Field("store_name", "Name", "At the head of receipts and windows.", most=40, needed=True),
                Field("address_lines", "Address", "Below the name on receipts, line by line.", Kind.TEXTS, most=6),
                Field("tax_number", "Tax number", "Below the address on receipts, as it is typed.", most=30),
                Field(
                    "country",
                    "Country",
                    "What addresses are checked by.",
                    Kind.CHOICE,
                    tuple(sorted(COUNTRIES.items(), key=lambda pair: pair[1])),
                    default="US",
                ),
                Field("region", "State or province", "Two or three letters, like CA: fees go by it.", most=3),
                Field("store_id", "Store number", "The number of this store.", fixed=FIXED_ID, needed=True),
            ),
        ),
        Group(
            "Language and time",
            "languages",
            (),
            "How dates and amounts are written, and when a day begins.",
            (
                Field(
                    "time_zone",
                    "Time zone",
                    "By its name in the IANA list, like America/Los_Angeles.",
                    most=40,
                    needed=True,
                ),
                Field(
                    "locale", "Language and country", "How amounts and dates are written, like en_US.", default="en_US"
                ),
                Field(
                    "currency",
                    "Currency",
                    "The currency of all prices.",
                    Kind.CHOICE,
                    tuple((code, code) for code in CURRENCIES),
                    fixed="Prices, points and the journal are in it. Another currency needs another store.",
                    needed=True,
                ),
                Field(
                    "weight_unit",
                    "Unit of weight",
                    "What weighed goods are priced by.",
                    Kind.CHOICE,
                    (("kg", "Kilogram"), ("lb", "Pound")),
                    default="kg",
                ),
            ),
        ),
        Group(
            "Signing on",
            "users",
            (),
            "People and their PINs are managed with operators, at the service or the till.",
            (
                Field(
                    "sign_on_required",
                    "Everybody signs on",
                    "Without it the first operator of the file works every till.",
                    Kind.SWITCH,
                    default=True,
                ),
                Field(
                    "idle_lock_minutes",
                    "Lock after",
                    "So long nobody touches the till, then it locks.",
                    Kind.WHOLE,
                    default=5,
                    unit="minutes",
                    low=1,
                    high=15,
                ),
                Entries(
                    "operators",
                    "People in the file",
                    "person",
                    "Used where nobody signs on, and for the training till.",
                    (
                        Field(
                            "operator_id", "Id", "In the journal with all that they do.", needed=True, fixed=FIXED_ID
                        ),
                        Field("display_name", "Name", "On the screen and on receipts.", most=40, needed=True),
                        Field(
                            "role",
                            "Role",
                            "What they may do: see Rights.",
                            Kind.CHOICE,
                            (
                                ("associate", "Associate"),
                                ("supervisor", "Supervisor"),
                                ("manager", "Manager"),
                                ("technician", "Technician"),
                                ("auditor", "Auditor"),
                            ),
                            needed=True,
                        ),
                    ),
                    named="display_name",
                    told=("role",),
                    fresh=(("role", "associate"),),
                ),
            ),
        ),
    ),
)

RECEIPTS = Page(
    "Receipts",
    "receipt-text",
    (
        Group(
            "Texts",
            "pencil",
            (),
            "What stands on every receipt. Preview shows it as it will be.",
            (
                Field("receipt_footer", "Footer", "The last lines of a receipt.", Kind.TEXTS, most=8),
                Field(
                    "receipt_columns",
                    "Letters in a line",
                    "What the paper holds: 42 or 48 on 80 mm, 32 on 58 mm.",
                    Kind.WHOLE,
                    default=42,
                    low=24,
                    high=64,
                ),
            ),
        ),
        Group(
            "Form",
            "receipt-text",
            ("receipt",),
            "What a receipt shows, and who gets one.",
            (
                Field(
                    "language",
                    "Language",
                    "The language of the receipt's own words.",
                    Kind.CHOICE,
                    tuple((code, _LANGUAGE_NAMES.get(code, code)) for code in LANGUAGES),
                ),
                Field("header", "Lines below the address", "For a telephone number or a greeting.", Kind.TEXTS, most=6),
                Field("logo", "Logo", "A PNG beside the store's file, printed in the place of the name.", most=60),
                Field("ask", "Ask the customer", "Print, e-mail, both or none.", Kind.SWITCH, default=False),
                Field(
                    "unanswered",
                    "Nobody answers",
                    "What becomes of the paper then.",
                    Kind.CHOICE,
                    (("print", "Print it"), ("none", "Print nothing")),
                    default="print",
                ),
                Field(
                    "none_below", "No paper below", "Smaller sales print only when asked to.", Kind.AMOUNT, default=0
                ),
                Field("email", "By e-mail", "The receipt can be sent to the customer.", Kind.SWITCH, default=False),
                Field(
                    "show_savings",
                    "Show what was saved",
                    "Discounts and promotions, added up.",
                    Kind.SWITCH,
                    default=True,
                ),
                Field(
                    "show_rewards",
                    "Show points",
                    "What was earned and used, and the balance.",
                    Kind.SWITCH,
                    default=True,
                ),
                Field(
                    "show_barcode", "Show the barcode", "A scan of it finds the sale again.", Kind.SWITCH, default=True
                ),
                Field(
                    "show_check_code",
                    "Show the check code",
                    "It proves that the receipt is genuine.",
                    Kind.SWITCH,
                    default=True,
                ),
                Field("check_url", "Address for checking", "Where customers check a receipt: https:// and so on."),
            ),
        ),
    ),
)

TILLS = Page(
    "Tills",
    "banknote",
    (
        Group(
            "Drawer",
            "banknote",
            (),
            "What a drawer begins with, and coins.",
            (
                Field("opening_float", "Opening float", "What a drawer begins the day with.", Kind.AMOUNT, default=0),
                Field("cash_step", "Smallest coin", "Cash is rounded to it.", Kind.AMOUNT, default=1),
            ),
        ),
        Group(
            "Counting",
            "coins",
            ("till",),
            "Opening, closing and what is too much.",
            (
                Field(
                    "opening",
                    "Opening the day",
                    "Counted: whoever opens counts the drawer first.",
                    Kind.CHOICE,
                    (("counted", "Counted"), ("automatic", "By itself")),
                    default="counted",
                ),
                Field(
                    "cash_limit",
                    "Pickup above",
                    "More cash than this goes to the safe. 0: no limit.",
                    Kind.AMOUNT,
                    default=0,
                ),
                Field(
                    "tolerance",
                    "Difference without a reason",
                    "A larger one needs a reason.",
                    Kind.AMOUNT,
                    default=DEFAULT_TILL_RULES.tolerance_minor,
                ),
                Field(
                    "tills",
                    "Tills",
                    "Shared: everybody at a drawer. Personal: each their own.",
                    Kind.CHOICE,
                    (("shared", "Shared"), ("personal", "Personal")),
                    default="shared",
                ),
                Field("drawers", "Drawers", "At each workstation.", Kind.WHOLE, default=1, low=1, high=2),
                Entries(
                    "rolls",
                    "Coin rolls",
                    "roll",
                    "Coins as the bank packs them.",
                    (
                        Field("of", "Coin", "What one coin is worth.", Kind.AMOUNT, needed=True),
                        Field("pieces", "Coins in a roll", "How many.", Kind.WHOLE, needed=True, low=2, high=1000),
                    ),
                    named="of",
                    told=("pieces",),
                    fresh=(("of", "1.00"), ("pieces", 25)),
                ),
            ),
        ),
        Group(
            "Parked sales",
            "pause",
            ("parking",),
            "Sales set aside for later.",
            (
                Field(
                    "expires_after_hours",
                    "Cancelled after",
                    "A parked sale that nobody recalls.",
                    Kind.WHOLE,
                    default=24,
                    unit="hours",
                    low=1,
                    high=336,
                ),
                Field("slip", "Print a slip", "A scan of it recalls the sale.", Kind.SWITCH, default=True),
            ),
        ),
        Group(
            "This till",
            "monitor",
            (),
            "Devices and the network belong to the technician's console.",
            (
                Field("workstation_id", "Workstation", "The number of this till.", fixed=FIXED_ID, needed=True),
                Field(
                    "merge_same_item",
                    "Same goods on one line",
                    "A second scan counts the line up.",
                    Kind.SWITCH,
                    default=True,
                ),
            ),
        ),
    ),
)

_REASONS = (
    ("discount", "Discounts", 12),
    ("price_override", "Other prices", 12),
    ("no_sale", "Drawer without a sale", 12),
    ("paid_in", "Paid in", 12),
    ("paid_out", "Paid out", 12),
    ("over_short", "Over and short", 12),
    ("approval", "Approvals", 6),
)
REASONS = Page(
    "Reasons",
    "list-checks",
    (
        Group(
            "Reasons",
            "list-checks",
            ("reasons",),
            "What people choose from, so that it can be counted.",
            tuple(
                Field(
                    key,
                    name,
                    f"Up to {most} short texts, in the order they are shown.",
                    Kind.TEXTS,
                    most=most,
                    letters=40,
                    default=getattr(NEUTRAL_REASONS, key),
                )
                for key, name, most in _REASONS
            ),
        ),
    ),
)


def _limits(action: Action, what: str, *roles: Role) -> tuple[Field, ...]:
    """What each of these roles does alone, by amount and, where it has one, by percentage."""
    fields = []
    for role in roles:
        limit, name = DEFAULT_RIGHTS[action][role], role.value.capitalize()
        words = f"{what} Beyond it somebody else approves."
        fields.append(Field(f"{role}_amount", f"{name}: up to", words, Kind.AMOUNT, default=limit.amount_minor))
        if limit.percent_micro is not None:
            words = f"{what} Both limits count."
            fields.append(
                Field(f"{role}_percent", f"{name}: and up to", words, Kind.PERCENT, default=limit.percent_micro)
            )
    return tuple(fields)


_BOTH = (Role.ASSOCIATE, Role.SUPERVISOR)
LIMITS = Page(
    "Rights",
    "shield-check",
    (
        Group(
            "Discounts",
            "badge-percent",
            ("limits", "discount"),
            "How far somebody goes alone. A manager has no limit.",
            _limits(Action.DISCOUNT, "A discount.", *_BOTH),
        ),
        Group(
            "Other prices",
            "tag",
            ("limits", "price_override"),
            "How far a price may be lowered alone.",
            _limits(Action.PRICE_OVERRIDE, "A lower price.", *_BOTH),
        ),
        Group(
            "Returns without a receipt",
            "undo-2",
            ("limits", "return_without_receipt"),
            "What is given back alone. An associate always asks.",
            _limits(Action.RETURN_WITHOUT_RECEIPT, "What is given back.", Role.SUPERVISOR),
        ),
    ),
)
