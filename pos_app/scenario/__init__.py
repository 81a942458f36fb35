"""A shop in a file: played through the real services, the real storage and the real central service."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pos_app.scenario.document import Scenario, ScenarioError, read_scenario

__all__ = ["Scenario", "ScenarioError", "play", "read_scenario"]

# Where the system keeps a disk in memory; what a scenario writes is thrown away, so no real disk need hold it.
_MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a private folder is made in it


def play(scenario: Scenario) -> dict[str, Any]:
    """The answer to a scenario. Raises ScenarioError with the place in the file when it makes no sense."""
    from pos_app.scenario.answer import answer
    from pos_app.scenario.player import Player
    from pos_app.scenario.shop import open_shop
    from pos_app.scenario.values import plan_shop

    plan = plan_shop(scenario)
    with TemporaryDirectory(prefix="pos-scenario-", dir=_MEMORY_DISK if _MEMORY_DISK.is_dir() else None) as folder:
        shop = open_shop(plan, Path(folder))
        try:
            return answer(shop, Player(shop, scenario).play())
        finally:
            shop.close()
