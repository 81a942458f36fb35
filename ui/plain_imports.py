"""Qt for Python puts a function of its own before every import, for programs that switch its names to snake_case.

This one does not, and its start is some two hundred imports long.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - importing it is what puts the function there


def use_plain_imports() -> None:
    """Import without that function from now on; where there is none, nothing changes."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
