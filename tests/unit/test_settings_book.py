"""The settings of a counter: every change is a version with who and when, and there is a way back."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_app.device_entries import DeviceEntry
from pos_app.errors import WorldError
from pos_app.settings import load_settings
from pos_app.settings_book import BY_HAND, SettingsFile

BY = "manager-1"
WRITTEN = '# the counter at the door\ntheme = "dark"  # she likes it\n\nscale_percent = 125\n'


@pytest.fixture
def book(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path, lambda: datetime(2026, 11, 22, 14, 0, tzinfo=UTC))


def file_of(folder: Path) -> Path:
    return folder / "settings.toml"


def test_a_change_keeps_comments_and_order_and_says_who_and_when(book: SettingsFile, tmp_path: Path) -> None:
    file_of(tmp_path).write_text(WRITTEN)
    book.change({"printer_driver": "tcp", "printer_address": "10.0.0.9", "theme": "light"}, BY, "network printer")
    text = file_of(tmp_path).read_text()
    assert text.startswith('# the counter at the door\ntheme = "light"  # she likes it\n\nscale_percent = 125\n')
    settings = load_settings(tmp_path)
    assert (settings.printer_driver, settings.printer_address) == ("tcp", "10.0.0.9")
    newest, as_found = book.versions()
    assert (newest.number, newest.by, newest.words, newest.at) == (
        2,
        BY,
        "network printer",
        "2026-11-22T14:00:00+00:00",
    )
    assert (as_found.by, as_found.words, as_found.text) == ("", BY_HAND, WRITTEN)


def test_devices_are_added_changed_and_removed_and_keys_stay_above_the_tables(
    book: SettingsFile, tmp_path: Path
) -> None:
    scanner = {"kind": "barcode_scanner", "name": "left", "driver": "serial", "address": "/dev/ttyUSB0"}
    book.put_device("left", scanner, BY, "scanner added")
    book.put_device("left", {"address": "usb:05e0:1200", "baud": 9600}, BY, "scanner moved")
    book.change({"theme": "dark"}, BY, "dark")
    settings = load_settings(tmp_path)
    assert settings.theme == "dark"
    assert settings.devices == (DeviceEntry("barcode_scanner", "left", "serial", "usb:05e0:1200", (("baud", 9600),)),)
    book.put_device("scale", {"kind": "scale", "name": "scale", "driver": "nci", "address": "COM3"}, BY, "scale")
    book.remove_device("left", BY, "scanner gone")
    assert [device.name for device in load_settings(tmp_path).devices] == ["scale"]
    book.remove_device("scale", BY, "scale gone")
    assert load_settings(tmp_path).devices == ()
    with pytest.raises(WorldError, match="no device 'left'"):
        book.remove_device("left", BY, "again")


def test_what_the_till_could_not_start_with_is_refused_and_nothing_changes(book: SettingsFile, tmp_path: Path) -> None:
    file_of(tmp_path).write_text(WRITTEN)
    with pytest.raises(WorldError, match="scale_percent must be between"):
        book.change({"scale_percent": 9_000}, BY, "large")
    with pytest.raises(WorldError, match="take the key out"):
        book.change({"card_terminal_key": "hunter2"}, BY, "a secret in its place")
    assert file_of(tmp_path).read_text() == WRITTEN
    assert [version.words for version in book.versions()] == [BY_HAND]


def test_a_version_comes_back_as_a_new_one(book: SettingsFile, tmp_path: Path) -> None:
    book.change({"theme": "dark"}, BY, "dark")
    book.change({"theme": "light"}, BY, "light")
    assert [(line.sign, line.text) for line in book.difference(2)] == [
        ("-", 'theme = "dark"'),
        ("+", 'theme = "light"'),
    ]
    book.roll_back(1, "technician-1")
    assert load_settings(tmp_path).theme == "dark"
    assert [(version.number, version.words) for version in book.versions()] == [
        (3, "back to version 1"),
        (2, "light"),
        (1, "dark"),
    ]
    with pytest.raises(WorldError, match="no version 9"):
        book.roll_back(9, BY)


def test_a_hand_that_edits_the_file_leaves_a_version_and_a_password_in_it_does_not(
    book: SettingsFile, tmp_path: Path
) -> None:
    book.change({"theme": "dark"}, BY, "dark")
    file_of(tmp_path).write_text('theme = "light"\n')
    assert [version.words for version in book.versions()] == [BY_HAND, "dark"]
    file_of(tmp_path).write_text('smtp_password = "hunter2"\n')
    assert "hunter2" not in "".join(version.text for version in book.versions())


def test_an_export_becomes_the_settings_of_another_counter(book: SettingsFile, tmp_path: Path) -> None:
    book.change({"theme": "dark", "smtp_password": "keystore:mail"}, BY, "dark")
    exported = book.export()
    other = SettingsFile(tmp_path / "other")
    (tmp_path / "other").mkdir()
    other.take_from(exported, BY)
    assert load_settings(tmp_path / "other") == load_settings(tmp_path)
    assert book.importable() == [exported]
    exported.write_text("theme = ")
    with pytest.raises(WorldError, match="cannot be read"):
        other.take_from(exported, BY)
    with pytest.raises(WorldError, match="cannot be read"):
        other.take_from(tmp_path / "nothing.toml", BY)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_versions_are_for_their_owner_only(book: SettingsFile, tmp_path: Path) -> None:
    book.change({"theme": "dark"}, BY, "dark")
    (version,) = (tmp_path / "settings-history").iterdir()
    assert stat.S_IMODE(version.stat().st_mode) == 0o600
