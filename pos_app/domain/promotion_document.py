"""Promotions and promo codes as plain values: of a store's promotions.toml, or of what the central service publishes.

The keys are those of scenario files (docs/scenarios.md). Every mistake is found and named with its key, not only the
first one; times without an offset are those of each store's own clock.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from pos_app.domain.money import Currency, MoneyError
from pos_app.domain.promotions import (
    PaidWith,
    PromoCode,
    Promotion,
    PromotionBook,
    PromotionError,
    PromotionKind,
    PromotionScope,
    normalise_promo_code,
)

LONGEST_CODE = 60
_LONGEST_NAME = 120
_PERCENT_MICRO = 10_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COMMON = ("id", "kind", "name", "scope", "minimum", "from", "to", "weekdays", "group", "priority", "paid_with")
_OF_KIND: Mapping[str, tuple[PromotionKind, tuple[str, ...]]] = {
    "percent": (PromotionKind.PERCENT, ("percent",)),
    "amount": (PromotionKind.AMOUNT, ("amount", "each")),
    "buy_get": (PromotionKind.BUY_GET, ("buy", "get", "percent", "limit")),
    "bundle": (PromotionKind.BUNDLE, ("buy", "price", "limit")),
    "mix_and_match": (PromotionKind.BUNDLE, ("buy", "price", "limit")),
    "threshold": (PromotionKind.PERCENT, ("percent", "amount")),
}
_SCOPE = ("categories", "codes", "brands", "stores", "segments", "all")
_CODE = ("code", "promotion", "uses", "offline", "offline_up_to")


class PromotionDocumentError(ValueError):
    """Promotions that cannot be used; problems are sentences that begin with the key."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


def read_promotions(plain: Mapping[str, Any], money: Currency, zone: tzinfo) -> PromotionBook:
    """The promotions and codes of a document. Raises PromotionDocumentError with all that is wrong."""
    return _Reader(money, zone).book(plain)


class _Reader:
    """Reads one document and keeps what is wrong with it."""

    def __init__(self, money: Currency, zone: tzinfo) -> None:
        self._money = money
        self._zone = zone
        self._problems: list[str] = []

    def book(self, plain: Mapping[str, Any]) -> PromotionBook:
        rows = self._tables(plain, "promotions")
        code_rows = self._tables(plain, "promo_codes")
        coded = {row.get("promotion") for row in code_rows}
        promotions: dict[str, Promotion] = {}
        for index, row in enumerate(rows):
            path = f"promotions[{index}]"
            promotion = self._promotion(row, path, row.get("id") in coded)
            if promotion is not None and promotion.promotion_id in promotions:
                self._wrong(f"{path}.id", f"there is a promotion {promotion.promotion_id!r} already")
            elif promotion is not None:
                promotions[promotion.promotion_id] = promotion
        codes: dict[str, PromoCode] = {}
        named = {row.get("id") for row in rows}
        for index, row in enumerate(code_rows):
            path = f"promo_codes[{index}]"
            code = self._code(row, path)
            if code.code in codes:
                self._wrong(f"{path}.code", "there is another promo code like this")
            if code.promotion_id not in named:
                self._wrong(f"{path}.promotion", f"there is no promotion {code.promotion_id!r}")
            codes[code.code] = code
        if self._problems:
            raise PromotionDocumentError(self._problems)
        return PromotionBook(tuple(promotions.values()), tuple(codes.values()))

    # --- one promotion ------------------------------------------------------------------------------------------------

    def _promotion(self, row: Mapping[str, Any], path: str, needs_code: bool) -> Promotion | None:
        before = len(self._problems)
        kind_name = self._text(row, "kind", path, needed=True)
        if kind_name not in _OF_KIND:
            self._wrong(f"{path}.kind", f"one of {', '.join(_OF_KIND)}")
            return None
        kind, own = _OF_KIND[kind_name]
        self._check_keys(row, path, (*_COMMON, *own))
        values: dict[str, Any] = {
            "promotion_id": self._text(row, "id", path, needed=True, longest=64),
            "name": self._text(row, "name", path, longest=_LONGEST_NAME),
            "scope": self._scope(row, path),
            "minimum_minor": self._amount(row, "minimum", path),
            "starts_at": self._moment(row, "from", path, time.min),
            "ends_at": self._moment(row, "to", path, time.max),
            "stacking_group": self._text(row, "group", path, longest=64),
            "priority": self._number(row, "priority", path, least=-1000),
            "needs_code": needs_code,
            "paid_with": self._paid_with(row, path),
            "weekdays": self._weekdays(row, path),
        }
        if kind_name == "threshold":
            if "minimum" not in row:
                self._wrong(f"{path}.minimum", "a threshold needs one")
            if "amount" in row and "percent" not in row:
                kind = PromotionKind.AMOUNT
        if kind is PromotionKind.BUY_GET or "percent" in row:
            values["percent_micro"] = self._percent(row, path)
        if "amount" in own:
            values["amount_minor"] = self._amount(row, "amount", path)
        if "price" in own:
            values["amount_minor"] = self._amount(row, "price", path, needed=True)
        for name in ("buy", "get", "limit"):
            if name in own:
                values[name] = self._number(row, name, path, needed=name != "limit")
        if "each" in own:
            values["each"] = self._flag(row, "each", path)
        if len(self._problems) > before:
            return None
        try:
            return Promotion(kind=kind, **values)
        except PromotionError as error:
            self._wrong(path, str(error))
            return None

    def _scope(self, row: Mapping[str, Any], path: str) -> PromotionScope:
        scope = self._table(row, "scope", path)
        path = f"{path}.scope"
        self._check_keys(scope, path, _SCOPE)
        if self._flag(scope, "all", path) and len(scope) > 1:
            self._wrong(path, "a promotion for all has no other condition")
        return PromotionScope(*(self._texts(scope, name, path) for name in _SCOPE[:-1]))

    def _paid_with(self, row: Mapping[str, Any], path: str) -> PaidWith | None:
        if "paid_with" not in row:
            return None
        asked = self._table(row, "paid_with", path)
        path = f"{path}.paid_with"
        self._check_keys(asked, path, ("tender", "card_brand", "minimum"))
        return PaidWith(
            self._text(asked, "tender", path, needed=True, longest=40),
            self._text(asked, "card_brand", path, longest=40),
            self._amount(asked, "minimum", path),
        )

    def _weekdays(self, row: Mapping[str, Any], path: str) -> tuple[int, ...]:
        days = self._texts(row, "weekdays", path)
        for day in days:
            if day not in WEEKDAYS:
                self._wrong(f"{path}.weekdays", f"{day!r} is none of {', '.join(WEEKDAYS)}")
        return tuple(WEEKDAYS.index(day) + 1 for day in days if day in WEEKDAYS)

    def _code(self, row: Mapping[str, Any], path: str) -> PromoCode:
        self._check_keys(row, path, _CODE)
        text = self._text(row, "code", path, needed=True, longest=LONGEST_CODE)
        code = normalise_promo_code(text)
        if text and (not code or not code.isprintable()):
            self._wrong(f"{path}.code", "a code has letters or digits")
        uses = self._number(row, "uses", path) if "uses" in row else 1
        limit_minor = self._amount(row, "offline_up_to", path)
        offline = self._flag(row, "offline", path) if "offline" in row else bool(limit_minor)
        if limit_minor and not offline:
            self._wrong(f"{path}.offline_up_to", "the code is not taken offline at all")
        return PromoCode(code, self._text(row, "promotion", path, needed=True), uses, offline, limit_minor)

    # --- values -------------------------------------------------------------------------------------------------------

    def _wrong(self, path: str, reason: str) -> None:
        self._problems.append(f"{path}: {reason}.")

    def _check_keys(self, row: Mapping[str, Any], path: str, known: Iterable[str]) -> None:
        for key in row:
            if key not in known:
                self._wrong(f"{path}.{key}", "there is no such key here")

    def _tables(self, plain: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        rows = plain.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self._wrong(name, "a list of tables")
            return []
        return rows

    def _table(self, row: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
        value = row.get(name, {})
        if isinstance(value, Mapping):
            return value
        self._wrong(f"{path}.{name}", "a table of keys")
        return {}

    def _text(self, row: Mapping[str, Any], name: str, path: str, *, needed: bool = False, longest: int = 1000) -> str:
        value = row.get(name, "")
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            self._wrong(f"{path}.{name}", f"a text of one line with at most {longest} characters")
            return ""
        if needed and not value.strip():
            self._wrong(f"{path}.{name}", "is missing")
        return value.strip()

    def _texts(self, row: Mapping[str, Any], name: str, path: str) -> tuple[str, ...]:
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            self._wrong(f"{path}.{name}", "a list of texts")
            return ()
        return tuple(value)

    def _flag(self, row: Mapping[str, Any], name: str, path: str) -> bool:
        value = row.get(name, False)
        if not isinstance(value, bool):
            self._wrong(f"{path}.{name}", "true or false")
            return False
        return value

    def _number(self, row: Mapping[str, Any], name: str, path: str, *, needed: bool = False, least: int = 0) -> int:
        value = row.get(name, 0)
        if needed and name not in row:
            self._wrong(f"{path}.{name}", "is missing")
        if type(value) is not int or not least <= value <= 10**9:
            self._wrong(f"{path}.{name}", "a whole number")
            return 0
        return value

    def _amount(self, row: Mapping[str, Any], name: str, path: str, *, needed: bool = False) -> int:
        value = row.get(name)
        if value is None:
            if needed:
                self._wrong(f"{path}.{name}", "is missing")
            return 0
        try:
            if not isinstance(value, str):
                raise MoneyError('an amount is written in quotes, like "4.99"')
            amount_minor = self._money.parse_minor(value)
        except MoneyError as error:
            self._wrong(f"{path}.{name}", str(error))
            return 0
        if amount_minor < 0:
            self._wrong(f"{path}.{name}", f"{value!r} is below zero")
        return amount_minor

    def _percent(self, row: Mapping[str, Any], path: str) -> int:
        value = row.get("percent", "100")
        try:
            scaled = Decimal(value) * _PERCENT_MICRO if isinstance(value, str) else None
        except InvalidOperation:
            scaled = None
        if scaled is None or not scaled.is_finite() or scaled != int(scaled) or not 0 <= scaled <= 100 * _PERCENT_MICRO:
            self._wrong(f"{path}.percent", "a percentage from 0 to 100 in quotes, with four decimals at most")
            return 0
        return int(scaled)

    def _moment(self, row: Mapping[str, Any], name: str, path: str, of_day: time) -> datetime | None:
        """A time; a day alone is the whole of it, by the clock of the store."""
        value = row.get(name)
        if value is None:
            return None
        try:
            if isinstance(value, str):
                value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            value = None
        if isinstance(value, datetime):
            return value if value.utcoffset() is not None else value.replace(tzinfo=self._zone)
        if isinstance(value, date):
            return datetime.combine(value, of_day, self._zone)
        self._wrong(f"{path}.{name}", "a day like 2026-11-27, or a time like 2026-11-27T10:00:00")
        return None
