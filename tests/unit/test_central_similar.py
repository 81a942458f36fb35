"""Near-duplicates: only what does not count at a large provider is left out."""

import pytest

from sync.central.similar import simplified


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("jo.smith@gmail.com", "josmith+shop@googlemail.com", True),
        ("jo+1@outlook.com", "jo@outlook.com", True),
        ("jo-1@yahoo.com", "jo@yahoo.com", True),
        ("jo@me.com", "jo@icloud.com", True),
        ("jo.smith@outlook.com", "josmith@outlook.com", False),
        ("jo+1@company.example", "jo@company.example", False),
        ("jo@gmail.com", "jo@outlook.com", False),
        ("+@gmail.com", "-@gmail.com", False),
    ],
)
def test_what_counts_at_which_provider(one: str, other: str, same: bool) -> None:
    assert (simplified(one) == simplified(other)) is same
