"""From settings.toml to the settings of each device."""

import pytest
from fakes.memory_shop import profile

from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_display.settings import LineDisplaySettings
from hardware.scale.settings import ScaleSettings
from pos_app.counter_settings import drawer_alarm_s, others_of, printers_drawer_of, scanners_of
from pos_app.device_entries import parse_devices
from pos_app.errors import WorldError

STORE = profile(store_name="Northgate Electronics", weight_unit="lb")


def entries(**table: object):
    return parse_devices([table])


def test_a_till_without_scanners_of_its_own_has_a_simulated_one() -> None:
    assert scanners_of(()) == (ScannerSettings(),)


def test_each_kind_of_device_has_its_settings() -> None:
    scanner = entries(
        kind="barcode_scanner", name="left", driver="serial", address="usb:05e0:1701", baud=115200, prefix="~"
    )
    assert scanners_of(scanner) == (ScannerSettings("left", "serial", "usb:05e0:1701@115200", "~"),)
    pole = entries(kind="line_display", name="pole", driver="cd5220", address="/dev/ttyS1", brightness=3)
    assert others_of(pole, STORE) == (
        LineDisplaySettings("pole", "cd5220", "/dev/ttyS1", ("Northgate Electronics", ""), 3),
    )
    scale = entries(kind="scale", name="scale", driver="nci", address="/dev/ttyS2", largest_milli=15000)
    assert others_of(scale, STORE) == (ScaleSettings("scale", "nci", "/dev/ttyS2", "lb", 5, 15000),)


def test_a_drawer_hangs_on_the_printer_or_on_a_line() -> None:
    hanging = entries(kind="cash_drawer", driver="printer", pin=5, on_ms=100, open_level="low", alarm_s=60)
    assert others_of(hanging, STORE) == ()
    assert printers_drawer_of(hanging) == DrawerSettings(pin=5, on_ms=100, open_level="low", alarm_s=60)
    assert drawer_alarm_s(hanging) == 60
    boxed = entries(kind="cash_drawer", name="box", driver="serial", address="COM4", sense="cts", open_level="high")
    assert others_of(boxed, STORE) == (DrawerSettings("box", "serial", "COM4", sense="cts", open_level="high"),)
    assert printers_drawer_of(boxed) == DrawerSettings()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"kind": "cash_drawer", "driver": "printer", "pin": 3}, "pin must be 2 or 5"),
        ({"kind": "cash_drawer", "driver": "printer", "open_level": "up"}, "open_level must be high or low"),
        ({"kind": "cash_drawer", "driver": "printer", "on_ms": 9000}, "between 2 and 510"),
        ({"kind": "cash_drawer", "driver": "printer", "on_ms": "long"}, "must be a whole number"),
    ],
)
def test_a_drawer_that_makes_no_sense_is_refused_by_name(table: dict[str, object], words: str) -> None:
    with pytest.raises(WorldError, match=words):
        printers_drawer_of(parse_devices([table]))


def test_a_scale_of_an_unknown_unit_is_refused() -> None:
    with pytest.raises(WorldError, match="unit must be one of kg, lb"):
        others_of(entries(kind="scale", driver="nci", address="/dev/ttyS2", unit="stone"), STORE)
