"""Metric 10: ten thousand sales rung up offline -> the last one durable centrally and acknowledged on the till."""

import json
import time
from pathlib import Path

from bench.central_service import central_running, points_of_members
from bench.floors.raw_drain import drain
from bench.measuring import Effort, Goal, Measured, Spread
from bench.till_data import KEY_FILE, open_till
from bench.tills import TEN_THOUSAND, folder_with
from pos_app.bootstrap import Register
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.enrolment import enrol
from sync.terminal.retry import Outcome


def measure(effort: Effort) -> list[Measured]:
    """One till, the central service on SQLite in a process of its own, HTTP over loopback, signed requests."""
    sales = effort.samples(10_000, 2_000)
    floor: list[float] = []
    ours: list[float] = []
    for _ in range(effort.samples(3, 1)):
        with folder_with(TEN_THOUSAND, sales) as folder:
            key = (folder / KEY_FILE).read_text(encoding="ascii").strip().removeprefix("key:")
            began = time.perf_counter()
            drained = drain(folder / "terminal.db", key, folder / "floor.db")
            floor.append(time.perf_counter() - began)
            assert drained == sales
        with folder_with(TEN_THOUSAND, sales) as folder:
            ours.append(_drain(folder))
    spread = Spread.of(ours)
    return [
        Measured(
            f"10 drain of {sales:,} offline sales",
            "s",
            "outbox read + executemany, no HTTP",
            Spread.of(floor),
            spread,
            Goal(2.5, "p50"),
            remark=f"{sales / spread.p50:,.0f} sales per second; points at the centre = points on the receipts",
        )
    ]


def _drain(folder: Path) -> float:
    register = open_till(folder)
    central_folder = folder / "central"
    profile = register.profile
    with central_running(central_folder, profile.store_id, profile.workstation_id) as (url, code):
        identity = enrol(url, code, register.data.identity, clock=register.clock)
        client = CentralClient(url, identity, register.clock)
        engine = SyncEngine(register.data.outbox, client, register.clock)
        began = time.perf_counter()
        while True:
            result = engine.step()
            if result.outcome is not Outcome.DONE:
                raise RuntimeError(f"the drain stopped: {result.reason}")
            if not result.more and not register.data.outbox.pending_count():
                break
        took_s = time.perf_counter() - began
        client.close()
    earned = _points_on_receipts(register)
    assert not register.data.outbox.quarantined()
    register.close()
    assert points_of_members(central_folder) == earned
    return took_s


def _points_on_receipts(register: Register) -> int:
    rows = register.data.database.all("SELECT payload FROM journal WHERE kind = 'sale'")
    sales = [json.loads(payload) for (payload,) in rows]
    return sum(line["points_base"] + line["points_bonus"] for sale in sales if sale["member"] for line in sale["lines"])
