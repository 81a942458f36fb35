"""A till that is killed (kill -9) between a sale and its receipt: no receipt is lost, and nothing counts twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.mail_server import MailServer
from fakes.mail_server import mail_server as mail_server
from fakes.receipt_till import ReceiptTill

from pos_app.domain.receipt_template import ReceiptTemplate
from pos_app.mailer import MailWorker, SmtpMailer, SmtpSettings
from pos_app.ports import MailState, PrintState
from pos_app.storage.journal_audit import audit

PROGRAM = Path(__file__).parent.parent / "fakes" / "receipt_process.py"
NUMBER = "001-01-000001"


def killed(folder: Path, where: str, port: int) -> ReceiptTill:
    """The till as it comes up again."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), where, str(port)], capture_output=True, timeout=90
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    return ReceiptTill(folder, receipt=ReceiptTemplate(ask=True))


def send(till: ReceiptTill, port: int) -> None:
    smtp = SmtpMailer(SmtpSettings("127.0.0.1", port, "receipts@example.com", security="none"))
    MailWorker(till.data.mail_queue, till.clock, smtp.send, smtp.send).send_due()


@pytest.mark.parametrize(
    ("where", "paper", "mails"),
    [
        ("before the choice", PrintState.QUEUED, 0),
        ("between e-mail and paper", PrintState.QUEUED, 1),
        ("after the choice", PrintState.CANCELLED, 1),
        ("while the mail server has it", PrintState.CANCELLED, 2),
    ],
)
def test_the_customer_gets_the_receipt(
    tmp_path: Path, mail_server: MailServer, where: str, paper: PrintState, mails: int
) -> None:
    till = killed(tmp_path / "till", where, mail_server.port)
    till.desk.settle_held()
    send(till, mail_server.port)
    entry = till.data.storage.sale(NUMBER)
    assert entry is not None
    job = till.data.print_queue.of_transaction(entry.event_id)
    assert job is not None
    assert job.state is paper
    assert [one.state for one in till.desk.emails()] == [MailState.SENT] * min(mails, 1)
    assert len(mail_server.messages) == mails
    ids = {line for message in mail_server.messages for line in message.splitlines() if "Message-ID" in line}
    assert len(ids) == min(mails, 1), "one that was sent twice is the same message to every mail program"
    assert audit(till.data.database).faults == []
    till.close()


def test_copies_go_on_counting(tmp_path: Path, mail_server: MailServer) -> None:
    till = killed(tmp_path / "till", "at the end", mail_server.port)
    for job in till.jobs():
        till.data.print_queue.set_state(job.job_id, PrintState.PRINTED)
    counted = till.data.receipts.copies(NUMBER)
    assert till.desk.reprint(NUMBER) == counted + 1
    assert audit(till.data.database).faults == []
    till.close()
