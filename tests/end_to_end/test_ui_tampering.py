"""A journal that was tampered with is named as such, with the place: by the command, at the start, in the browser."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
from fakes.whole_counter import CABLE, HEADPHONES, SPEAKER, WholeCounter

from pos_app.cli import journal as command
from pos_app.domain.operator import Operator, Role
from pos_app.storage.database import FILE_NAME, connect
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import KEY_FILE_NAME

Open = Callable[..., WholeCounter]
Expect = Callable[[str], None]
TRIGGERS = ("DROP TRIGGER journal_is_never_changed", "DROP TRIGGER journal_is_never_deleted")
SWAP = (
    "UPDATE journal SET sequence = -1 WHERE sequence = (SELECT max(sequence) - 2 FROM journal)",
    "UPDATE journal SET sequence = sequence - 1 WHERE sequence = (SELECT max(sequence) - 1 FROM journal)",
    "UPDATE journal SET sequence = (SELECT max(sequence) - 1 FROM journal) WHERE sequence = -1",
)
KINDS = {
    "one-byte-changed": (
        ("UPDATE journal SET payload = CAST(payload || ' ' AS BLOB) WHERE sequence = 4",),
        "entry 4 was changed after it was written",
        "Entry 4: this entry was changed after it was written. Sales go on.",
        "this entry was changed after it was written",
        "entry 4 was changed after it was written",
    ),
    "one-row-deleted": (
        ("DELETE FROM journal WHERE sequence = 4",),
        "entry 4 is missing (found 5 in its place): it was deleted",
        "Entry 5: 1 entry is missing before this one. Sales go on.",
        "1 entry is missing before this one",
        "entry 4 is missing (found 5 in its place): it was deleted",
    ),
    "two-rows-swapped": (
        SWAP,
        "it changed places with entry",
        "this entry does not follow the one before it. Sales go on.",
        "this entry does not follow the one before it",
        "it changed places with entry",
    ),
    "the-tail-cut": (
        ("DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)",),
        "the end is missing, entry",
        "The end of the journal is missing: entry",
        "",
        "because the end of the journal is missing: entry",
    ),
    "yesterdays-copy": (
        (),
        "the data is an older copy, as of",
        "The data is an older copy: entry",
        "",
        "because the data is an older copy: entry",
    ),
}


def verify(folder: Path) -> int:
    """The command, which finds the key under the name that an installed till has."""
    copyfile(folder / "till.key", folder / KEY_FILE_NAME)
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(["verify", "--data", str(folder)]))


def tamper(folder: Path, *changes: str) -> None:
    """Somebody who has the machine's key changes the file while the till is closed."""
    connection = connect(folder / FILE_NAME, KeyFile(folder / "till.key").database_key(create=False))
    connection.execute("PRAGMA foreign_keys = OFF")
    for change in (*TRIGGERS, *changes):
        connection.execute(change)
    connection.close()


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_named_by_the_command_at_the_start_and_in_the_browser(
    open_till: Open, kind: str, capsys: pytest.CaptureFixture[str], expect_log: Expect
) -> None:
    changes, by_command, at_start, in_list, in_proof = KINDS[kind]
    till = open_till()
    for code in (HEADPHONES, SPEAKER):
        till.sell(code)
    till.all_sent()
    till.close()
    folder = till.folder
    if not changes:
        copyfile(folder / FILE_NAME, folder / "yesterday.db")
        till = open_till()
        till.sell(CABLE)
        till.all_sent()
        till.close()
        copyfile(folder / "yesterday.db", folder / FILE_NAME)
    else:
        tamper(folder, *changes)
    assert verify(folder) == 1
    assert by_command in capsys.readouterr().err
    if in_list:
        expect_log("the journal is not as it was written")
    else:
        expect_log("the journal goes on under a new incarnation")
    till = open_till()
    till.until(lambda: till.window.sale.banner is not None, "the start says it")
    banner = till.window.sale.banner
    assert at_start in banner.detail
    assert banner.detail.endswith("Tell the manager: More, Manager, Journal.")
    till.sell(HEADPHONES)  # nothing of it stops a sale
    till.register.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    journal = till.window.functions.manager.journal
    journal.open()
    till.until(lambda: journal.body.entries, "the entries are listed")
    if in_list:
        assert in_list in [entry.fault for entry in journal.body.entries]
    till.touch(till.window.till.page.main)
    till.until(lambda: journal.body.sheet.isVisible(), "all of it is checked")
    report = journal.body.sheet.report
    said = "\n".join([str(row) for table in report.tables for row in table.rows] + list(report.notes))
    assert in_proof in said
