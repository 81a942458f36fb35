"""An exported journal proves itself, without the till: whatever is changed in the file is found, with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.terminal_data import cash_sale, open_day, terminal_data

from pos_app.cli import journal as command
from pos_app.domain.poslog import sale_to_plain
from pos_app.storage.journal_export import export_lines
from pos_app.storage.journal_export_check import check_export
from pos_app.storage.journal_poslog import export_poslog

FORMS = {"jsonl": export_lines, "xml": export_poslog}
HOSTILE = 'Cable <b>&"quoted"\' \x07 ünï'


@pytest.fixture(params=FORMS)
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"journal.{request.param}"
    with terminal_data(tmp_path / "till") as data:
        open_day(data)
        for amount in (100, 1000, 250):
            with data.storage.unit_of_work() as work:
                sale = cash_sale(work.begin_transaction(), amount)
                work.append("sale", sale_to_plain(sale))
                work.append("no_sale", {"reason": HOSTILE})
                work.commit()
        path.write_bytes(b"".join(FORMS[request.param](data.database)))
    return path


def test_a_file_as_it_was_written_has_no_fault(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = check_export(exported)
    assert (found.terminal_id, found.entries, found.incarnations, found.faults) == ("001-02", 8, 1, [])
    assert command._check(exported) == 0
    assert "The file is as the till wrote it, and so is every entry." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        pytest.param(
            lambda text: text.replace(b"1000", b"1001"), ("digest is another one", "was changed"), id="amount"
        ),
        pytest.param(lambda text: _without(text, 5), ("digest is another one", "is missing"), id="entry taken out"),
        pytest.param(lambda text: _swapped(text, 4, 5), ("digest is another one", "is missing"), id="two swapped"),
        pytest.param(lambda text: b"".join(text.splitlines(True)[:-3]), ("was cut off",), id="cut off"),
        pytest.param(lambda text: text[:-400], ("ends in the middle",), id="cut in a line"),
        pytest.param(
            lambda text: text.replace(b'sequence":4', b'sequence":x').replace(b'Sequence="4"', b'Sequence="x"'),
            ("it cannot be read",),
            id="unreadable",
        ),
    ],
)
def test_whatever_is_changed_is_found(
    exported: Path, change: Callable[[bytes], bytes], faults: tuple[str, ...]
) -> None:
    exported.write_bytes(change(exported.read_bytes()))
    found = " | ".join(check_export(exported).faults)
    for fault in faults:
        assert fault in found
    assert command._check(exported) == 1


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04\n", b'<?xml version="1.0"?>\n<html>\n', b'{"a":1}\n'):
        (tmp_path / "file").write_bytes(content)
        assert check_export(tmp_path / "file").faults


def _without(text: bytes, number: int) -> bytes:
    lines = text.splitlines(True)
    return b"".join(lines[:number] + lines[number + 1 :])


def _swapped(text: bytes, one: int, other: int) -> bytes:
    lines = text.splitlines(True)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)
