"""Whoever looks at reports or the journal, or takes a copy, is on record: what they asked for, never what it said."""

import json
from collections.abc import Callable
from pathlib import Path

from fakes.whole_counter import CABLE, WholeCounter
from PySide6.QtCore import Qt

from pos_app.domain.operator import Operator, Role
from pos_app.services.record_use import words_of

Open = Callable[..., WholeCounter]


def noted(counter: WholeCounter) -> list[dict]:
    rows = counter.register.data.database.all(
        "SELECT payload FROM journal WHERE kind = 'records_read' ORDER BY position"
    )
    return [json.loads(payload) for (payload,) in rows]


def test_a_report_that_was_read_and_saved_and_a_journal_that_was_searched_are_on_record(
    open_till: Open, tmp_path: Path
):
    counter = open_till()
    counter.register.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    counter.sell(CABLE)
    parts = counter.counter.services.reports()
    parts.folder = tmp_path / "saved"
    manager = counter.window.functions.manager
    manager.reports.open()
    counter.touch(manager.reports.choice.tiles["hours"])
    counter.until(lambda: manager.reports.report is not None, "the report is there")
    manager.reports.body.save_wanted.emit("csv")
    counter.until(lambda: len(noted(counter)) == 2, "looking and saving are on record")
    read, saved = noted(counter)
    assert (read["what"], read["name"], read["format"]) == ("report", "hours", "screen")
    assert (saved["format"], saved["operator_id"]) == ("csv", "manager-1")
    assert saved["filter"]["tills"] == "this till"
    assert set(read) == {"operator_id", "what", "name", "format", "filter"}, "and nothing of what it said"

    manager.journal.open()
    counter.until(lambda: len(noted(counter)) == 3, "the journal was opened")
    counter.type("001-")
    counter.until(lambda: manager.journal.body.line.text() == "001-")
    counter.press(Qt.Key.Key_Escape)
    counter.until(lambda: len(noted(counter)) == 4, "what was searched for is on record")
    assert noted(counter)[-1]["filter"]["words"] == "001-"


def test_an_address_that_was_typed_into_the_search_is_not_on_record():
    assert words_of("somebody@example.com") == "(an address)"
    assert words_of("001-02-000001") == "001-02-000001"
