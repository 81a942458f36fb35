"""A manager changes products, prices and promotions at one till; the store's other tills come to the same result."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.memory_shop import profile
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from fakes.terminal_data import NOON

from pos_app.clock import SetClock
from pos_app.ids import SystemIds
from pos_app.ports.goods import DONE, FAILED, OVERTAKEN, WAITING, WITHDRAWN
from pos_app.promotion_book import PromotionFileBook
from pos_app.storage.arrived_changes import ArrivedChange, ArrivedChanges
from pos_app.storage.goods import SqliteGoods
from pos_app.storage.price_book import SqlitePriceBook
from pos_app.storage.price_list_import import PriceListOptions
from pos_app.storage.promotions import SqlitePromotions
from sync import contract
from sync.central import store_goods
from sync.store_goods import PATH_STORE_GOODS, StoreGoods
from sync.terminal.engine import SyncEngine

PROFILE = profile()
FILE = "sku,name,price,gtin,brand,tax_ids\nA,Apple juice,2.50,9520000001025,Grove,general\nB,Bread,3.00,,,\n"
PROMOTION = {"id": "tea-week", "kind": "percent", "name": "Tea week", "percent": "10"}


class GoodsTill(RealTill):
    """A till with a catalogue and the books that a manager changes."""

    def __init__(self, folder: Path, central: RealCentral, workstation_id: str, goods: str = FILE) -> None:
        super().__init__(folder, workstation_id, SetClock(NOON))
        data = self.data
        self.promotions = SqlitePromotions(data.promotion_editions, self.profile)
        self.goods = SqliteGoods(data.database, data.storage, PROFILE.currency, clock=self.clock, ids=SystemIds())
        options = PriceListOptions(PROFILE.currency, "001", NOON.tzinfo)
        self.prices = SqlitePriceBook(data.database, data.storage, options, self.clock)
        self.promotion_file = PromotionFileBook(
            folder, self.profile, self.promotions, data.storage, self.clock, self.promotions.use_own
        )
        self.arrived = ArrivedChanges(data.database, data.storage, self.goods, self.prices, self.promotion_file)
        self.sale_is_open = False
        self.bring(goods)
        self.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        self.connect()
        self.terminal_id = data.identity.terminal_id()
        self.engine = SyncEngine(data.outbox, self.client, self.clock, take_goods=self._take)

    def bring(self, goods: str) -> None:
        path = self.data.database.path.parent / "goods.csv"
        path.write_text(goods, encoding="utf-8")
        self.goods.import_file(path, by="m", rehearse=False, on_progress=lambda _: None, stopped=lambda: False)

    def _take(self, document: bytes) -> None:
        delivered = contract.decode(document, StoreGoods).changes
        self.arrived.keep(
            [ArrivedChange(one.event_id, one.kind, one.terminal_id, one.occurred_at, one.document) for one in delivered]
        )
        self.make()

    def make(self) -> int:
        return self.arrived.make(promotions=not self.sale_is_open)

    def change(self, sku: str, codes: tuple[str, ...] = (), effective_from_s: int = 0, **cells: str):
        self.clock.at += timedelta(seconds=1)
        return self.goods.change(sku, cells, codes, by="manager-1", reason="Season", effective_from_s=effective_from_s)

    def cells(self, sku: str = "A") -> dict[str, str]:
        product = self.goods.product(sku)
        assert product is not None
        return dict(product.cells)

    def promotion(self) -> dict[str, Any]:
        found = [one.plain for one in self.promotion_file.promotions() if one.promotion.promotion_id == PROMOTION["id"]]
        return dict(found[0]) if found else {}

    def states(self, sku: str = "A") -> list[str]:
        return [change.state for change in self.goods.history(sku)]

    def journal(self, kind: str = "goods_taken") -> list[dict[str, Any]]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(payload) for (payload,) in rows]


def at(till: GoodsTill, seconds: int) -> None:
    """The till's clock stands so many seconds after noon."""
    till.clock.at = NOON + timedelta(seconds=seconds)


@pytest.fixture
def central(tmp_path: Path, central_database: str) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central", central_database)
    yield made
    made.close()


@pytest.fixture
def tills(tmp_path: Path, central: RealCentral) -> Iterator[tuple[GoodsTill, GoodsTill]]:
    made = GoodsTill(tmp_path / "one", central, "01"), GoodsTill(tmp_path / "two", central, "02")
    yield made
    for till in made:
        till.close()


def test_a_price_and_a_barcode_changed_at_one_till_hold_at_the_other(tills) -> None:
    one, two = tills
    one.change("A", ("9520000001070",), price="2.75")
    one.drain()
    two.drain()
    assert two.cells()["price"] == "2.75"
    product = two.goods.product("9520000001070")
    assert product is not None
    assert product.item_id == "A"
    (change,) = two.goods.history("A")
    assert (change.made_by, change.state) == (f"manager-1 at {one.terminal_id}", DONE)
    two.bring(FILE)
    assert two.cells()["price"] == "2.75", "it is the store's own word there too"


def test_a_barcode_removed_at_one_till_is_nobodys_at_the_other(tills) -> None:
    one, two = tills
    one.change("A", ("9520000001070",))
    one.drain()
    two.drain()
    assert two.goods.product("9520000001070") is not None
    one.clock.at += timedelta(seconds=1)
    one.goods.change("A", {}, (), by="manager-1", reason="Correction", removed=("9520000001070",))
    one.drain()
    two.drain()
    assert two.goods.product("9520000001070") is None
    assert two.goods.history("A")[0].removed == ("9520000001070",)


def test_what_came_is_not_sent_again_and_not_taken_twice(tills, central) -> None:
    one, two = tills
    one.change("A", price="2.75")
    for _ in range(3):
        one.drain()
        two.drain()
    assert len(one.goods.history("A")) == len(two.goods.history("A")) == 1
    assert [taken["state"] for taken in two.journal()] == [DONE]
    assert one.journal() == []
    assert len(central.service.goods_changes("001", "").changes) == 1
    assert central.service.goods_changes("002", "").changes == []


def test_the_later_change_of_a_field_counts_at_every_till_in_whatever_order_they_hear(tills) -> None:
    one, two = tills
    at(two, 100)
    two.change("A", price="2.90")
    at(one, 50)
    one.change("A", price="2.75", brand="Orchard")
    for till in (two, one, two, one):
        till.drain()
    for till in tills:
        assert (till.cells()["price"], till.cells()["brand"]) == ("2.90", "Orchard")


def test_a_till_that_was_off_takes_up_later_what_it_missed_in_order(tills) -> None:
    one, two = tills
    for price in ("2.60", "2.70", "2.80"):
        one.change("A", price=price)
        one.drain()
    one.change("C", name="Cider", price="4.00", tax_ids="general")
    one.change("B", ended="1")
    one.drain()
    two.drain()
    assert two.cells()["price"] == "2.80"
    assert two.cells("C")["name"] == "Cider"
    bread = two.goods.product("B")
    assert bread is not None
    assert bread.ended


def test_a_change_for_a_later_day_waits_at_both_and_can_be_taken_back_at_one(tills, central) -> None:
    one, two = tills
    tomorrow_s = int((NOON + timedelta(days=1)).timestamp())
    first = one.change("A", effective_from_s=tomorrow_s, price="2.75")
    one.change("B", effective_from_s=tomorrow_s, price="3.50")
    one.drain()
    two.drain()
    assert two.states() == two.states("B") == [WAITING]
    one.goods.withdraw(first.change_id, "manager-1")
    one.drain()
    two.drain()
    for till in tills:
        at(till, 100_000)
        till.goods.apply_due()
        till.drain()
        assert (till.cells()["price"], till.cells("B")["price"]) == ("2.50", "3.50")
    assert len(central.service.goods_changes("001", "").changes) == 3, "that its day came is no news for the others"
    assert two.states() == [WITHDRAWN]


def test_what_was_taken_back_before_its_day_is_undone_at_a_till_that_heard_of_it_too_late(tills) -> None:
    one, two = tills
    change = one.change("A", effective_from_s=int((NOON + timedelta(days=1)).timestamp()), price="2.75")
    one.drain()
    two.drain()
    one.goods.withdraw(change.change_id, "manager-1")
    at(two, 100_000)
    two.goods.apply_due()
    assert two.cells()["price"] == "2.75"
    one.drain()
    two.drain()
    assert (two.cells()["price"], two.states()) == ("2.50", [WITHDRAWN])


def test_a_change_that_a_till_cannot_take_is_kept_with_its_reason_and_the_others_go_on(
    tmp_path, central, tills, expect_log
) -> None:
    one, _ = tills
    few = GoodsTill(tmp_path / "three", central, "03", FILE.replace("A,Apple", "X,Apple"))
    one.change("A", price="2.75")
    one.change("B", ("9520000001070",), price="3.50")
    few.change("X", ("9520000001070",))
    one.drain()
    few.drain()
    expect_log("cannot be made")
    (unknown,) = few.goods.history("A")
    assert unknown.state == FAILED
    assert "This till has no product A: import the file that has it." in unknown.reason
    assert few.states("B") == [FAILED]
    assert few.cells("B")["price"] == "3.00"
    assert [one.reason for one in few.arrived.not_taken()] == [
        "The barcode 9520000001070 belongs to X already.",
        "This till has no product A: import the file that has it.",
    ]
    few.close()


def test_prices_of_a_list_are_put_changed_and_ended_everywhere(tills) -> None:
    one, two = tills
    cells = {"list": "weekend", "item": "A", "price": "2.00", "from": "2026-01-01"}
    one.prices.put(cells, "manager-1", "Season")
    one.drain()
    two.drain()
    assert two.prices.entries("A") == one.prices.entries("A") != []
    at(one, 10)
    one.prices.put(cells | {"price": "1.80"}, "manager-1", "Season")
    at(two, 20)
    two.prices.put(cells | {"price": "1.90"}, "manager-1", "Season")
    for till in (one, two, one):
        till.drain()
    assert [till.prices.entries("A")[0].price_minor for till in tills] == [190, 190]
    at(one, 30)
    (group,) = one.prices.groups()
    one.prices.end(group, "manager-1", "Over")
    one.drain()
    two.drain()
    assert two.prices.entries("A") == one.prices.entries("A")
    assert two.prices.entries("A")[0].ends_at_s is not None


def test_a_promotion_waits_for_the_end_of_the_sale_under_way(tills) -> None:
    one, two = tills
    one.promotion_file.put(PROMOTION | {"scope": {"categories": ["tea"]}}, "manager-1", "Season")
    two.sale_is_open = True
    one.drain()
    two.drain()
    assert two.promotion() == {}
    two.sale_is_open = False
    assert two.make() == 1
    assert two.promotion() == one.promotion() != {}
    assert two.make() == 0


def test_of_two_changes_of_a_promotion_the_later_one_counts_at_both(tills) -> None:
    one, two = tills
    at(two, 20)
    two.promotion_file.put(PROMOTION | {"percent": "20"}, "manager-1", "Season")
    at(one, 10)
    one.promotion_file.put(PROMOTION, "manager-1", "Season")
    for till in (two, one, two):
        till.drain()
    assert [till.promotion()["percent"] for till in tills] == ["20", "20"]


def test_a_kill_after_it_came_loses_nothing(tills) -> None:
    _, two = tills
    document = json.dumps(
        {
            "change_id": "c1",
            "item_id": "A",
            "by": "manager-1",
            "reason": "Season",
            "fields": {"price": ["2.50", "2.75"]},
            "codes": [],
            "effective_from_s": 0,
        }
    )
    two.arrived.keep([ArrivedChange("e1", "goods_changed", "001-01", NOON.isoformat(), document)])
    two.arrived = ArrivedChanges(two.data.database, two.data.storage, two.goods, two.prices, two.promotion_file)
    assert two.make() == 1
    assert two.cells()["price"] == "2.75"


@pytest.mark.parametrize("kind", ["goods_changed", "prices_changed", "promotions_changed"])
@pytest.mark.parametrize(
    "document",
    ["", "[]", "{}", '{"fields": 5}', '{"fields": {}, "by": 1.5}', '{"document": "[]"}'],
    ids=["nothing", "list", "empty", "fields", "half", "promotion"],
)
def test_what_cannot_be_read_is_kept_as_such_and_stops_nothing(tills, kind, document, expect_log) -> None:
    _, two = tills
    two.arrived.keep([ArrivedChange("e1", kind, "001-01", NOON.isoformat(), document)])
    assert two.make() == 1
    expect_log("cannot be read")
    assert [taken["state"] for taken in two.journal()] == [FAILED]
    assert two.make() == 0


def test_a_service_that_is_older_than_this_has_none_and_the_till_goes_on(tills, monkeypatch) -> None:
    one, two = tills
    real = two.client.get

    def get(path: str, kind: type):
        return real(path.replace(PATH_STORE_GOODS, "/v1/nothing-here"), kind)

    monkeypatch.setattr(two.client, "get", get)
    one.change("A", price="2.75")
    one.drain()
    two.drain()
    assert two.cells()["price"] == "2.50"


def test_an_import_does_not_travel(tills, central) -> None:
    one, two = tills
    one.bring(FILE.replace("2.50", "2.99"))
    one.drain()
    two.drain()
    assert two.cells()["price"] == "2.50"
    assert central.service.goods_changes("001", "").changes == []


def test_overtaken_is_said_in_the_history(tills) -> None:
    one, two = tills
    at(two, 100)
    two.change("A", price="2.90")
    at(one, 50)
    one.change("A", price="2.75")
    one.drain()
    two.drain()
    assert two.states() == [OVERTAKEN, DONE]


def test_an_answer_has_an_end_and_the_newest_changes_are_in_it(tills, central, monkeypatch) -> None:
    one, _ = tills
    for price in ("2.60", "2.70", "2.80"):
        one.change("A", price=price)
    one.drain()
    whole = central.service.goods_changes("001", "").changes
    monkeypatch.setattr(store_goods, "LONGEST_ANSWER", len(whole[0].document) * 2 + 20)
    assert central.service.goods_changes("001", "").changes == whole[1:]
    digest = central.service.goods_changes("001", "").digest
    assert central.service.goods_changes("001", digest).unchanged


def test_who_changes_it_last_is_right_also_where_another_tills_clock_is_ahead(tills) -> None:
    one, two = tills
    at(two, 5_000)
    cells = {"list": "weekend", "item": "A", "price": "2.00", "from": "2026-01-01"}
    two.change("A", price="2.90")
    two.prices.put(cells, "manager-1", "Season")
    two.promotion_file.put(PROMOTION, "manager-1", "Season")
    two.drain()
    one.drain()
    one.change("A", price="2.75")
    one.prices.put(cells | {"price": "1.80"}, "manager-1", "Season")
    one.promotion_file.put(PROMOTION | {"percent": "20"}, "manager-1", "Season")
    one.drain()
    two.drain()
    for till in tills:
        assert till.cells()["price"] == "2.75"
        assert till.prices.entries("A")[0].price_minor == 180
        assert till.promotion()["percent"] == "20"
