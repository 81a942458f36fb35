"""Metric 15: what the counter does beside plain scans: price lists, promotions, parking and recalling, returns."""

import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.child_process import Child
from bench.displays import displays
from bench.floors.integer_basket import total_minor
from bench.floors.raw_price import RawPrices
from bench.floors.raw_sale import RawSales
from bench.generated_catalogue import items
from bench.measuring import Effort, Goal, Measured, Spread, interleaved, timed
from bench.till_data import ring_up
from bench.tills import TEN_THOUSAND, folder_with, register_over
from pos_app.domain.basket import Basket
from pos_app.domain.price_list import EVERYBODY, PriceEntry
from pos_app.domain.pricing import price
from pos_app.domain.promotions import Occasion, Promotion, PromotionBook, PromotionKind, PromotionScope
from pos_app.sample_store import sample_store
from pos_app.storage.price_lists import write_prices

_LINES = 100
_PROMOTIONS = 200
_NOTICED_MS = 300.0
_MICROSECONDS = 1e6
_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def measure(effort: Effort) -> list[Measured]:
    """Each beside the least that its work costs; a return beside the time in which a hand notices nothing."""
    return [
        _list_price(effort.samples(20, 5)),
        _promotions(effort.samples(20, 5)),
        *_parking(effort.samples(200, 60)),
        *_returns(effort.samples(30, 8)),
    ]


def _list_price(rounds: int) -> Measured:
    """Two lists with a price for each product."""
    at_s = int(_AT.timestamp())
    with register_over(TEN_THOUSAND) as register:
        goods = [entry.item.item_id for entry in items(TEN_THOUSAND)]
        write_prices(
            register.data.database,
            (PriceEntry(name, EVERYBODY, item_id, 999, at_s - age) for name, age in _LISTS for item_id in goods),
        )
        raw = RawPrices(register.data.database.path.parent)
        wanted = iter(goods * 100)
        floor, ours = interleaved(
            lambda: raw.price_minor(next(wanted), at_s),
            lambda: register.data.price_lists.price_in_force(next(wanted), EVERYBODY, _AT),
            rounds=rounds,
            each=200,
            units_per_s=_MICROSECONDS,
        )
        raw.close()
    return Measured("15 price in force, 20,000 list prices", "us", "one look-up by the driver", floor, ours)


_LISTS = (("weekly", 3600), ("season", 7200))


def _promotions(rounds: int) -> Measured:
    """As a large retailer runs them: every fourth product of the basket is in one, most promotions are for others."""
    goods = items(_LINES)
    basket, plain = Basket(), [(1000, entry.item.price_minor, 0) for entry in items(_LINES)]
    for entry in goods:
        basket = basket.add(entry.item, entry.codes[0])
    promotions = tuple(
        Promotion(
            f"p{number}",
            PromotionKind.PERCENT,
            percent_micro=100_000,
            scope=PromotionScope(codes=(basket.lines[number * 4].code if number < _LINES // 4 else f"N{number:07d}",)),
        )
        for number in range(_PROMOTIONS)
    )
    rules = replace(sample_store().profile.pricing_rules(), promotions=PromotionBook(promotions))
    occasion = Occasion(_AT, "001", EVERYBODY)
    floor, ours = interleaved(
        lambda: total_minor(plain, 82_500),
        lambda: price(basket, rules, occasion=occasion),
        rounds=rounds,
        each=30,
        units_per_s=_MICROSECONDS,
    )
    name = f"15 basket of {_LINES}, full, {_PROMOTIONS} promotions"
    return Measured(name, "us", "integer loop, all lines", floor, ours, Goal(15, "p50"))


def _parking(times: int) -> list[Measured]:
    """Five lines set aside and taken up again; each is one commit, as the floor's sale is."""
    floor: list[float] = []
    parked: list[float] = []
    recalled: list[float] = []
    with tempfile.TemporaryDirectory(prefix="pos-bench-") as temporary, register_over(TEN_THOUSAND) as register:
        raw = RawSales(Path(temporary) / "raw.db", encrypted=True)
        suspending = register.suspending
        for number in range(times):
            ring_up(register, number)
            began = time.perf_counter()
            sale = suspending.park().sale
            parked.append((time.perf_counter() - began) * _MICROSECONDS)
            permit = suspending.permit(sale)
            began = time.perf_counter()
            suspending.recall(sale, permit)
            recalled.append((time.perf_counter() - began) * _MICROSECONDS)
            register.selling.cancel("measured")
            floor.append(timed(raw.store, _MICROSECONDS))
        raw.close()
    least = Spread.of(floor)
    return [
        Measured(name, "us", "8 raw inserts, encrypted", least, Spread.of(ours))
        for name, ours in (("15 park 5 lines", parked), ("15 recall 5 lines", recalled))
    ]


def _returns(times: int) -> list[Measured]:
    """The first return of a till makes its window and imports what it needs, all others find it there."""
    rows = []
    noticed = Spread(_NOTICED_MS, _NOTICED_MS, 1)
    with displays() as found:
        for display in found:
            with (
                folder_with(TEN_THOUSAND) as folder,
                Child(
                    "bench.children.returning", str(folder), platform=display.platform, display=display.display
                ) as till,
            ):
                first = till.ask("open")
                later = [till.ask("open") for _ in range(times)]
            for name, ours in (("first return", [first]), ("later returns", later)):
                row = f"15 {name}, scan to lines, {display.name}"
                rows.append(Measured(row, "ms", "what a hand notices", noticed, Spread.of(ours), Goal(1)))
    return rows
