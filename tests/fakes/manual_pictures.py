"""Every picture of the manual, made from the running program by one command:

QT_QPA_PLATFORM=offscreen .venv/bin/python tests/fakes/manual_pictures.py [WORDS IN NAMES...]

Screens of the till, the first start, the demo's devices, pages of the back office where a browser is, and a member's
life; all go to docs/images, with few colours, so that a picture weighs little.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fakes.manual_office import PAGES, office_pictures
from fakes.manual_scenes import SCENES, device_panel, first_start, opening
from fakes.ui_screens import SCREENS, Screens
from fakes.web_browser import BROWSER, DRIVER
from PIL import Image
from PySide6.QtGui import QImage

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "images"
COLOURS = 128
SIZE = (1280, 800)
OF_THE_TILL = {
    "checkout-light": "member",
    "sign-on": "locked",
    "approval": "approval",
    "miss": "miss",
    "cash": "cash",
    "split": "split-parts",
    "card-unknown": "card-unknown",
    "parking": "parked",
    "return": "a-return",
    "exchange": "return-exchange",
    "receipts": "receipts",
    "orders": "orders-list",
    "order-address": "orders-address",
    "serial": "serial",
    "enrol": "member-enrol",
    "statement": "member-statement",
    "explain": "member-explain",
    "close-begin": "close-begin",
    "close-cash": "cash-counted",
    "close-compare": "cash-short",
    "close-deposit": "deposit",
    "close-sign": "to-be-signed",
    "tills": "tills",
    "employees": "employees",
    "reports": "reports",
    "report-of-a-day": "a-day-at-a-glance",
    "journal": "a-journal",
    "store-set-up": "set-up-tax",
    "set-up-changes": "set-up-changes",
    "goods": "goods-product",
    "goods-labels": "goods-labels",
    "backup": "backup",
    "console": "console-tested",
    "console-find": "console-find",
    "scanner-tester": "console-scanner-read",
    "support": "console-support",
    "updates": "console-updates-ready",
    "store-day": "the-store-day",
}
"""A picture's name, and the screen of `ui_screens.py` or scene of `manual_scenes.py` that it shows."""
FIRST_START = ("first-start", "first-start-store", "first-start-taxes")
LIFE = "life"


def main(words: list[str]) -> None:
    """Make those whose names have one of the words, or all."""
    from ui.application import build_application

    build_application().setCursorFlashTime(0)
    if wanted((LIFE,), words):
        make_life()  # before a till of this process sets variables for its own folder
    with TemporaryDirectory() as data:
        folder = Path(data)
        if wanted(FIRST_START, words):
            for name, image in first_start(folder / "first-start", SIZE).items():
                keep(image, name)
        if wanted(("open-day",), words):
            keep(opening(folder / "opening", SIZE), "open-day")
        make_screens(folder / "shops", wanted(("devices", *OF_THE_TILL), words))
        offices = wanted(tuple(PAGES), words)
        if offices and not (BROWSER and DRIVER):
            sys.exit("The back office needs a browser: install chromium and chromium-driver.")
        for name, image in office_pictures(offices, folder / "offices"):
            keep(image, name)


def make_screens(folder: Path, names: list[str]) -> None:
    """Screens of the till, one after the other; a scene has a shop of its own, in which nothing was sold before."""
    screens = Screens(folder)
    for name in names:
        screen = OF_THE_TILL.get(name, name)
        if screen in SCREENS:
            keep(screens.show(screen, "light", SIZE).window.grab().toImage(), name)
            continue
        screens.close()
        counter = screens.show("idle", "light", SIZE)
        if screen == "devices":
            image = device_panel(counter)
        else:
            SCENES[screen](counter)
            image = counter.window.grab().toImage()
        keep(image, name)
        screens.close()
    screens.close()


def make_life() -> None:
    """The pictures that the test of a member's life leaves, made smaller."""
    folder = FOLDER / LIFE
    test = PROJECT / "tests" / "end_to_end" / "test_member_life.py"
    environment = {**os.environ, "POS_PICTURES": str(folder)}
    subprocess.run([sys.executable, "-m", "pytest", "-q", str(test)], cwd=PROJECT, env=environment, check=True)
    for path in sorted(folder.glob("*.png")):
        keep(QImage(str(path)), f"{LIFE}/{path.stem}")


def wanted(names: tuple[str, ...], words: list[str]) -> list[str]:
    """Those that were asked for."""
    return [name for name in names if not words or any(word in name for word in words)]


def keep(image: QImage, name: str) -> None:
    """Write a picture with few colours."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB888)
    picture = Image.frombytes(
        "RGB", (pixels.width(), pixels.height()), bytes(pixels.constBits()), "raw", "RGB", pixels.bytesPerLine()
    )
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
