"""A keyboard scanner's timing, learned from what it types, and what it types around a code."""

import pytest

from ui.wedge_scanner import WedgeTiming, learned_timing

KNOWN = WedgeTiming()


@pytest.mark.parametrize(
    ("pauses", "gap_ms"),
    [([[1, 1, 2]], 20), ([[10, 12], [30, 11]], 50), ([[50, 48], [50, 52]], 83)],
    ids=["a fast one", "a middling one", "a slow Bluetooth one"],
)
def test_the_longest_pause_seen_and_half_as_much_again_is_the_gap(pauses: list[list[int]], gap_ms: int) -> None:
    assert learned_timing(pauses, [13, 13], KNOWN).gap_ms == gap_ms


def test_the_shortest_code_is_no_longer_than_what_was_scanned() -> None:
    assert learned_timing([[1]], [3, 8], KNOWN).minimum_length == 3
    assert learned_timing([[1]], [13], KNOWN).minimum_length == 4


@pytest.mark.parametrize(("pauses", "words"), [([], "Nothing was scanned"), ([[20, 180]], "faster mode")])
def test_what_cannot_be_told_from_a_person_is_said(pauses: list[list[int]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        learned_timing(pauses, [13], KNOWN)


def test_what_was_known_of_prefix_and_suffix_stays() -> None:
    assert learned_timing([[1]], [13], WedgeTiming(45, 4, "~", "#")) == WedgeTiming(20, 4, "~", "#")
