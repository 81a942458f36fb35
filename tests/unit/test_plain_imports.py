"""The window's modules are imported without Qt's switch for other names in between."""

import subprocess
import sys

_START = """
import builtins
from ui.plain_imports import use_plain_imports
before = builtins.__import__
use_plain_imports()
after = builtins.__import__
import ui.application
assert "feature" in before.__name__, before
assert "feature" not in after.__name__, after
assert builtins.__import__ is after, "something put it back"
from PySide6.QtGui import *
assert QColor("#102030").name() == "#102030"
"""


def test_every_module_of_the_window_is_there_without_the_switch():
    """In a program of its own: what is imported first decides."""
    subprocess.run([sys.executable, "-c", _START], check=True, timeout=60)
