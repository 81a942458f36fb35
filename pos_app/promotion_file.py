"""The promotions of one store, in promotions.toml beside its store.toml; a store without the file has none."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from pos_app.domain.money import Currency
from pos_app.domain.promotion_document import PromotionDocumentError, read_promotions
from pos_app.domain.promotions import NO_PROMOTIONS, PromotionBook

PROMOTION_FILE = "promotions.toml"
_SHOWN = 5


def read_promotion_file(folder: Path, money: Currency, time_zone: str) -> PromotionBook:
    """The promotions of a store's folder. Raises ValueError with the first mistakes, each with its key."""
    path = folder / PROMOTION_FILE
    if not path.exists():
        return NO_PROMOTIONS
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
        if further := sorted(plain.keys() - {"promotions", "promo_codes"}):
            raise PromotionDocumentError([f"{key}: there is no such key here." for key in further])
        return read_promotions(plain, money, ZoneInfo(time_zone))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    except PromotionDocumentError as error:
        shown = " ".join(error.problems[:_SHOWN])
        more = f" And {len(error.problems) - _SHOWN} more." if len(error.problems) > _SHOWN else ""
        raise ValueError(f"{path}: {shown}{more}") from error
