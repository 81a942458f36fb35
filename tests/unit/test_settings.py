"""settings.toml: what a technician writes is taken, and what they mistype is named."""

import re
from pathlib import Path

import pytest

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
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(WorldError, match=f"{re.escape(str(path))}.*{re.escape(message)}"):
        load_settings(tmp_path)


def test_the_data_of_a_user_has_a_folder_of_its_own() -> None:
    assert default_data_folder().name == "pos-terminal"
