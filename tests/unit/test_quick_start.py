"""The start of the till without the garbage collector, and the collector's return."""

import gc

import pytest

from pos_app.quick_start import quick_start


@pytest.fixture(autouse=True)
def _nothing_stays_frozen():
    yield
    gc.unfreeze()


def test_the_collector_rests_during_the_start_and_skips_what_was_made_then() -> None:
    before = gc.get_freeze_count()
    with quick_start():
        assert not gc.isenabled()
        made = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_a_start_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(OSError, match="no disk"), quick_start():
        raise OSError("no disk")
    assert gc.isenabled()
