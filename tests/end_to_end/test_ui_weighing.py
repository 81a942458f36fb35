"""Goods sold by weight: scanned, put on the scale, and in the basket with their weight."""

from dataclasses import replace

import pytest
from fakes.lines import serving
from fakes.scales import HandScale
from fakes.ui_shop import SHELF
from PySide6.QtCore import Qt

from hardware.scale.scale import SerialScale
from hardware.scale.settings import NCI, ScaleSettings
from hardware.scale.simulator import SimulatedScale
from pos_app.domain.item import Item, SoldBy
from pos_app.ports import WeightState

CABLE_BY_KILO = "4000000000006"
HEADPHONES = "4006381333931"


@pytest.fixture
def scale(shop):
    item = Item(CABLE_BY_KILO, "Speaker Cable, cut to length", 1_299, ("general",), sold_by=SoldBy.WEIGHT)
    shop.catalogue.items = {**SHELF, CABLE_BY_KILO: item}
    return HandScale()


@pytest.fixture
def weighing(counter, scale):
    counter.window.services.scale = lambda: scale
    counter.window.services.selling.asks_weight = True
    counter.scan(CABLE_BY_KILO)
    return counter


def panel(counter):
    return counter.window.functions.shelf.weigh_panel


def test_a_weight_that_stands_goes_into_the_basket_with_one_key(weighing, scale):
    assert weighing.names() == []
    assert panel(weighing).words == "Put it on the scale."
    scale.put(1234, WeightState.MOTION, "Still moving: wait.")
    weighing.until(lambda: panel(weighing).words == "Still moving: wait.")
    assert not panel(weighing).action.isEnabled()
    weighing.press(Qt.Key.Key_Return)
    assert weighing.names() == []
    scale.put(1234)
    weighing.until(lambda: panel(weighing).weight_milli == 1234)
    weighing.press(Qt.Key.Key_Return)
    assert [(row.name, row.quantity, row.total) for row in weighing.window.basket.canvas.rows] == [
        ("Speaker Cable, cut to length", "1.234 kg", "$16.03")
    ]
    assert scale.listener is None
    assert not weighing.window.side.panel_open


def test_two_weighings_are_two_lines(weighing, scale):
    for weight_milli in (500, 500):
        scale.put(weight_milli)
        weighing.until(lambda: panel(weighing).action.isEnabled())
        weighing.click(panel(weighing).action)
        weighing.scan(CABLE_BY_KILO)
    weighing.press(Qt.Key.Key_Escape)
    assert [row.quantity for row in weighing.window.basket.canvas.rows] == ["0.5 kg", "0.5 kg"]


def test_a_typed_weight_needs_a_second_person(weighing, scale):
    weighing.type("750")
    assert "second person" in panel(weighing).words
    scale.put(1234)
    weighing.press(Qt.Key.Key_Return)
    assert weighing.names() == []
    weighing.approve()
    assert [row.quantity for row in weighing.window.basket.canvas.rows] == ["0.75 kg"]


def test_goods_that_are_not_weighed_are_not_sold_and_that_is_heard(weighing):
    weighing.press(Qt.Key.Key_Escape)
    assert weighing.names() == []
    assert "not weighed" in weighing.window.sale.banner.detail


def test_a_scan_while_something_is_weighed_is_rung_up_and_the_goods_on_the_scale_are_not(weighing, scale):
    weighing.scan(HEADPHONES)
    assert weighing.names() == ["Wireless Headphones WH-7"]
    assert "not weighed" in weighing.window.sale.banner.detail
    assert scale.listener is None


def test_a_scale_of_another_unit_sells_nothing_by_itself(weighing, scale):
    scale.put(1234, unit="lb")
    weighing.until(lambda: "this store sells by kg" in panel(weighing).words)
    assert not panel(weighing).action.isEnabled()


def test_without_a_scale_the_weight_is_typed(counter, scale):
    counter.window.services.selling.asks_weight = True
    counter.scan(CABLE_BY_KILO)
    assert panel(counter).words == "No scale here: type the weight."


def test_a_label_with_its_weight_asks_for_none(counter, scale):
    counter.window.services.selling.asks_weight = True
    counter.shop.catalogue.items[CABLE_BY_KILO] = replace(counter.shop.catalogue.items[CABLE_BY_KILO])
    counter.scan(f"]C101{CABLE_BY_KILO.zfill(14)}3103001500")
    assert [row.quantity for row in counter.window.basket.canvas.rows] == ["1.5 kg"]


def test_a_real_line_to_a_scale_sells_what_lies_on_it(counter, scale):
    machine = SimulatedScale()
    with serving(machine.feed) as line:
        driver = SerialScale(ScaleSettings(driver=NCI, address=line.address))
        driver.start()
        counter.window.services.scale = lambda: driver
        counter.window.services.selling.asks_weight = True
        counter.scan(CABLE_BY_KILO)
        machine.put(2500)
        counter.until(lambda: panel(counter).weight_milli == 2500)
        counter.press(Qt.Key.Key_Return)
        assert [row.quantity for row in counter.window.basket.canvas.rows] == ["2.5 kg"]
        assert driver.stop()
