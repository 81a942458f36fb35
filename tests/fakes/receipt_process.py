"""A till in a process of its own, killed while a receipt is on its way: receipt_process.py FOLDER WHERE PORT."""

import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fakes.receipt_till import ReceiptTill

from pos_app.domain.receipt_template import ReceiptChoice, ReceiptTemplate
from pos_app.mailer import MailWorker, SmtpMailer, SmtpSettings


def die(*_: object, **__: object) -> None:
    """The power is gone."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, where: str, port: int) -> None:
    """Sell, and die at the named point."""
    till = ReceiptTill(folder, receipt=ReceiptTemplate(ask=True))
    number = till.ring_up("10", "12").header.receipt_number
    if where == "before the choice":
        die()
    if where == "between e-mail and paper":
        till.data.print_queue.set_state = die  # type: ignore[method-assign]
    till.desk.choose(number, ReceiptChoice.EMAIL, "casey@example.com")
    if where == "after the choice":
        die()
    if where == "while the mail server has it":
        till.data.mail_queue.sent = die  # type: ignore[method-assign]
    mailer = SmtpMailer(SmtpSettings("127.0.0.1", port, "receipts@example.com", security="none"))
    MailWorker(till.data.mail_queue, till.clock, mailer.send, die).send_due()
    till.desk.reprint(number)
    till.desk.reprint(number)
    die()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
