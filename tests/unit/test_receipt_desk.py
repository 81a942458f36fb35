"""Receipts after the sale at a real till: copies are counted, gift receipts hide prices, and choices are kept."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.receipt_till import ReceiptTill, check_code_of, qr_of, words_of

from pos_app.clock import SetClock
from pos_app.domain.member import MemberAccount
from pos_app.domain.receipt_code import Verdict
from pos_app.domain.receipt_template import ReceiptChoice, ReceiptTemplate
from pos_app.errors import CashierError
from pos_app.ports import MailState, PrintState
from pos_app.storage.journal_audit import audit
from sync.central.candidates import KINDS

MEMBER = MemberAccount("m-1", "", "c••••@example.com", 1_240, 1_240, 0, "2026-11-22T14:00:00+00:00")
OpenTill = Callable[..., ReceiptTill]


@pytest.fixture
def open_till(tmp_path: Path) -> Iterator[OpenTill]:
    """open_till(template): the till of this folder, as after a start."""
    opened: list[ReceiptTill] = []

    def open_it(template: ReceiptTemplate | None = None) -> ReceiptTill:
        if opened:
            opened[-1].close()
        clock = SetClock(datetime(2026, 11, 22, 14, 26, tzinfo=UTC))
        opened.append(ReceiptTill(tmp_path / "till", clock=clock, receipt=template or ReceiptTemplate()))
        return opened[-1]

    yield open_it
    opened[-1].close()


def reprints(till: ReceiptTill) -> list[dict]:
    rows = till.data.database.all("SELECT payload FROM journal WHERE kind = 'receipt_reprinted' ORDER BY position")
    return [json.loads(payload) for (payload,) in rows]


def printed(till: ReceiptTill) -> None:
    """The printer has done all it was given."""
    for job in till.jobs():
        till.data.print_queue.set_state(job.job_id, PrintState.PRINTED)


# --- copies -----------------------------------------------------------------------------------------------------------


def test_copies_are_numbered_and_journaled_also_after_a_restart(open_till: OpenTill) -> None:
    till = open_till()
    number = till.ring_up("10", "11").header.receipt_number
    printed(till)
    assert till.desk.reprint(number) == 1
    till = open_till()
    assert till.desk.reprint(number) == 2
    assert [(one["document"], one["copy_number"], one["receipt_number"]) for one in reprints(till)] == [
        ("copy", 1, number),
        ("copy", 2, number),
    ]
    assert [job.document.copy_mark for job in till.jobs()] == ["*** COPY 1 ***", "*** COPY 2 ***"]
    assert audit(till.data.database).faults == []
    assert "receipt_reprinted" in KINDS


def test_two_copies_at_once_have_two_numbers(open_till: OpenTill) -> None:
    till = open_till()
    number = till.ring_up("10").header.receipt_number
    printed(till)
    with ThreadPoolExecutor(4) as hands:
        numbers = list(hands.map(lambda _: till.desk.reprint(number), range(8)))
    assert sorted(numbers) == list(range(1, 9))


def test_only_copies_count_as_copies(open_till: OpenTill) -> None:
    till = open_till()
    number = till.ring_up("10").header.receipt_number
    printed(till)
    till.desk.gift_receipt(number)
    assert till.desk.reprint(number) == 1


def test_a_copy_has_the_code_of_its_receipt(open_till: OpenTill) -> None:
    till = open_till()
    sale = till.ring_up("10")
    original = till.receipt_of(sale).document
    printed(till)
    till.desk.reprint(sale.header.receipt_number)
    (copy,) = till.jobs()
    assert copy.document.blocks == original.blocks


def test_a_receipt_that_is_not_here_cannot_be_printed(open_till: OpenTill) -> None:
    till = open_till()
    for act in (till.desk.reprint, till.desk.gift_receipt, till.desk.document, till.desk.lines, till.desk.email):
        with pytest.raises(CashierError) as refused:
            act("001-99-000001")
        assert refused.value.code == "no_receipt"
    assert reprints(till) == []


# --- gift receipts ----------------------------------------------------------------------------------------------------


def test_a_gift_receipt_names_the_goods_chosen_and_nothing_that_costs(open_till: OpenTill) -> None:
    till = open_till()
    sale = till.ring_up("10", "12", "13", account=MEMBER)
    number = sale.header.receipt_number
    assert till.desk.lines(number) == [(1, "Wireless microphone"), (2, "Speaker"), (3, "Television")]
    whole = words_of(till.desk.gift_receipt(number))
    assert all(name in whole for name in ("Wireless microphone", "Speaker", "Television", f"G.{number}"))
    one = words_of(till.desk.gift_receipt(number, [2]))
    assert "Speaker" in one
    assert "Television" not in one
    for words in (whole, one):
        assert not any(secret in words for secret in ("49.99", "265.00", "TOTAL", "tax", "example.com", "points"))
    assert [entry["document"] for entry in reprints(till)] == ["gift", "gift"]


# --- finding ----------------------------------------------------------------------------------------------------------


def test_receipts_are_found_by_number_amount_and_time(open_till: OpenTill) -> None:
    till = open_till()
    cable = till.ring_up("11")
    till.clock.at = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    speaker = till.ring_up("12")
    numbers = [sale.header.receipt_number for sale in (speaker, cable)]
    find = till.desk.find
    assert [one.receipt_number for one in find()] == numbers
    assert [one.receipt_number for one in find("000001")] == [numbers[1]]
    assert [one.receipt_number for one in find("286.86")] == [numbers[0]]
    assert [one.receipt_number for one in find("0,54")] == [numbers[1]]
    for words in ("9:05", "09:0", "9:"):
        assert [one.receipt_number for one in find(words)] == [numbers[0]], words
    for words in ("2:26", "14:2"):
        assert [one.receipt_number for one in find(words)] == [numbers[1]], words
    assert find("nothing like it") == []
    assert find("' OR 1=1 --") == []
    kept = find("286.86")[0]
    assert (kept.kind, kept.total_minor, kept.first_item, kept.items, kept.has_member) == (
        "sale",
        28_686,
        "Speaker",
        1,
        False,
    )


# --- the customer's choice --------------------------------------------------------------------------------------------

ASKED = ReceiptTemplate(ask=True)


def test_while_the_customer_is_asked_the_drawer_opens_and_no_paper_comes(open_till: OpenTill) -> None:
    till = open_till(ASKED)
    sale = till.ring_up("10")
    assert till.receipt_of(sale).state is PrintState.HELD
    (drawer,) = till.jobs()
    assert (drawer.open_drawer, drawer.document.blocks) == (True, ())
    assert not till.receipt_of(sale).open_drawer


@pytest.mark.parametrize(
    ("choice", "state", "mails"),
    [
        (ReceiptChoice.PRINT, PrintState.QUEUED, 0),
        (ReceiptChoice.EMAIL, PrintState.CANCELLED, 1),
        (ReceiptChoice.BOTH, PrintState.QUEUED, 1),
        (ReceiptChoice.NONE, PrintState.CANCELLED, 0),
    ],
)
def test_the_customer_gets_what_was_chosen(
    open_till: OpenTill, choice: ReceiptChoice, state: PrintState, mails: int
) -> None:
    till = open_till(ASKED)
    sale = till.ring_up("10")
    shown = till.desk.choose(sale.header.receipt_number, choice, "Casey@Example.com")
    assert till.receipt_of(sale).state is state
    assert [one.shown for one in till.desk.emails()] == ["c••••@example.com"] * mails
    assert shown == ("c••••@example.com" if mails else "")
    assert till.queued > 0


def test_an_address_that_is_none_leaves_the_choice_open(open_till: OpenTill) -> None:
    till = open_till(ASKED)
    sale = till.ring_up("10")
    with pytest.raises(CashierError) as refused:
        till.desk.choose(sale.header.receipt_number, ReceiptChoice.EMAIL, "casey at example")
    assert refused.value.code == "not_an_email"
    assert till.receipt_of(sale).state is PrintState.HELD
    assert till.desk.emails() == []


@pytest.mark.parametrize(
    ("unanswered", "state"), [(ReceiptChoice.PRINT, PrintState.QUEUED), (ReceiptChoice.NONE, PrintState.CANCELLED)]
)
def test_who_does_not_answer_gets_what_the_store_decided_also_after_a_power_cut(
    open_till: OpenTill, unanswered: ReceiptChoice, state: PrintState
) -> None:
    template = ReceiptTemplate(ask=True, unanswered=unanswered)
    till = open_till(template)
    sale = till.ring_up("10")
    till = open_till(template)
    assert till.receipt_of(sale).state is PrintState.HELD
    till.desk.settle_held()
    assert till.receipt_of(sale).state is state


def test_a_small_sale_prints_nothing_until_somebody_asks(open_till: OpenTill) -> None:
    till = open_till(ReceiptTemplate(none_below_minor=500))
    small, large = till.ring_up("11"), till.ring_up("12")
    assert till.receipt_of(small).state is PrintState.CANCELLED
    assert till.receipt_of(large).state is PrintState.QUEUED
    printed(till)
    assert till.desk.reprint(small.header.receipt_number) == 0
    (job,) = till.jobs()
    assert not job.document.copy, "it is no copy: it was never printed"
    printed(till)
    assert till.desk.reprint(small.header.receipt_number) == 1


# --- e-mail -----------------------------------------------------------------------------------------------------------


def test_an_address_is_kept_until_the_mail_is_gone_and_shown_to_nobody(open_till: OpenTill) -> None:
    till = open_till()
    sale = till.ring_up("10")
    till.desk.email(sale.header.receipt_number, "casey@example.com")
    till = open_till()
    (listed,) = till.desk.emails()
    assert (listed.address, listed.shown, listed.state) == ("", "c••••@example.com", MailState.QUEUED)
    due = till.data.mail_queue.next_due(till.clock.now())
    assert due is not None
    assert due.address == "casey@example.com"
    assert due.document.title == f"Your receipt {sale.header.receipt_number} from Demo Store"
    till.data.mail_queue.sent(due.email_id)
    assert till.data.mail_queue.next_due(till.clock.now()) is None
    rows = till.data.database.all("SELECT address, document FROM receipt_email")
    assert rows == [("", "")]
    assert b"casey@example.com" not in b"".join(p for (p,) in till.data.database.all("SELECT payload FROM journal"))


def test_a_members_receipt_goes_to_the_member_without_an_address_on_the_till(open_till: OpenTill) -> None:
    till = open_till()
    number = till.ring_up("10", account=MEMBER).header.receipt_number
    till.desk.email(number)
    due = till.data.mail_queue.next_due(till.clock.now())
    assert due is not None
    assert (due.member_id, due.address, due.shown) == ("m-1", "", "the member's address")
    with pytest.raises(CashierError, match="no member"):
        till.desk.email(till.ring_up("11").header.receipt_number)


# --- checking ---------------------------------------------------------------------------------------------------------


def test_a_receipt_is_checked_against_this_tills_own_journal(open_till: OpenTill) -> None:
    till = open_till()
    sale = till.ring_up("10", "12")
    document = till.receipt_of(sale).document
    number = sale.header.receipt_number
    for code in (qr_of(document), f"{number} {check_code_of(document)}"):
        found = till.checks.check(code)
        assert (found.verdict, found.receipt_number, found.total_minor, found.by) == (
            Verdict.GENUINE,
            number,
            sale.total_minor,
            "this till",
        )


def test_an_altered_receipt_is_found_out(open_till: OpenTill) -> None:
    till = open_till()
    cheap, dear = till.ring_up("11"), till.ring_up("13")
    qr = qr_of(till.receipt_of(cheap).document)
    cheap_number, dear_number = cheap.header.receipt_number, dear.header.receipt_number
    code = check_code_of(till.receipt_of(cheap).document)
    altered = [
        qr.replace(f".{cheap.total_minor}.", ".108783."),
        qr.replace(cheap_number, dear_number),
        f"{dear_number} {code}",
        f"{cheap_number} {code[:-1]}{'0' if code[-1] != '0' else '1'}",
    ]
    for text in altered:
        assert till.checks.check(text).verdict is Verdict.ALTERED, text
    assert till.checks.check(f"001-01-009999 {code}").verdict is Verdict.UNKNOWN
    with pytest.raises(CashierError, match="no receipt code"):
        till.checks.check("5012345678900")
