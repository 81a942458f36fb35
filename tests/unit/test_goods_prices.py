"""Price lists and promotions changed at the store: read as files are, on record, and what something costs on a day."""

import json
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.terminal_data import open_data

from pos_app.clock import SetClock
from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator, Role
from pos_app.errors import CashierError
from pos_app.ids import SystemIds
from pos_app.ports.goods import FieldRefusedError
from pos_app.promotion_book import PromotionFileBook
from pos_app.promotion_file import read_promotion_file
from pos_app.sample_store import sample_items, sample_store
from pos_app.services.approvals import Approvals
from pos_app.services.goods.price_lists import PriceListsDesk
from pos_app.services.goods.promotions import PromotionsDesk, cells_of
from pos_app.services.goods.session import GoodsSession
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.price_book import SqlitePriceBook
from pos_app.storage.price_list_import import PriceListOptions
from pos_app.storage.promotions import SqlitePromotions

PROFILE = sample_store().profile
ZONE = ZoneInfo(PROFILE.time_zone)
NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
HEADPHONES = "9520000001025"


class Shop:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(NOON)
        self.data = open_data(folder, clock=self.clock, ids=SystemIds())
        CatalogueWriter(self.data.database).add_items(sample_items(PROFILE.currency))
        self.own = SqlitePromotions(self.data.promotion_editions, PROFILE)
        session = GoodsSession(Approvals(MANAGER), MANAGER)
        session.begin()
        book = SqlitePriceBook(
            self.data.database, self.data.storage, PriceListOptions(PROFILE.currency, "001", ZONE), self.clock
        )
        self.prices = PriceListsDesk(
            book, session, catalogue=self.data.catalogue, promotions=self.own, profile=PROFILE, clock=self.clock
        )
        self.sale_is_open = False
        file = PromotionFileBook(folder, PROFILE, self.own, self.data.storage, self.clock, self.own.use_own)
        self.promotions = PromotionsDesk(file, session, PROFILE, self.clock, lambda: self.sale_is_open)

    def put(self, **cells: str) -> None:
        values = {"list": "Sale", "item": HEADPHONES, "price": "199.00", "from": "", "until": "", "segment": "consumer"}
        self.prices.put(values | cells, "Season")

    def journal(self, kind: EventKind) -> list[dict]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(payload) for (payload,) in rows]

    def named(self, name: str):
        return next(view for view in self.promotions.promotions() if view.promotion.name == name)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    yield opened
    opened.data.close()


def test_a_price_list_is_future_then_running_then_ended(shop: Shop) -> None:
    shop.put(**{"from": "2026-11-27", "until": "2026-11-30"})
    states = []
    for day in (0, 4, 7, 8):
        shop.clock.at = NOON + timedelta(days=day)
        states.append(shop.prices.groups()[0][1])
    assert states == ["future", "running", "running", "ended"]


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        pytest.param({"item": "nothing"}, "item", "no product", id="product"),
        pytest.param({"price": "cheap"}, "price", "no amount", id="price"),
        pytest.param({"from": "soon"}, "from", "day like", id="from"),
        pytest.param({"from": "2026-12-02", "until": "2026-12-01"}, "until", "ends before", id="until"),
        pytest.param({"segment": "friends"}, "segment", "one of", id="segment"),
        pytest.param({"list": ""}, "list", "no name", id="list"),
    ],
)
def test_a_price_that_cannot_be_says_why_at_its_field(shop: Shop, cells, field, words) -> None:
    with pytest.raises(FieldRefusedError, match=words) as refused:
        shop.put(**cells)
    assert refused.value.field == field
    assert shop.prices.groups() == []


def test_what_it_costs_on_a_day_and_why(shop: Shop) -> None:
    shop.put(**{"from": "2026-11-27", "until": "2026-11-30"})
    today = shop.prices.answer(HEADPHONES, NOON)
    assert (today.price_minor, today.entry) == (24_900, None)
    friday = shop.prices.answer(HEADPHONES, NOON + timedelta(days=4))
    assert (friday.price_minor, friday.entry.list_id) == (19_900, "Sale")
    assert [one.list_id for one in today.others] == ["Sale"]
    card = shop.prices.answer("SD-128", NOON)
    assert [one.name for one in card.promotions] == ["Memory card deal"]
    assert card.price_minor == card.unit_price_minor - card.promotions[0].reduction_minor
    with pytest.raises(CashierError, match="No product"):
        shop.prices.answer("nothing", NOON)


def test_prices_end_at_once_and_are_on_record(shop: Shop) -> None:
    shop.put()
    shop.put(list="Later", **{"from": "2026-12-01"})
    shop.clock.at = NOON + timedelta(hours=1)
    for group, _ in shop.prices.groups():
        assert shop.prices.end(group, "Too cheap") == 1
    assert {state for _, state in shop.prices.groups()} == {"ended"}
    assert shop.prices.answer(HEADPHONES, NOON + timedelta(days=30)).price_minor == 24_900
    with pytest.raises(CashierError, match="no more already"):
        shop.prices.end(shop.prices.groups()[0][0], "Again")
    entries = shop.journal(EventKind.PRICES_CHANGED)
    assert [entry["by"] for entry in entries] == ["manager-1"] * 4
    assert entries[-1]["reason"] == "Too cheap"


def test_a_promotion_of_the_store_is_added_and_counts(shop: Shop) -> None:
    cells = {"kind": "percent", "name": "Audio week", "percent": "10", "categories": "audio", "to": "2026-12-01"}
    shop.promotions.save(cells, "Season")
    view = shop.named("Audio week")
    assert (view.state, view.promotion.promotion_id) == ("running", "audio-week")
    assert shop.prices.answer(HEADPHONES, NOON).price_minor == 22_410
    assert shop.prices.answer(HEADPHONES, NOON + timedelta(days=30)).price_minor == 24_900
    book = read_promotion_file(shop.folder, PROFILE.currency, PROFILE.time_zone)
    assert "audio-week" in {one.promotion_id for one in book.promotions}
    (entry,) = shop.journal(EventKind.PROMOTIONS_CHANGED)
    assert (entry["by"], entry["before"], entry["after"]["percent"]) == ("manager-1", None, "10")


def test_a_promotion_that_is_changed_keeps_what_the_form_does_not_ask_for(shop: Shop) -> None:
    view = shop.named("$10 off with gift card")
    shop.promotions.save(
        cells_of(view.stored) | {"amount": "12.00"}, "Season", promotion_id=view.promotion.promotion_id
    )
    changed = shop.named("$10 off with gift card").promotion
    assert changed.amount_minor == 1_200
    assert changed.paid_with == view.promotion.paid_with
    for name in ("Student price", "Any 2 games", "3 for 2 on cables", "$5 coupon"):
        before = shop.named(name)
        shop.promotions.save(cells_of(before.stored), "Season", promotion_id=before.promotion.promotion_id)
        assert shop.named(name).promotion == before.promotion
    text = (shop.folder / "promotions.toml").read_text(encoding="utf-8")
    assert "In one sale; asked for at the central service" in text
    assert len(tomllib.loads(text)["promo_codes"]) == 2


def test_a_promotion_ends_now_or_never_begins(shop: Shop) -> None:
    later = {"kind": "amount", "name": "Later", "amount": "5.00", "from": "2026-12-01"}
    shop.promotions.save(later, "Season")
    for name in ("Memory card deal", "Later"):
        shop.promotions.end(shop.named(name), "Sold out")
        assert shop.named(name).state == "ended"
    assert shop.prices.answer("SD-128", NOON).promotions == ()


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        pytest.param({"kind": "percent", "percent": "10", "name": ""}, "name", id="name"),
        pytest.param({"kind": "percent", "percent": "", "name": "X"}, "percent", id="percent-missing"),
        pytest.param({"kind": "percent", "percent": "150", "name": "X"}, "percent", id="percent-too-much"),
        pytest.param({"kind": "amount", "amount": "much", "name": "X"}, "amount", id="amount"),
        pytest.param({"kind": "buy_get", "buy": "two", "get": "1", "name": "X"}, "buy", id="buy"),
        pytest.param({"kind": "percent", "percent": "5", "name": "X", "from": "soon"}, "from", id="from"),
        pytest.param({"kind": "percent", "percent": "5", "name": "X", "weekdays": "noday"}, "weekdays", id="weekdays"),
    ],
)
def test_a_promotion_that_makes_no_sense_says_why_at_its_field(shop: Shop, cells, field) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        shop.promotions.save(cells, "Season")
    assert refused.value.field == field
    assert not (shop.folder / "promotions.toml").exists()


def test_nothing_changes_under_a_sale_or_without_a_reason(shop: Shop) -> None:
    cells = {"kind": "percent", "name": "X", "percent": "10"}
    with pytest.raises(FieldRefusedError, match="Say why"):
        shop.promotions.save(cells, " ")
    shop.sale_is_open = True
    with pytest.raises(CashierError, match="sale is under way"):
        shop.promotions.save(cells, "Season")


def test_the_head_offices_promotions_are_read_only(shop: Shop) -> None:
    edition = {
        "document_id": "hq",
        "version": 3,
        "effective_from": "2026-11-01T00:00:00-08:00",
        "currency_code": "USD",
        "promotions": [{"id": "hq-10", "kind": "percent", "name": "Head office 10", "percent": "10"}],
        "promo_codes": [],
    }
    shop.data.promotion_editions.save(json.dumps({"editions": [edition]}).encode())
    assert shop.promotions.read_only()
    assert [view.promotion.name for view in shop.promotions.promotions()] == ["Head office 10"]
    with pytest.raises(CashierError, match="head office's"):
        shop.promotions.save({"kind": "percent", "name": "X", "percent": "10"}, "Season")
    with pytest.raises(CashierError, match="head office's"):
        shop.promotions.end(shop.promotions.promotions()[0], "Season")
