"""Many tills at the same moment."""

import threading
from collections.abc import Callable

from sync.central.errors import CentralError


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """What each of so many threads got, a refusal's code where it was refused."""
    results: list[object] = [None] * count
    start = threading.Barrier(count)

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = work(index)
        except CentralError as refused:
            results[index] = refused.code

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
