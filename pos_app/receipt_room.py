"""Receipts of one counter put together: the desk, the checks, the picture of the paper and the mail."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pos_app.bootstrap import Register
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.store import StoreProfile
from pos_app.ports import Clock, ReceiptEmail
from pos_app.settings import TerminalSettings
from pos_app.storage.named_secrets import read_secret

if TYPE_CHECKING:
    from pos_app.mailer import MailWorker
    from pos_app.services.receipt_check import ReceiptChecks
    from pos_app.services.receipt_desk import ReceiptDesk
    from pos_app.services.receipt_sample import SampleKind


class ReceiptParts:
    """What the window does with receipts; each part is made when it is needed for the first time."""

    def __init__(self, register: Register, on_queued: Callable[[], None]) -> None:
        self._register = register
        self._on_queued = on_queued

    @cached_property
    def desk(self) -> "ReceiptDesk":
        """Copies, gift receipts, e-mails and the customer's choice."""
        desk = self._register.receipt_desk
        desk.on_queued = self._on_queued
        return desk

    @property
    def checks(self) -> "ReceiptChecks":
        """Is a receipt genuine."""
        return self._register.receipt_checks

    def sample(self, language: str, kind: "SampleKind") -> ReceiptDocument:
        """A made-up receipt on the store's template, in one of its languages; amounts stay the store's."""
        from pos_app.services.receipt_sample import sample_receipt

        register = self._register
        profile = replace(register.profile, receipt=replace(register.profile.receipt, language=language))
        return sample_receipt(profile, register.formatter, register.clock.now(), kind)

    def picture(self, document: ReceiptDocument) -> bytes:
        """The paper as a PNG, one pixel a dot; a tenth of a second, so not on the GUI thread."""
        from hardware.receipt_printer.picture import receipt_picture

        profile = self._register.profile
        return receipt_picture(document, profile.receipt_columns, profile.receipt.logo_file)


def sample_picture(clock: Clock, profile: StoreProfile) -> bytes:
    """A made-up receipt of a store that may not be in force yet, as a PNG; not on the GUI thread."""
    from hardware.receipt_printer.picture import receipt_picture
    from pos_app.formatting import StoreFormatter
    from pos_app.services.receipt_sample import sample_receipt

    document = sample_receipt(profile, StoreFormatter(profile), clock.now())
    return receipt_picture(document, profile.receipt_columns, profile.receipt.logo_file)


def mail_worker(register: Register, settings: TerminalSettings) -> "MailWorker":
    """The thread that sends receipts; without a mail server only those of members go out."""
    from pos_app.mailer import MailWorker, SmtpMailer, SmtpSettings

    send_direct = None
    if settings.smtp_host:
        password = partial(read_secret, settings.smtp_password) if settings.smtp_password else str
        smtp = SmtpSettings(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_sender,
            settings.smtp_user,
            settings.smtp_security,
            password,
        )
        send_direct = SmtpMailer(smtp).send

    def send_to_member(email: ReceiptEmail) -> None:
        register.receipt_gateway.send_receipt(email)

    return MailWorker(register.data.mail_queue, register.clock, send_direct, send_to_member)
