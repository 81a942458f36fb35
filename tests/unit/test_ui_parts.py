"""Small parts of the window: icons, fonts, rows, sounds, work in the background."""

import re
import wave
from pathlib import Path

import pytest
from fakes.memory_shop import PlainFormatter

from pos_app.domain.basket import Basket, Discount
from pos_app.domain.item import Item, SoldBy
from pos_app.domain.money import currency
from pos_app.domain.pricing import PricingRules, price
from ui import sounds
from ui.background import Background
from ui.messages import shown_code
from ui.sale import action_bar, top_bar
from ui.sale.rows import RowMaker, quantity_text
from ui.theme import fonts, icons

UI_FOLDER = Path(sounds.__file__).parent
RULES = PricingRules(currency("USD"), {})


def test_every_icon_named_in_the_window_exists(qapp):
    """A missing icon would be found while painting, which is too late."""
    known = {row[0] for row in icons._database().execute("SELECT name FROM icons")}
    named = {name for _, name in icons._GOODS_ICONS} | {icons.goods_look("", "")[0], *top_bar._KIND_ICONS.values()}
    named |= {action.icon for action in action_bar.ACTIONS}
    for file in UI_FOLDER.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        named |= set(re.findall(r'glyph\((?:[^"()]|\([^()]*\))*?, "([a-z0-9-]+)", \d', text))
        named |= set(re.findall(r'icon="([a-z0-9-]+)"', text))
        named |= set(re.findall(r'IconButton\("[^"]*", "([a-z0-9-]+)"', text))
    assert len(named) > 40
    assert named <= known


def test_an_icon_that_is_not_there_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no icon named"):
        icons._svg("no-such-icon")


def test_the_typeface_comes_with_the_terminal_and_has_digits_of_one_width(qapp):
    assert fonts.family() == "Inter Variable" or fonts.family().startswith("Inter")
    made = fonts.font(17, 600, tabular=True)
    assert fonts.width("1111", made) == fonts.width("8888", made)


def test_a_heavier_weight_is_wider(qapp):
    assert fonts.width("Total due", fonts.font(20, 700)) > fonts.width("Total due", fonts.font(20, 450))


@pytest.mark.parametrize(
    ("category", "name", "icon"),
    [
        ("Headphones", "", "headphones"),
        ("USB cables", "For your camera", "cable"),
        ("audio", "Soundbar SB-400", "speaker"),
        ("", "Something", "package"),
    ],
)
def test_a_product_has_an_icon(category, name, icon):
    assert icons.goods_look(category, name)[0] == icon


@pytest.mark.parametrize(("milli", "text"), [(1000, "1"), (12_000, "12"), (1234, "1.234"), (500, "0.5")])
def test_quantities_have_no_needless_zeros(milli, text):
    assert quantity_text(milli) == text


def test_a_reduced_line_shows_why_and_what_it_was():
    item = Item("1", "Camera", 31_900, brand="Veldra")
    basket = Basket().add(item, "590").discount_line(1, Discount("Damaged box", percent_micro=100_000))
    (row,) = RowMaker(PlainFormatter()).rows(price(basket, RULES).lines)
    assert (row.total, row.old_total, row.chip) == ("$287.10", "$319.00", "Damaged box -$31.90")
    assert row.spoken == "Camera, quantity 1, $287.10"


def test_rows_that_did_not_change_are_the_same_objects():
    maker = RowMaker(PlainFormatter())
    basket = Basket().add(Item("1", "Camera", 31_900), "1").add(Item("2", "Cable", 500), "2")
    first = maker.rows(price(basket, RULES).lines)
    second = maker.rows(price(basket.set_quantity(2, 3000), RULES).lines)
    assert second[0] is first[0]
    assert second[1] is not first[1]


def test_a_weighed_line_has_no_stepper():
    item = Item("1", "Cable by the metre", 500, sold_by=SoldBy.WEIGHT)
    (row,) = RowMaker(PlainFormatter()).rows(price(Basket().add(item, "1", 1250), RULES).lines)
    assert row.quantity == "1.25"
    assert not row.whole_pieces


def test_a_code_is_shown_without_control_characters():
    assert shown_code("12\x1b[2J\n34") == "12·[2J·34"
    assert len(shown_code("9" * 500)) == 32


@pytest.mark.parametrize("sound", sounds.Sound)
def test_a_sound_is_a_short_wave_file(tmp_path, sound):
    path = sounds._write(tmp_path / "tone.wav", sound.value)
    with wave.open(str(path)) as file:
        seconds = file.getnframes() / file.getframerate()
    assert 0.1 < seconds < 0.6


def test_sounds_never_wait_even_when_nobody_plays_them(tmp_path):
    muted = sounds.Sounds(enabled=False)
    for _ in range(100):
        muted.play(sounds.Sound.MISS)


def test_work_in_the_background_answers_in_the_gui_thread(qtbot):
    background, answers = Background(), []
    background.run(lambda: 6 * 7, answers.append, answers.append)
    qtbot.waitUntil(lambda: answers == [42])


def test_a_failure_in_the_background_is_handed_over(qtbot):
    background, errors = Background(), []
    background.run(lambda: 1 // 0, lambda _: None, errors.append)
    qtbot.waitUntil(lambda: [type(error) for error in errors] == [ZeroDivisionError])


def test_a_cancelled_task_says_nothing(qtbot):
    background, answers = Background(), []
    background.run(lambda: 1, answers.append, answers.append).cancel()
    background.run(lambda: 2, answers.append, answers.append)
    qtbot.waitUntil(lambda: answers == [2])
