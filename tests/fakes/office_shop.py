"""The back office of a central service on a real socket; what its pages do is the same on every engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.central_shop import CentralShop

from sync.central.server import CentralServer


@pytest.fixture
def central_database(tmp_path: Path) -> str:
    """A file: the pages' own statements run on PostgreSQL in tests of their own."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def office_url(shop: CentralShop) -> Iterator[str]:
    """Where the service listens."""
    server = CentralServer(shop.service).start()
    yield server.url
    server.stop()
