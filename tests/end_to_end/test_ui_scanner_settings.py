"""What a technician set for the scanners: prefix, suffix, timing; and a code that could not be read is heard apart."""

import pytest

from pos_app.ports import DeviceState, DeviceStatus
from ui.services_bundle import UiSettings
from ui.sounds import Sound
from ui.wedge_scanner import LONGEST_TYPED_SCAN, WedgeTiming

HEADPHONES = "4006381333931"


@pytest.fixture
def framed(open_counter, shop):
    return open_counter(shop, UiSettings(sounds=False, scan_timing=WedgeTiming(prefix="~", suffix="#")))


@pytest.fixture
def played(monkeypatch):
    """Which sounds were asked for."""
    heard: list[Sound] = []
    monkeypatch.setattr("ui.sounds.Sounds.play", lambda _, sound: heard.append(sound))
    return heard


def test_prefix_and_suffix_of_a_keyboard_scanner_are_taken_off(framed):
    framed.scan(f"~{HEADPHONES}#")
    assert framed.names() == ["Wireless Headphones WH-7"]


@pytest.mark.parametrize("part", [HEADPHONES[6:] + "#", "~" + HEADPHONES[:6], "~#~#"[:2] + "xx"])
def test_a_code_of_which_a_part_is_missing_is_refused_aloud_and_typed_nowhere(framed, played, part):
    framed.scan(part)
    assert framed.names() == []
    assert framed.window.scan_field.text() == ""
    assert "Part of the code is missing" in framed.window.sale.banner.detail
    assert played == [Sound.UNREAD]


def test_a_code_without_end_is_no_code(counter, played):
    counter.scan("9" * (LONGEST_TYPED_SCAN + 1))
    assert "longer than" in counter.window.sale.banner.detail
    assert played == [Sound.UNREAD]


def test_what_could_not_be_read_sounds_unlike_what_no_product_has(counter, played):
    counter.shop.bridge.on_scan_refused("left: The scanner sent garbage: check its baud rate and settings.")
    counter.until(lambda: counter.window.sale.banner is not None)
    counter.scan("4999999999999")
    assert played == [Sound.UNREAD, Sound.MISS]


def test_of_two_scanners_the_one_that_needs_somebody_is_the_one_that_is_shown(counter):
    def status(name: str, state: DeviceState) -> DeviceStatus:
        return DeviceStatus(name, "barcode_scanner", state, f"{name} {state}")

    bar = counter.window.top_bar
    bar.show_devices([status("left", DeviceState.OFFLINE), status("right", DeviceState.READY)])
    badge = bar._badges["barcode_scanner"]
    assert "left offline" in badge.accessibleName()
    bar.show_devices([status("left", DeviceState.ABSENT)])
    assert "left" not in badge.accessibleName()
    assert "ready" in badge.accessibleName()
