"""Tills to measure: the real one over a copy of generated data, gone afterwards."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.till_data import built, open_till
from pos_app.bootstrap import Register
from pos_app.domain.member import MemberAccount
from pos_app.services.current_sale import save_at_once

MILLION = 1_000_000
TEN_THOUSAND = 10_000
PAST_SALES = 30 * 100
"""Thirty days of a hundred sales are in every till's file, unless a metric wants others."""
MEMBER = MemberAccount("m-bench", "Member", "m••••@example.com", 5000, 5000, 0, "2026-11-22T10:00:00+00:00")


@contextmanager
def register_over(
    item_count: int, schedule_save: Callable[[Callable[[], None]], None] = save_at_once
) -> Iterator[Register]:
    """An open till over data of that size."""
    with folder_with(item_count) as folder:
        register = open_till(folder, schedule_save)
        try:
            yield register
        finally:
            register.close()


@contextmanager
def folder_with(item_count: int, sale_count: int = PAST_SALES) -> Iterator[Path]:
    """A copy of the data folder of that size."""
    original = built(item_count, sale_count)
    with tempfile.TemporaryDirectory(prefix="pos-bench-") as temporary:
        folder = Path(temporary) / "till"
        shutil.copytree(original, folder)
        yield folder
