"""The keys that the documents name are the keys of the window."""

import re
from pathlib import Path

from ui.sale.action_bar import ACTIONS

DOCS = Path(__file__).parents[2] / "docs"
FUNCTIONS = (DOCS.parent / "ui" / "sale" / "functions.py").read_text("utf-8")
SHORTCUTS = re.findall(r'^ {12}\("([^"]+)", ', FUNCTIONS, re.MULTILINE)


def test_every_shortcut_is_in_the_table_of_keys() -> None:
    keys = (DOCS / "associate.md").read_text("utf-8").partition("## Keys")[2].partition("\n## ")[0]
    assert SHORTCUTS
    assert [key for key in SHORTCUTS if key not in keys] == []


def test_the_card_names_the_eight_functions_at_their_keys() -> None:
    card = (DOCS / "associate-card.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in card.splitlines() if line.startswith("|")]
    keys = next(row for row in rows if row[0] == "F1")
    names = rows[rows.index(keys) + 2]
    shown = dict(zip(keys, names, strict=True))
    assert {action.key: action.name for action in ACTIONS}.items() <= shown.items()
