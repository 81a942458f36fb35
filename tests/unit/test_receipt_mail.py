"""Receipts on their way by e-mail: real SMTP, refusals for good, trouble for now, and no address where none may be."""

import email
import email.policy
import logging
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.mail_server import MailServer
from fakes.mail_server import mail_server as mail_server
from fakes.receipt_till import ReceiptTill

from pos_app.clock import SetClock
from pos_app.domain.member import MemberAccount
from pos_app.domain.receipt_document import Cut, Logo, Pair, QrCode, ReceiptDocument, Text
from pos_app.domain.receipt_mail import html_part, receipt_email, text_part
from pos_app.errors import OfflineError, RefusedError, WorldError
from pos_app.mailer import LAST_ATTEMPT, MailRefusedError, MailWorker, SmtpMailer, SmtpSettings
from pos_app.ports import MailState, ReceiptEmail

ADDRESS = "casey@example.com"
MEMBER = MemberAccount("m-1", "", "c••••@example.com", 1_240, 1_240, 0, "2026-11-22T14:00:00+00:00")
ExpectLog = Callable[[str], None]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[ReceiptTill]:
    made = ReceiptTill(tmp_path / "till", clock=SetClock(datetime(2026, 11, 22, 14, 26, tzinfo=UTC)))
    yield made
    made.close()


def mailer(port: int) -> SmtpMailer:
    return SmtpMailer(SmtpSettings("127.0.0.1", port, "receipts@example.com", security="none"))


def worker(till: ReceiptTill, direct: Callable[[ReceiptEmail], None] | None, member=None) -> MailWorker:
    def nobody(_: ReceiptEmail) -> None:
        raise AssertionError("no member's receipt was to be sent")

    return MailWorker(till.data.mail_queue, till.clock, direct, member or nobody)


def queue(till: ReceiptTill, address: str = ADDRESS) -> str:
    number = till.ring_up("10", "12").header.receipt_number
    till.desk.email(number, address)
    return number


def test_a_receipt_arrives_as_text_and_as_html(till: ReceiptTill, mail_server: MailServer) -> None:
    number = queue(till)
    assert worker(till, mailer(mail_server.port).send).send_due() == 1
    message = email.message_from_string(mail_server.messages[0], policy=email.policy.default)
    assert message["To"] == ADDRESS
    assert message["Subject"] == f"Your receipt {number} from Demo Store"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for part in (text, html):
        assert all(words in part for words in ("Wireless microphone", "Speaker", "TOTAL", "$340.98", number, "Check "))
    assert [one.state for one in till.desk.emails()] == [MailState.SENT]
    assert till.data.mail_queue.seconds_to_next(till.clock.now()) is None


def test_an_address_that_is_refused_is_a_row_with_its_reason(
    till: ReceiptTill, mail_server: MailServer, expect_log: ExpectLog, caplog: pytest.LogCaptureFixture
) -> None:
    expect_log("was refused as an e-mail")
    mail_server.refuses = True
    queue(till)
    with caplog.at_level(logging.DEBUG):
        worker(till, mailer(mail_server.port).send).send_due()
    (row,) = till.desk.emails()
    assert (row.state, row.reason) == (MailState.REFUSED, "The mail server refuses this address (550).")
    assert ADDRESS not in caplog.text
    assert till.data.database.all("SELECT address FROM receipt_email") == [("",)]


def test_a_mail_server_that_is_away_is_asked_again_later_each_time(till: ReceiptTill, mail_server: MailServer) -> None:
    queue(till)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = worker(till, mailer(unused.getsockname()[1]).send)
        waits = []
        for _ in range(4):
            away.send_due()
            wait_s = till.data.mail_queue.seconds_to_next(till.clock.now())
            assert wait_s is not None
            waits.append(round(wait_s))
            assert away.send_due() == 0, "not before its time"
            till.clock.at += timedelta(seconds=wait_s)
    assert waits == [30, 60, 120, 240]
    (row,) = till.desk.emails()
    assert (row.state, row.reason) == (MailState.QUEUED, "The mail server cannot be reached (ConnectionRefusedError).")
    worker(till, mailer(mail_server.port).send).send_due()
    assert len(mail_server.messages) == 1


def test_what_was_queued_before_a_power_cut_is_sent_after_it(tmp_path: Path, mail_server: MailServer) -> None:
    first = ReceiptTill(tmp_path / "till")
    queue(first)
    first.close()
    second = ReceiptTill(tmp_path / "till")
    worker(second, mailer(mail_server.port).send).send_due()
    assert [ADDRESS in message for message in mail_server.messages] == [True]
    second.close()


def test_the_thread_sends_as_soon_as_something_is_queued(till: ReceiptTill, mail_server: MailServer) -> None:
    import threading

    sent = threading.Event()
    thread = worker(till, mailer(mail_server.port).send)
    thread.on_change = sent.set
    till.desk.on_queued = thread.nudge
    thread.start()
    queue(till)
    assert sent.wait(20)
    thread.stop()
    assert [one.state for one in till.desk.emails()] == [MailState.SENT]


def test_a_members_receipt_goes_through_the_service_and_waits_while_it_is_away(till: ReceiptTill) -> None:
    number = till.ring_up("10", account=MEMBER).header.receipt_number
    till.desk.email(number)
    asked: list[ReceiptEmail] = []

    def away(_: ReceiptEmail) -> None:
        raise OfflineError("The central service cannot be reached.")

    for _ in range(LAST_ATTEMPT + 5):
        assert worker(till, None, away).send_due() == 1
        till.clock.at += timedelta(days=1)
    assert [one.state for one in till.desk.emails()] == [MailState.QUEUED], "being offline is no reason to give up"
    worker(till, None, asked.append).send_due()
    assert [(one.member_id, one.receipt_number) for one in asked] == [("m-1", number)]
    assert [one.state for one in till.desk.emails()] == [MailState.SENT]


def test_what_the_service_refuses_is_not_asked_again(till: ReceiptTill, expect_log: ExpectLog) -> None:
    expect_log("was refused as an e-mail")
    till.desk.email(till.ring_up("10", account=MEMBER).header.receipt_number)

    def gone(_: ReceiptEmail) -> None:
        raise RefusedError("unknown_member", "There is no such member.")

    worker(till, None, gone).send_due()
    (row,) = till.desk.emails()
    assert (row.state, row.reason) == (MailState.REFUSED, "There is no such member.")


def test_after_three_days_an_address_is_given_up(till: ReceiptTill) -> None:
    queue(till)

    def full(_: ReceiptEmail) -> None:
        raise WorldError("The mail server does not take this e-mail (452).")

    begun, tried = till.clock.at, 0
    while till.data.mail_queue.seconds_to_next(till.clock.now()) is not None:
        tried += worker(till, full).send_due()
        till.clock.at += timedelta(seconds=till.data.mail_queue.seconds_to_next(till.clock.now()) or 0)
    assert tried == LAST_ATTEMPT
    assert timedelta(days=2) < till.clock.at - begun < timedelta(days=4)
    assert till.desk.emails()[0].state is MailState.REFUSED


def test_a_till_without_a_mail_server_says_so(till: ReceiptTill) -> None:
    queue(till)
    worker(till, None).send_due()
    assert till.desk.emails()[0].reason == "No mail server is set up for this till."


def test_a_refusal_for_now_and_one_for_good_are_told_apart() -> None:
    with pytest.raises(MailRefusedError):
        SmtpMailer._fail(552, "does not take this e-mail")
    with pytest.raises(WorldError) as later:
        SmtpMailer._fail(452, "does not take this e-mail")
    assert not isinstance(later.value, MailRefusedError)


def test_names_are_never_markup_nor_headers() -> None:
    evil = "<script>x</script>\r\nBcc: all@example.com"
    document = ReceiptDocument(
        f"Receipt {evil}", (Logo(evil), Text(evil), Pair(evil, "1.00"), QrCode('https://x/?"><img>'), Cut())
    )
    html = html_part(document)
    assert "<script" not in html
    assert "<img>" not in html
    message = receipt_email(document, "receipts@example.com", ADDRESS)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert [line for line in text_part(document).splitlines() if line.startswith("Bcc")] == []
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        receipt_email(document, "receipts@example.com", "a@example.com\r\nBcc: b@example.com")


def test_the_file_on_disk_shows_no_address(till: ReceiptTill, tmp_path: Path) -> None:
    queue(till)
    files = [path for path in (tmp_path / "till").iterdir() if path.is_file()]
    assert not any(ADDRESS.encode() in path.read_bytes() for path in files)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(till.data.database.path).execute("SELECT * FROM receipt_email")


def test_what_ended_long_ago_leaves_the_list(till: ReceiptTill, mail_server: MailServer) -> None:
    sender = worker(till, mailer(mail_server.port).send)
    queue(till)
    sender.send_due()
    till.clock.at += timedelta(days=89)
    queue(till)
    assert len(till.desk.emails()) == 2
    till.clock.at += timedelta(days=3)
    queue(till)
    assert [one.state for one in till.desk.emails()] == [MailState.QUEUED, MailState.QUEUED]
