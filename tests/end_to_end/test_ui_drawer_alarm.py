"""A drawer that stays open is told, and the sale goes on (fault 23)."""

import pytest

from ui.sale.drawer_watch import STILL_OPEN
from ui.services_bundle import UiSettings

HEADPHONES = "4006381333931"


@pytest.fixture
def watched(open_counter, shop):
    return open_counter(shop, UiSettings(sounds=False, drawer_alarm_ms=60))


def test_a_drawer_left_open_is_said_until_it_is_shut(watched):
    spoken: list[str] = []
    watched.window.sale.announced.connect(lambda words, urgent: spoken.append(words))
    watched.shop.bridge.on_drawer(True)
    watched.until(lambda: watched.window.sale.banner == STILL_OPEN)
    watched.scan(HEADPHONES)
    assert watched.names() == ["Wireless Headphones WH-7"]
    watched.shop.bridge.on_drawer(False)
    watched.until(lambda: watched.window.sale.banner is None)


def test_a_drawer_shut_in_time_is_not_spoken_of(watched):
    watched.shop.bridge.on_drawer(True)
    watched.shop.bridge.on_drawer(False)
    watched.until(lambda: not watched.window.drawer_watch._timer.isActive())
    watched.qtbot.wait(120)
    assert watched.window.sale.banner is None


def test_another_banner_is_not_taken_away_by_the_drawer(watched):
    watched.shop.bridge.on_drawer(True)
    watched.until(lambda: watched.window.sale.banner == STILL_OPEN)
    watched.scan("4999999999999")
    banner = watched.window.sale.banner
    watched.shop.bridge.on_drawer(False)
    watched.qtbot.wait(30)
    assert watched.window.sale.banner == banner
