"""How long no PIN is taken after wrong ones: five are free, then a minute, doubling up to half an hour."""

FREE_FAILURES = 5
FIRST_WAIT_MS = 60_000
LONGEST_WAIT_MS = 30 * 60_000


def wait_after_ms(failures: int) -> int:
    """Milliseconds to wait after so many wrong PINs in a row, by a clock that never goes back (PCI DSS 8.3.4)."""
    if failures < FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT_MS << doublings, LONGEST_WAIT_MS)
