"""Receipts over the wire: checked by tills and by customers, online and offline, and sent to members once."""

import base64
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from fakes.memory_shop import OPERATOR, PlainFormatter
from fakes.real_central import RealCentral
from fakes.receipt_till import ReceiptTill, check_code_of, qr_of, words_of

from pos_app.domain.operator import Operator, Role
from pos_app.domain.receipt_code import PaperKind, Verdict, read_code
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnRequest
from pos_app.errors import OfflineError, RefusedError
from pos_app.mailer import MailWorker
from pos_app.ports import MailState
from pos_app.services.approvals import Approvals
from pos_app.services.returning import CompletedReturn, Returning
from sync.central.receipts import Receipts
from sync.central.senders import SendError
from sync.terminal.receipts import CentralReceipts

MEMBER = "casey@example.com"
ExpectLog = Callable[[str], None]


class Outgoing:
    """A sender that keeps what it was given, or fails as it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, EmailMessage]] = []
        self.failure: SendError | None = None

    def send(self, email: str, code: str) -> None:
        raise AssertionError("no code was to be sent")

    def send_receipt(self, email: str, compose: Callable[[str], EmailMessage]) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((email, compose("rewards@example.com")))


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def outgoing(central: RealCentral) -> Outgoing:
    sender = Outgoing()
    service = central.service
    service.receipts = Receipts(service._database, service._vault, service.clock, sender)
    return sender


@pytest.fixture
def tills(tmp_path: Path, central: RealCentral) -> Iterator[tuple[ReceiptTill, ReceiptTill]]:
    made = []
    for workstation_id in ("01", "02"):
        till = ReceiptTill(tmp_path / workstation_id, workstation_id)
        till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        till.connect()
        made.append(till)
    yield made[0], made[1]
    for till in made:
        till.close()


def returning_at(till: ReceiptTill, operator: Operator = OPERATOR) -> Returning:
    """The return desk of a till, whose papers are signed."""
    return Returning(
        storage=till.data.storage,
        catalogue=till.selling._catalogue,
        terms=till.data.terms,
        clock=till.clock,
        ids=till.ids,
        formatter=PlainFormatter(),
        profile=till.profile,
        operator=operator,
        approvals=Approvals(operator),
        signer=till.signer,
    )


def bring_back(till: ReceiptTill, sale: RetailTransaction) -> CompletedReturn:
    """One piece of the first line comes back where it was sold."""
    returning = returning_at(till)
    found = returning.find_here(sale.header.receipt_number)
    assert found is not None
    return returning.take_back(found, [ReturnRequest(1, 1000)], "Changed mind")


def page(central: RealCentral, code: str = "") -> str:
    query = f"?{urllib.parse.urlencode({'c': code})}" if code else ""
    with urllib.request.urlopen(f"{central.url}/receipt{query}", timeout=20) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        return answer.read().decode()


def test_a_receipt_of_another_till_is_checked_through_the_service(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    sold_at, asked_at = tills
    sale = sold_at.ring_up("10", "12")
    document = sold_at.receipt_of(sale).document
    number = sale.header.receipt_number
    codes = (qr_of(document), f"{number} {check_code_of(document)}")

    # Its sale has not been uploaded: the signature speaks, the short code alone cannot.
    assert [asked_at.checks.check(code).verdict for code in codes] == [Verdict.SIGNED, Verdict.UNKNOWN]
    sold_at.drain()
    for code in codes:
        found = asked_at.checks.check(code)
        assert (found.verdict, found.total_minor, found.by) == (
            Verdict.GENUINE,
            sale.total_minor,
            "the rewards service",
        )
    altered = codes[0].replace(f".{sale.total_minor}.", ".1.")
    assert asked_at.checks.check(altered).verdict is Verdict.ALTERED


def test_a_receipt_whose_goods_came_back_says_so_everywhere(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    sold_at, asked_at = tills
    sale = sold_at.ring_up("10", "12")
    code = qr_of(sold_at.receipt_of(sale).document)
    sold_at.drain()
    bring_back(sold_at, sale)
    assert sold_at.checks.check(code).verdict is Verdict.RETURNED
    assert asked_at.checks.check(code).verdict is Verdict.GENUINE, "the service has not heard of it yet"
    sold_at.drain()
    assert asked_at.checks.check(code).verdict is Verdict.RETURNED
    assert "goods came back" in page(central, code)


def test_offline_a_till_answers_for_its_own_receipts_alone(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    sold_at, asked_at = tills
    sale = sold_at.ring_up("10")
    code = qr_of(sold_at.receipt_of(sale).document)
    sold_at.drain()
    central.server.stop()
    assert sold_at.checks.check(code).verdict is Verdict.GENUINE
    assert asked_at.checks.check(code).verdict is Verdict.UNKNOWN


def test_a_signature_that_is_not_the_tills_proves_nothing(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    sold_at, other = tills
    sale = sold_at.ring_up("10")
    text = qr_of(sold_at.receipt_of(sale).document)
    unsigned = text.rpartition(".")[0]
    forged = unsigned + "." + "A" * 86
    by_another = other.signer.sign(read_code(text).signed_message)
    copied = unsigned + "." + base64.urlsafe_b64encode(by_another).decode().rstrip("=")
    for code in (unsigned, forged, copied):
        assert central.service.receipts.check(code).verdict == "unknown"
    assert central.service.receipts.check(text).verdict == "signed"


def test_customers_check_their_receipts_on_a_page(central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]) -> None:
    till = tills[0]
    sale = till.ring_up("10")
    document = till.receipt_of(sale).document
    till.drain()
    number = sale.header.receipt_number
    assert "Genuine" in page(central, qr_of(document))
    genuine = page(central, f"{number} {check_code_of(document)}")
    assert all(words in genuine for words in ("Genuine", number, "54.11 USD"))
    altered = page(central, f"{number} AAAA-AAAA-AAAA")
    assert "Not as printed" in altered
    assert "54.11" not in altered, "whoever guesses a number learns nothing of the sale"
    assert "Unknown" in page(central, "001-01-999999 AAAA-AAAA-AAAA")
    assert "no receipt code" in page(central, "<script>alert(1)</script>")
    assert "<script" not in page(central, "<script>alert(1)</script>")
    assert "Check a receipt" in page(central)


def test_codes_cannot_be_guessed_by_asking_often(central: RealCentral) -> None:
    def ask_often() -> None:
        for number in range(60):
            page(central, f"001-01-{number:06d} AAAA-AAAA-AAAA")

    with pytest.raises(urllib.error.HTTPError) as refused:
        ask_often()
    assert refused.value.code == 429
    refused.value.close()


def test_a_members_receipt_is_sent_to_the_address_that_only_the_service_knows(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill], outgoing: Outgoing
) -> None:
    till = tills[0]
    central.member(MEMBER)
    account = till.gateway.find_member(MEMBER)
    number = till.ring_up("10", account=account).header.receipt_number
    till.desk.email(number)
    assert till.receipts is not None
    email = till.data.mail_queue.next_due(till.clock.now())
    assert email is not None
    till.receipts.send_receipt(email)
    till.receipts.send_receipt(email)
    ((address, message),) = outgoing.sent
    assert address == MEMBER
    assert message["Subject"] == f"Your receipt {number} from Demo Store"
    assert "Wireless microphone" in message.get_body(("plain",)).get_content()


def test_while_the_services_mail_is_down_the_till_keeps_the_receipt(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill], outgoing: Outgoing
) -> None:
    till = tills[0]
    central.member(MEMBER)
    till.desk.email(till.ring_up("10", account=till.gateway.find_member(MEMBER)).header.receipt_number)
    outgoing.failure = SendError("the mail server did not take it")
    assert till.receipts is not None
    mail = MailWorker(till.data.mail_queue, till.clock, None, till.receipts.send_receipt)
    mail.send_due()
    assert [one.state for one in till.desk.emails()] == [MailState.QUEUED]


def test_without_mail_or_member_the_service_says_no(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    till = tills[0]
    central.member(MEMBER)
    till.desk.email(till.ring_up("10", account=till.gateway.find_member(MEMBER)).header.receipt_number)
    email = till.data.mail_queue.next_due(till.clock.now())
    assert email is not None
    assert till.receipts is not None
    with pytest.raises(RefusedError, match="sends no e-mail"):
        till.receipts.send_receipt(email)


def test_a_till_that_knows_it_is_offline_does_not_ask(tills: tuple[ReceiptTill, ReceiptTill]) -> None:
    asked = CentralReceipts(tills[0].client, lambda: False)
    with pytest.raises(OfflineError):
        asked.check_receipt("001-01-000001 AAAA-AAAA-AAAA")


def test_a_till_learns_which_points_expire_next(central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]) -> None:
    member_id = central.member(MEMBER)
    today = central.service.clock.now().date()
    for days, points in ((400, 70), (40, 25), (40, 5)):
        last_day = today + timedelta(days=days)
        central.service.grant_points(f"g-{days}-{points}", member_id, points, earned_on=today, expires_on=last_day)
    account = tills[0].gateway.find_member(MEMBER)
    assert account is not None
    assert (account.next_expiry_points, account.next_expiry_on) == (30, (today + timedelta(days=40)).isoformat())
    document = tills[0].receipt_of(tills[0].ring_up("10", account=account)).document
    assert f"30 points expire on {account.next_expiry_on}" in words_of(document)


def test_the_paper_of_a_return_is_checked_like_a_receipt_at_the_till_and_at_the_service(
    central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]
) -> None:
    here, elsewhere = tills
    sale = here.ring_up("10", "12")
    here.drain()
    returned = bring_back(here, sale)
    document = returned.document
    codes = (qr_of(document), f"{returned.transaction.header.receipt_number} {check_code_of(document)}")
    for code in codes:
        found = here.checks.check(code)
        assert (found.verdict, found.kind, found.total_minor) == (
            Verdict.GENUINE,
            PaperKind.RETURN,
            returned.transaction.total_minor,
        )
    assert elsewhere.checks.check(codes[0]).verdict is Verdict.SIGNED, "the return has not been uploaded"
    here.drain()
    found = elsewhere.checks.check(codes[1])
    assert (found.verdict, found.kind, found.by) == (Verdict.GENUINE, PaperKind.RETURN, "the rewards service")
    altered = codes[0].replace(f".{returned.transaction.total_minor}.", ".1.")
    assert elsewhere.checks.check(altered).verdict is Verdict.ALTERED
    assert "Goods came back" in page(central, codes[0])


def test_the_paper_of_a_void_says_what_it_is(central: RealCentral, tills: tuple[ReceiptTill, ReceiptTill]) -> None:
    here, elsewhere = tills
    sale = here.ring_up("10")
    here.drain()
    returning = returning_at(here, Operator("manager-1", "Manager", Role.MANAGER))
    voided = returning.post_void(returning.find_here(sale.header.receipt_number), "Rung up by mistake")
    here.drain()
    for till in (here, elsewhere):
        found = till.checks.check(qr_of(voided.document))
        assert (found.verdict, found.kind) == (Verdict.GENUINE, PaperKind.VOID)
        assert found.kind.facts_words == ("Sale voided", "Given back")
