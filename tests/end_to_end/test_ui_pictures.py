"""The window looks as it was approved: on every platform the same letters in the same places.

After an intended change: python tests/fakes/ui_pictures.py tests/end_to_end/golden (with QT_QPA_PLATFORM=offscreen),
then look at each picture before committing it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.ui_pictures import STATES, picture
from PySide6.QtGui import QImage

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden"
PICTURES_PROGRAM = FOLDER.parent / "fakes" / "ui_pictures.py"
GREY_LEVELS = 40
SHARE_OF_PIXELS = 0.002
"""Another version of FreeType shades the edges of letters a little differently; a moved or missing part is far more."""


def difference(first: QImage, second: QImage) -> float:
    """The share of pixels that differ by more than a shade."""
    assert first.size() == second.size()
    a, b = _grey(first), _grey(second)
    return sum(abs(x - y) > GREY_LEVELS for x, y in zip(a, b, strict=True) if x != y) / len(a)


def _grey(image: QImage) -> bytes:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)  # its memory ends with it, so it is kept until copied
    return bytes(grey.constBits())


@pytest.mark.parametrize("state", STATES)
def test_the_window_looks_as_approved(qapp, state):
    golden = QImage(str(GOLDEN / f"{state}.png"))
    assert not golden.isNull(), f"there is no approved picture of {state}"
    assert difference(picture(state), golden) <= SHARE_OF_PIXELS


def test_a_moved_button_would_be_noticed(qapp):
    image = QImage(str(GOLDEN / "sale-light.png")).convertToFormat(QImage.Format.Format_RGB888)
    moved = image.copy()
    assert difference(image, moved) == 0
    for x in range(860, 1240):
        for y in range(618, 688):
            moved.setPixelColor(x, y, image.pixelColor(x, y + 3))
    assert difference(image, moved) > SHARE_OF_PIXELS


def test_a_real_x_server_shows_the_same_pictures(qapp, tmp_path):
    if not sys.platform.startswith("linux") or not shutil.which("Xvfb") or not shutil.which("xvfb-run"):
        pytest.skip("Xvfb is not installed, so the window is shown off-screen only")
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    command = ["xvfb-run", "-a", "-s", "-screen 0 2000x1200x24", sys.executable, str(PICTURES_PROGRAM), str(tmp_path)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    if "xcb" in run.stderr and run.returncode:
        pytest.skip("The libraries for a window under X are not installed: see `python3 -m pos_app` for their names")
    assert run.returncode == 0, run.stderr
    for state in STATES:
        assert difference(QImage(str(tmp_path / f"{state}.png")), picture(state)) <= SHARE_OF_PIXELS, state
