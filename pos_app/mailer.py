"""Sends receipts by e-mail, behind everything else: a thread, a queue on disk, and SMTP.

What cannot be sent now is tried again, later each time; what a mail server refuses for good stays in the list with
its reason. No address reaches a log or a reason: mail servers repeat it in theirs, so their words are not kept.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from pos_app.errors import OfflineError, RefusedError, WorldError
from pos_app.ports import Clock, MailQueue, ReceiptEmail

if TYPE_CHECKING:
    import smtplib

TIMEOUT_S = 20.0
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 6 * 3600
LAST_ATTEMPT = 20
"""About three days after the first."""

_logger = logging.getLogger(__name__)


class MailRefusedError(WorldError):
    """The mail server will never take this e-mail."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where receipts are handed over. password fetches the secret; security none is for a relay on this machine."""

    host: str
    port: int
    sender: str
    user: str = ""
    security: str = "starttls"
    password: Callable[[], str] = lambda: ""


class SmtpMailer:
    """Sends one receipt in one connection."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, email: ReceiptEmail) -> None:
        """Returns when the server has taken it. Raises MailRefusedError, or WorldError to try again later."""
        import smtplib

        from pos_app.domain.receipt_mail import receipt_email

        message = receipt_email(email.document, self._settings.sender, email.address)
        message["Message-ID"] = f"<{email.email_id}@{self._settings.sender.rpartition('@')[2].rstrip('>')}>"
        try:
            with self._connect() as connection:
                if self._settings.user:
                    connection.login(self._settings.user, self._settings.password())
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            self._fail(min(codes, default=550), "refuses this address")
        except smtplib.SMTPAuthenticationError as error:
            raise WorldError(f"The mail server does not let this till in ({error.smtp_code}).") from None
        except smtplib.SMTPResponseException as error:
            self._fail(error.smtp_code, "does not take this e-mail")
        except (OSError, smtplib.SMTPException) as error:
            raise WorldError(f"The mail server cannot be reached ({type(error).__name__}).") from None

    @staticmethod
    def _fail(code: int, words: str) -> None:
        """5xx is for good, 4xx for now (RFC 5321 4.2.1)."""
        kind = MailRefusedError if code >= 500 else WorldError
        raise kind(f"The mail server {words} ({code}).") from None

    def _connect(self) -> "smtplib.SMTP":
        import smtplib
        import ssl

        settings, context = self._settings, ssl.create_default_context()
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=context)
        connection = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)
        if settings.security == "starttls":
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection


class MailWorker:
    """Takes e-mails from the queue when they are due: typed addresses over SMTP, members' through the central service.

    send_direct is None where no mail server is set up. Both raise MailRefusedError or RefusedError for never, any
    other WorldError for later. on_change is called on the worker's thread when something became of an e-mail.
    """

    def __init__(
        self,
        queue: MailQueue,
        clock: Clock,
        send_direct: Callable[[ReceiptEmail], None] | None,
        send_to_member: Callable[[ReceiptEmail], None],
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._send_direct = send_direct
        self._send_to_member = send_to_member
        self._wake = Event()
        self._stopping = False
        self._thread: Thread | None = None
        self.on_change: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread = Thread(target=self._run, name="receipt mail", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Something was queued, or a line came back. Never blocks."""
        self._wake.set()

    def stop(self) -> None:
        """End; an e-mail that is being sent is waited for."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT_S)

    def send_due(self) -> int:
        """Send what is due now; how many were tried comes back."""
        tried = 0
        while not self._stopping and (email := self._queue.next_due(self._clock.now())) is not None:
            self._send(email)
            tried += 1
        return tried

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                if self.send_due():
                    self.on_change()
                wait_s = self._queue.seconds_to_next(self._clock.now())
            except WorldError as error:
                _logger.warning("the queue of e-mails cannot be read: %s", error)
                wait_s = float(FIRST_WAIT_S)
            self._wake.wait(wait_s)

    def _send(self, email: ReceiptEmail) -> None:
        try:
            if email.member_id:
                self._send_to_member(email)
            elif self._send_direct is None:
                raise WorldError("No mail server is set up for this till.")
            else:
                self._send_direct(email)
        except (MailRefusedError, RefusedError) as error:
            _logger.warning("receipt %s was refused as an e-mail: %s", email.receipt_number, error)
            self._queue.refused(email.email_id, str(error))
        except OfflineError as error:
            self._again(email, str(error))
        except WorldError as error:
            if email.attempts + 1 >= LAST_ATTEMPT:
                self._queue.refused(email.email_id, f"Given up after {LAST_ATTEMPT} attempts. {error}")
            else:
                self._again(email, str(error))
        else:
            self._queue.sent(email.email_id)

    def _again(self, email: ReceiptEmail, reason: str) -> None:
        wait_s = min(FIRST_WAIT_S * 2 ** min(email.attempts, 16), LONGEST_WAIT_S)
        self._queue.try_again(email.email_id, self._clock.now() + timedelta(seconds=wait_s), reason)
