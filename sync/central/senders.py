"""Ways to send a one-time code to a member. One is chosen by the settings; without one, codes are not offered."""

import logging
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Protocol, runtime_checkable

from sync.central.settings import CentralSettings

TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


class SendError(Exception):
    """The code did not go out; the text says why, without the address or the code."""


class CodeSender(Protocol):
    """Sends one code to one address. Raises SendError."""

    def send(self, email: str, code: str) -> None:
        """Send the code; returns when the next hop has taken it."""


@runtime_checkable
class ReceiptSender(Protocol):
    """Sends a receipt to one address. Raises SendError."""

    def send_receipt(self, email: str, compose: Callable[[str], EmailMessage]) -> None:
        """Send what compose makes for a sender's address; returns when the next hop has taken it."""


class ConsoleSender:
    """Writes to the service's own terminal: for trying things out, never for a real programme."""

    def send(self, email: str, code: str) -> None:
        """Print the code; the address stays out of it."""
        print(f"*** ONE-TIME CODE (console sender, for tests only): {code} ***", flush=True)  # noqa: T201 - its purpose

    def send_receipt(self, email: str, compose: Callable[[str], EmailMessage]) -> None:
        """Say that a receipt would have gone out."""
        subject = compose("demo@example.com")["Subject"]
        print(f"*** RECEIPT (console sender, for tests only): {subject} ***", flush=True)  # noqa: T201 - its purpose


class SmtpSender:
    """Sends codes by e-mail. security is starttls, tls or none; none is for a relay on the same machine."""

    def __init__(
        self, host: str, port: int, sender: str, user: str = "", password: str = "", security: str = "starttls"
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._user = user
        self._password = password
        self._security = security

    def send(self, email: str, code: str) -> None:
        """One message, in one connection. Raises SendError."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, email
        message["Subject"] = f"{code} is your code"
        message.set_content(
            f"{code}\n\n"
            "Tell this code to the store associate to use your points.\n"
            "It is good for ten minutes, once.\n\n"
            "If you are not at a store now, somebody tried to use your points:\n"
            "they cannot do it without this code.\n"
        )
        self._deliver(message, "a one-time code")

    def send_receipt(self, email: str, compose: Callable[[str], EmailMessage]) -> None:
        """One message, in one connection. Raises SendError."""
        self._deliver(compose(self._sender), "a receipt")

    def _deliver(self, message: EmailMessage, what: str) -> None:
        try:
            with self._connect() as connection:
                if self._user:
                    connection.login(self._user, self._password)
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            _log.error("%s could not be sent: %s", what, type(error).__name__)
            raise SendError(f"the mail server did not take it ({type(error).__name__})") from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._security == "tls":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        connection = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        if self._security == "starttls":
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection


def sender_of(settings: CentralSettings) -> CodeSender | None:
    """The sender that the settings name; None when codes are not sent."""
    if settings.codes == "console":
        return ConsoleSender()
    if settings.codes != "smtp":
        return None
    return SmtpSender(
        settings.smtp_host,
        settings.smtp_port or (465 if settings.smtp_security == "tls" else 587),
        settings.smtp_from,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_security,
    )
