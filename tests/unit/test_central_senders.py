"""One-time codes on their way: by mail over a real socket, on the console, and what is said when they cannot go."""

import logging
import socket
from collections.abc import Callable

import pytest
from fakes.mail_server import MailServer
from fakes.mail_server import mail_server as mail_server

from sync.central import senders
from sync.central.errors import StartError
from sync.central.senders import ConsoleSender, SendError, SmtpSender, sender_of
from sync.central.settings import read_settings

ExpectLog = Callable[[str], None]


def by_mail(port: int) -> SmtpSender:
    return SmtpSender("127.0.0.1", port, "rewards@example.com", security="none")


def test_a_code_goes_out_by_mail(mail_server: MailServer) -> None:
    by_mail(mail_server.port).send("jo@example.com", "123456")
    message = mail_server.messages[0]
    assert "To: jo@example.com" in message
    assert "From: rewards@example.com" in message
    assert "Subject: 123456 is your code" in message
    assert "ten minutes" in message


@pytest.mark.parametrize("listening", [True, False])
def test_a_code_that_does_not_go_out_is_said_without_address_and_code(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture, expect_log: ExpectLog, listening: bool
) -> None:
    expect_log("a one-time code could not be sent")
    mail_server.refuses = True
    port = mail_server.port
    if not listening:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
    with caplog.at_level(logging.DEBUG), pytest.raises(SendError) as failed:
        by_mail(port).send("jo@example.com", "123456")
    said = caplog.text + str(failed.value)
    assert "jo@example.com" not in said
    assert "123456" not in said


def test_a_mail_server_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("a one-time code could not be sent")
    monkeypatch.setattr(senders, "TIMEOUT_S", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(SendError):
            by_mail(silent.getsockname()[1]).send("jo@example.com", "123456")


def test_the_console_shows_the_code_and_not_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleSender().send("jo@example.com", "123456")
    said = capsys.readouterr().out
    assert "123456" in said
    assert "tests only" in said
    assert "jo@" not in said


def test_the_settings_name_the_sender() -> None:
    def sender(**values: str) -> object:
        return sender_of(read_settings(environment={f"POS_CENTRAL_{name}": value for name, value in values.items()}))

    assert sender() is None
    assert isinstance(sender(CODES="console"), ConsoleSender)
    assert isinstance(sender(CODES="smtp", SMTP_HOST="mail", SMTP_FROM="a@example.com"), SmtpSender)
    for wrong, said in (
        ({"CODES": "pigeon"}, "smtp or console"),
        ({"CODES": "smtp", "SMTP_HOST": "mail"}, "POS_CENTRAL_SMTP_FROM"),
        ({"CODES": "smtp", "SMTP_HOST": "mail", "SMTP_FROM": "a@example.com", "SMTP_PORT": "many"}, "whole number"),
        ({"CODES": "smtp", "SMTP_HOST": "mail", "SMTP_FROM": "a@example.com", "SMTP_SECURITY": "hope"}, "starttls"),
        ({"SMTP_HOST": "mail"}, "nothing would be sent"),
    ):
        with pytest.raises(StartError, match=said):
            sender(**wrong)
