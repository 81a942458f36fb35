"""The return screen is there when the first receipt is scanned, and not before the first sale could be."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject

from ui.preload import RETURNS, Preload

_AFTER_THE_PRELOAD = """
import importlib, sys
from ui.preload import RETURNS
for name in RETURNS:
    importlib.import_module(name)
before = set(sys.modules)
import ui.returns.returns
print(sorted(name for name in set(sys.modules) - before))
"""


def test_one_module_comes_at_a_time_until_all_are_there(qapp):
    parent = QObject()
    preload = Preload(RETURNS, parent)
    steps = 0
    while preload.step():
        steps += 1
    assert steps == len(RETURNS)
    assert not preload._timer.isActive()


def test_after_it_a_return_imports_nothing_more():
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", _AFTER_THE_PRELOAD], cwd=root, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_the_window_stands_without_the_screens_of_returns():
    root = Path(__file__).parents[2]
    code = "import sys, ui.application; print([n for n in sys.modules if n.startswith('ui.returns')])"
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
