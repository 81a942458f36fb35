"""Colours are judged by arithmetic: what is written can be read, what is touched can be seen."""

import pytest

from ui.theme import tokens


@pytest.mark.parametrize("theme", tokens.THEMES.values(), ids=tokens.THEMES)
@pytest.mark.parametrize("pair", tokens.TEXT_PAIRS, ids="-on-".join)
def test_every_text_can_be_read(theme, pair):
    assert tokens.contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) >= 4.5


@pytest.mark.parametrize("theme", tokens.THEMES.values(), ids=tokens.THEMES)
@pytest.mark.parametrize("pair", tokens.BORDER_PAIRS, ids="-on-".join)
def test_every_border_of_a_control_can_be_seen(theme, pair):
    assert tokens.contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) >= 3


@pytest.mark.parametrize("theme", tokens.THEMES.values(), ids=tokens.THEMES)
def test_every_category_icon_stands_out_from_its_ground(theme):
    assert all(tokens.contrast(tint.icon, tint.ground) >= 3 for tint in theme.tints)


@pytest.mark.parametrize("theme", tokens.THEMES.values(), ids=tokens.THEMES)
def test_colours_are_six_hexadecimal_digits(theme):
    for name in tokens.colour_names():
        value = getattr(theme, name)
        assert len(value) == 7
        int(value.removeprefix("#"), 16)


def test_black_on_white_is_twenty_one():
    assert round(tokens.contrast("#000000", "#FFFFFF"), 2) == 21
