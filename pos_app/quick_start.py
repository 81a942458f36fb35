"""Starting without the garbage collector, which would look again and again at what was just made to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_start() -> Iterator[None]:
    """Collect nothing inside. What was made there counts as permanent afterwards.

    So the start is shorter, and no later collection, which would hold up a scan, has to go through the whole program.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
