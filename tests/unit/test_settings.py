"""settings.toml: what a technician writes is taken, and what they mistype is named."""

import re
from pathlib import Path

import pytest

from pos_app.device_entries import DeviceEntry
from pos_app.errors import WorldError
from pos_app.settings import TerminalSettings, default_data_folder, load_settings


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == TerminalSettings()


def test_what_is_written_is_taken_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('central_url = "https://central.example"\nscale_percent = 150\n')
    assert load_settings(tmp_path) == TerminalSettings(central_url="https://central.example", scale_percent=150)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", "there is no setting 'colour'"),
        ("central_url = 1", "central_url must be a text in quotes"),
        ('scale_percent = "150"', "scale_percent must be a whole number"),
        ("scale_percent = true", "scale_percent must be a whole number"),
        ("scale_percent = 1000", "scale_percent must be between 50 and 300"),
        ('theme = "pink"', "theme must be one of system, light, dark"),
        ("theme", "cannot be read"),
        ("device = 1", "device must be tables"),
        ('[[device]]\nkind = "toaster"\ndriver = "x"', "device 1: kind must be one of barcode_scanner"),
        ('[[device]]\nkind = "scale"', "device 1: its driver is missing"),
        ('[[device]]\nkind = "scale"\ndriver = 3', "device 1: driver must be a text in quotes"),
        ('[[device]]\nkind = "scale"\ndriver = "nci"\nunit = 1.5', "device 1: unit must be a text in quotes or"),
        ('[[device]]\nkind = "scale"\ndriver = "nci"\n' * 2, "two devices are called 'scale'"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(WorldError, match=f"{re.escape(str(path))}.*{re.escape(message)}"):
        load_settings(tmp_path)


def test_devices_are_tables_whose_further_keys_belong_to_their_driver(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'theme = "dark"\n[[device]]\nkind = "barcode_scanner"\nname = "left"\ndriver = "serial"\n'
        'address = "usb:05e0:1200"\n[[device]]\nkind = "scale"\ndriver = "nci"\naddress = "COM3"\nunit = "kg"\n'
    )
    left, scale = load_settings(tmp_path).devices
    assert left == DeviceEntry("barcode_scanner", "left", "serial", "usb:05e0:1200")
    assert (scale.name, scale.text_option("unit"), scale.option("baud", 9600)) == ("scale", "kg", 9600)
    with pytest.raises(WorldError, match="unit must be a whole number"):
        scale.option("unit", 1)


def test_the_data_of_a_user_has_a_folder_of_its_own() -> None:
    assert default_data_folder().name == "pos-terminal"


def test_a_ring_of_stores_that_cannot_be_one_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('update_ring = "../stable"\n')
    with pytest.raises(WorldError, match="update_ring must be a name in small letters"):
        load_settings(tmp_path)
