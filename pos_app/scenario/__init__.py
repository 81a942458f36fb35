"""A shop in a file: played through the real services, the real storage and the real central service."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pos_app.scenario.document import Scenario, read_scenario
from pos_app.scenario.parts import ScenarioError

__all__ = ["Scenario", "ScenarioError", "play", "read_scenario"]

# What a scenario writes is thrown away, so a disk in memory holds it where there is one with room enough.
_MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
_BYTES_FOR_THE_SHOP, _BYTES_PER_TRANSACTION = 64_000_000, 100_000


def play(scenario: Scenario) -> dict[str, Any]:
    """The answer to a scenario. Raises ScenarioError with the place in the file when it makes no sense."""
    from pos_app.scenario.answer import answer
    from pos_app.scenario.player import Player
    from pos_app.scenario.shop import open_shop
    from pos_app.scenario.values import plan_shop

    plan = plan_shop(scenario)
    with TemporaryDirectory(prefix="pos-scenario-", dir=_disk_for(len(scenario.transactions))) as folder:
        shop = open_shop(plan, Path(folder))
        try:
            return answer(shop, Player(shop, scenario).play(), explain=scenario.explain)
        finally:
            shop.close()


def _disk_for(transactions: int) -> Path | None:
    """Where the shop's databases go; None is the system's own place for temporary files."""
    needed = _BYTES_FOR_THE_SHOP + transactions * _BYTES_PER_TRANSACTION
    if _MEMORY_DISK.is_dir() and shutil.disk_usage(_MEMORY_DISK).free > needed:
        return _MEMORY_DISK
    return None
