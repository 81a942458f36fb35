"""A till for window tests with promotions of every kind and promo codes, over the goods of ui_shop."""

from fakes.promoted import promotion
from fakes.ui_shop import UiShop

from pos_app.domain.promotions import PaidWith, PromoCode, PromotionBook, PromotionScope

HEADPHONES, CAMERA, CABLE, TELEVISION, CONTROLLER, SSD, POWER_BANK = (
    "4006381333931",
    "5901234123457",
    "9780201379624",
    "4012345678901",
    "7612345678900",
    "8412345678905",
    "3045140105502",
)

BOOK = PromotionBook(
    (
        promotion(
            "cables",
            "buy_get",
            name="3 for 2 on cables",
            buy=2,
            get=1,
            percent_micro=1_000_000,
            scope=PromotionScope(("Cables",)),
        ),
        promotion("gaming", "percent", name="Gaming week", percent_micro=150_000, scope=PromotionScope(("Gaming",))),
        promotion(
            "chargers",
            "amount",
            name="Charge up, $10 off",
            amount_minor=1_000,
            minimum_minor=6_000,
            scope=PromotionScope(("Chargers",)),
        ),
        promotion("five", "amount", name="$5 coupon", amount_minor=500, minimum_minor=5_000, needs_code=True),
        promotion("welcome", "percent", name="Welcome, 20% off", percent_micro=200_000, needs_code=True),
        promotion(
            "gift", "amount", name="$10 off", amount_minor=1_000, paid_with=PaidWith("gift_card", minimum_minor=10_000)
        ),
        promotion(
            "card",
            "percent",
            name="5% with our card",
            percent_micro=50_000,
            paid_with=PaidWith("card", "Northgate Card"),
        ),
    ),
    (
        PromoCode("SAVE5", "five"),
        PromoCode("ONCE20", "welcome", 1, offline=True, offline_limit_minor=2_000),
        PromoCode("ONLINE20", "welcome", 1),
    ),
)


def promoted_shop() -> UiShop:
    """A shop with promotions."""
    return UiShop(promotions=BOOK)
