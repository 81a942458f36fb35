"""The driver for a terminal on the store's network: what goes over the line, and every way it can go wrong."""

import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import adyen_terminal as adyen
from fakes.adyen_terminal import AdyenTerminalStub, Authority
from fakes.card_rigs import adyen_driver

from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
from hardware.payment_terminal.nexo_cipher import NexoKey
from hardware.payment_terminal.nexo_line import NexoLine
from hardware.payment_terminal.payment_log import PaymentLog
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, DeviceState, DeviceStatus, PaymentPhase

ASKED = "The terminal is asked what became of the payment"


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[AdyenTerminalStub]:
    made = AdyenTerminalStub(Authority(tmp_path / "authority"))
    yield made
    made.stop()


@pytest.fixture
def terminal(stub: AdyenTerminalStub, tmp_path: Path) -> Iterator[AdyenLocalTerminal]:
    made = adyen_driver(tmp_path, stub.address)
    yield made
    made.stop()


# --- what goes over the line ----------------------------------------------------------------------------------------


def test_a_payment_is_asked_for_as_the_protocol_wants(terminal: AdyenLocalTerminal, stub: AdyenTerminalStub) -> None:
    terminal.authorise("0198-card-1", 11_495, "USD")
    (message,) = stub.received
    header = message["MessageHeader"]
    assert (header["ProtocolVersion"], header["MessageClass"], header["MessageType"]) == ("3.0", "Service", "Request")
    assert (header["SaleID"], header["POIID"]) == (adyen.SALE_ID, adyen.POI_ID)
    request = message["PaymentRequest"]
    assert request["SaleData"]["SaleTransactionID"]["TransactionID"] == "0198-card-1"
    assert request["PaymentTransaction"]["AmountsReq"] == {"Currency": "USD", "RequestedAmount": 114.95}


def test_a_payment_keeps_its_service_id_and_two_payments_never_share_one(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    stub.fault = "busy"
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.CANCELLED
    stub.fault = "approve"
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    terminal.authorise("payment-2", 500, "USD")
    first, second, third = (m["MessageHeader"]["ServiceID"] for m in stub.requests("Payment"))
    assert first == second != third
    assert len(stub.requests("TransactionStatus")) == 2  # after the refusal, and before the second attempt
    assert stub.charged_minor == 1_000


@pytest.mark.parametrize("refusal", ["busy", "reject"])
def test_a_refusal_because_the_terminal_has_the_payment_already_is_no_no(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, tmp_path: Path, refusal: str
) -> None:
    terminal.authorise("payment-1", 500, "USD")
    (tmp_path / "payments.jsonl").unlink()
    stub.fault = refusal
    forgetful = adyen_driver(tmp_path, stub.address)
    assert forgetful.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert stub.charged_minor == 500


def test_the_result_has_what_a_receipt_needs_and_a_reference_for_a_refund(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    result = terminal.authorise("payment-1", 500, "USD")
    assert (result.brand, result.last_four, result.authorisation) == ("Mastercard", "0434", "A00001")
    assert result.reference == "9Kqu001614876900001.T5RGSCW3VQ3X0001@2026-03-01T10:00:00.000Z"


@pytest.mark.parametrize(("currency", "minor", "written"), [("JPY", 1_200, 1200), ("KWD", 1_250, 1.25)])
def test_amounts_are_written_in_the_currencys_own_digits(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, currency: str, minor: int, written: float
) -> None:
    stub.fault = "decline"
    terminal.authorise("payment-1", minor, currency)
    assert stub.received[0]["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]["RequestedAmount"] == written


def test_an_amount_other_than_asked_for_is_told_as_it_is(terminal: AdyenLocalTerminal, stub: AdyenTerminalStub) -> None:
    stub.fault = "partial"
    assert terminal.authorise("payment-1", 5_000, "USD").amount_minor == 4_500
    stub.fault = "tip"
    assert terminal.authorise("payment-2", 5_000, "USD").amount_minor == 5_300


def test_a_refund_refers_to_the_payment_and_needs_no_card(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    paid = terminal.authorise("payment-1", 10_000, "USD")
    terminal.refund("refund-1", "payment-1", 2_550, "USD")
    (reversal,) = stub.requests("Reversal")
    body = reversal["ReversalRequest"]
    named = body["OriginalPOITransaction"]["POITransactionID"]
    assert f"{named['TransactionID']}@{named['TimeStamp']}" == paid.reference
    assert (body["ReversedAmount"], body["ReversalReason"]) == (25.5, "MerchantCancel")
    assert body["SaleData"]["SaleToAcquirerData"] == "currency=USD"
    assert terminal.phase is PaymentPhase.APPROVED


def test_a_whole_refund_leaves_the_amount_to_the_processor(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    terminal.authorise("payment-1", 10_000, "USD")
    refund = terminal.refund("refund-1", "payment-1", 10_000, "USD")
    assert "ReversedAmount" not in stub.requests("Reversal")[0]["ReversalRequest"]
    assert (refund.amount_minor, refund.brand, refund.last_four) == (10_000, "Mastercard", "0434")


def test_more_than_was_paid_is_refused_with_the_processors_reason(terminal: AdyenLocalTerminal) -> None:
    terminal.authorise("payment-1", 1_000, "USD")
    refused = terminal.refund("refund-1", "payment-1", 1_500, "USD")
    assert refused.outcome is CardOutcome.DECLINED
    assert "Insufficient balance on payment" in refused.message


def test_another_tills_payment_is_given_back_by_its_reference(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, tmp_path: Path
) -> None:
    paid = terminal.authorise("payment-1", 1_000, "USD")
    (tmp_path / "payments.jsonl").unlink()
    other_till = adyen_driver(tmp_path, stub.address)
    assert other_till.refund("refund-1", "payment-1", 400, "USD", paid.reference).outcome is CardOutcome.APPROVED
    assert (stub.charged_minor, len(stub.requests("Reversal"))) == (600, 1)


def test_a_payment_that_nobody_names_is_given_back_to_the_card_presented(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    result = terminal.refund("refund-1", "payment-of-another-store", 400, "USD")
    assert (result.outcome, result.last_four, stub.charged_minor) == (CardOutcome.APPROVED, "0434", -400)
    assert stub.received[0]["PaymentRequest"]["PaymentData"] == {"PaymentType": "Refund"}


# --- every way it can go wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        ("decline", CardOutcome.DECLINED, "(210 Not enough balance)"),
        ("timeout", CardOutcome.CANCELLED, "presented no card in time"),
        ("host_down", CardOutcome.DECLINED, "cannot reach the card network"),
        ("busy", CardOutcome.CANCELLED, "busy with another payment"),
        ("reject", CardOutcome.CANCELLED, "refuses this till's messages"),
    ],
)
def test_a_no_of_the_terminal_is_told_in_words(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, fault: str, outcome: CardOutcome, words: str
) -> None:
    stub.fault = fault
    stub.status_fault = "reject" if fault == "reject" else ""
    result = terminal.authorise("payment-1", 500, "USD")
    assert result.outcome is outcome
    assert words in result.message
    assert result.message.endswith("Nothing charged.")
    assert stub.charged_minor == 0


@pytest.mark.parametrize("fault", ["lose_answer", "garbage", "wrong_service_id", "plain"])
def test_an_answer_that_cannot_be_believed_is_asked_for_again_at_once(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, fault: str, expect_log: Callable[[str], None]
) -> None:
    expect_log(ASKED)
    stub.fault = fault
    result = terminal.authorise("payment-1", 500, "USD")
    assert (result.outcome, result.amount_minor) == (CardOutcome.APPROVED, 500)
    assert stub.charged_minor == 500
    assert terminal.statistics()["CommunicationErrorCount"] == 1


def test_a_line_cut_before_the_terminal_heard_charges_nothing_and_the_retry_does(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, expect_log: Callable[[str], None]
) -> None:
    expect_log(ASKED)
    stub.fault = "cut_before"
    result = terminal.authorise("payment-1", 500, "USD")
    assert result.outcome is CardOutcome.CANCELLED
    assert "never reached" in result.message
    stub.fault = "approve"
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert stub.charged_minor == 500


@pytest.mark.parametrize("fault", ["wrong_payment", "http_500"])
def test_the_result_of_another_payment_is_never_taken_for_this_one(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, fault: str, expect_log: Callable[[str], None]
) -> None:
    expect_log(ASKED)
    stub.fault, stub.status_fault = fault, "wrong_repeated" if fault == "wrong_payment" else fault
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    assert terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    stub.fault = stub.status_fault = ""
    expected = CardOutcome.APPROVED if fault == "wrong_payment" else CardOutcome.CANCELLED
    assert terminal.recover("payment-1").outcome is expected


def test_while_the_customer_is_at_it_after_a_cut_line_the_till_waits_for_the_truth(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log(ASKED)
    impatient = adyen_driver(tmp_path, stub.address, payment_answer_within_s=0.3, ask_again_after_s=0.01)
    stub.fault = "wait"
    assert impatient.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    assert "under way" in impatient.recover("payment-1").message
    stub.card_presented.set()
    assert stub.approved.wait(30)
    while (result := impatient.recover("payment-1")).outcome is CardOutcome.UNKNOWN:
        pass
    assert (result.outcome, stub.charged_minor) == (CardOutcome.APPROVED, 500)


def test_a_till_that_starts_again_can_stop_the_payment_that_its_forerunner_began(
    stub: AdyenTerminalStub, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log(ASKED)
    stub.fault = "wait"
    before = adyen_driver(tmp_path, stub.address, payment_answer_within_s=0.2)
    assert before.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    after = adyen_driver(tmp_path, stub.address)
    assert after.recover("payment-1").outcome is CardOutcome.UNKNOWN
    after.cancel()
    while (result := after.recover("payment-1")).outcome is CardOutcome.UNKNOWN:
        pass
    assert (result.outcome, stub.charged_minor) == (CardOutcome.CANCELLED, 0)


def test_a_terminal_that_is_off_charges_nothing_and_the_same_payment_may_be_tried_again(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub
) -> None:
    stub.deaf = True
    result = terminal.authorise("payment-1", 500, "USD")
    assert (result.outcome, terminal.status.state) == (CardOutcome.CANCELLED, DeviceState.OFFLINE)
    assert terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    stub.deaf = False
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert terminal.status.state is DeviceState.READY
    assert stub.charged_minor == 500


def test_a_cancel_before_the_terminal_heard_sends_nothing(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = terminal._line.connect

    def cancelled_meanwhile() -> object:
        terminal.cancel()
        return connect()

    monkeypatch.setattr(terminal._line, "connect", cancelled_meanwhile)
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.CANCELLED
    assert stub.received == []


def test_a_disk_that_takes_no_note_lets_no_payment_through(
    stub: AdyenTerminalStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = adyen_driver(tmp_path, stub.address)
    (tmp_path / "payments.jsonl").mkdir()
    result = terminal.authorise("payment-1", 500, "USD")
    assert result.outcome is CardOutcome.CANCELLED
    assert "could not be noted down" in result.message
    assert stub.received == []


# --- who is at the other end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_a_terminal_that_does_not_prove_who_it_is_hears_nothing(
    stub: AdyenTerminalStub, tmp_path: Path, wrong: str
) -> None:
    ca_file = Authority(tmp_path / "other").ca_file if wrong == "authority" else tmp_path / "authority" / "ca.pem"
    name = adyen.CERTIFICATE_NAME if wrong == "authority" else "another.terminal.example"
    key = NexoKey(adyen.KEY_IDENTIFIER, 1, adyen.PASSPHRASE)
    line = NexoLine(stub.address, ca_file, name, adyen.SALE_ID, adyen.POI_ID, key)
    terminal = AdyenLocalTerminal(line, PaymentLog())
    result = terminal.authorise("payment-1", 500, "USD")
    assert result.outcome is CardOutcome.CANCELLED
    assert "did not prove that it is the right one" in result.message
    assert stub.received == []


def test_a_certificate_with_its_name_in_the_subject_only_is_good_enough(tmp_path: Path) -> None:
    stub = AdyenTerminalStub(Authority(tmp_path / "authority", with_alternative_name=False))
    assert adyen_driver(tmp_path, stub.address).authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    stub.stop()


def test_a_till_with_another_key_is_refused_and_says_what_to_compare(stub: AdyenTerminalStub, tmp_path: Path) -> None:
    key = NexoKey(adyen.KEY_IDENTIFIER, 1, "not the key of this terminal")
    ca_file = tmp_path / "authority" / "ca.pem"
    line = NexoLine(stub.address, ca_file, adyen.CERTIFICATE_NAME, adyen.SALE_ID, adyen.POI_ID, key)
    terminal = AdyenLocalTerminal(line, PaymentLog())
    assert "compare the shared key" in terminal.check().reason
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.CANCELLED
    assert "not the key" not in repr(key)


@pytest.mark.parametrize("address", ["", ":8443", "terminal:", "terminal:port", "terminal:99999"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="write host:port"):
        NexoLine(address, tmp_path, "", "sale", "poi", NexoKey("k", 1, "p"))


def test_the_line_wants_tls_1_2_and_a_known_authority(tmp_path: Path) -> None:
    line = NexoLine("terminal", Authority(tmp_path).ca_file, "", "sale", "poi", NexoKey("k", 1, "p"))
    assert (line.host, line.port) == ("terminal", 8443)
    assert line._tls.verify_mode is ssl.CERT_REQUIRED
    assert line._tls.check_hostname
    assert line._tls.minimum_version is ssl.TLSVersion.TLSv1_2


# --- what is kept of a card -----------------------------------------------------------------------------------------


def test_a_terminal_that_tells_too_much_is_not_listened_to(
    stub: AdyenTerminalStub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    terminal = adyen_driver(tmp_path, stub.address)
    stub.fault = "talkative"
    result = terminal.authorise("payment-1", 500, "USD")
    assert (result.outcome, result.last_four) == (CardOutcome.APPROVED, "0434")
    kept = repr(result) + (tmp_path / "payments.jsonl").read_text() + caplog.text
    for secret in (adyen.FULL_CARD_NUMBER, "0228", "2028", "Holder", adyen.PASSPHRASE):
        assert secret not in kept


# --- its health -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ("", DeviceState.READY, ""),
        ("maintenance", DeviceState.WARNING, "in maintenance"),
        ("host_down", DeviceState.WARNING, "cannot reach the card network"),
        ("garbage", DeviceState.ERROR, "cannot be believed"),
        ("reject", DeviceState.ERROR, "compare the shared key"),
    ],
)
def test_its_health_is_asked_for_and_told(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, fault: str, state: DeviceState, words: str
) -> None:
    stub.status_fault = fault
    status = terminal.check()
    assert (status.state, words in status.reason) == (state, True)


def test_a_started_driver_looks_after_the_terminal_by_itself(stub: AdyenTerminalStub, tmp_path: Path) -> None:
    ready = threading.Event()

    def heard(status: DeviceStatus) -> None:
        if status.state is DeviceState.READY:
            ready.set()

    terminal = adyen_driver(tmp_path, stub.address, heard)
    terminal.start()
    assert ready.wait(30)
    terminal.stop()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("logged_out", "not ready yet"),
        ("reject", "compare the shared key"),
        ("garbage", "cannot be believed|be believed"),
        ("lose_answer", "."),
    ],
)
def test_a_terminal_that_does_not_tell_its_totals_says_why_and_they_are_typed_in(
    terminal: AdyenLocalTerminal, stub: AdyenTerminalStub, fault: str, words: str
) -> None:
    terminal.authorise("payment-1", 500, "USD")
    stub.status_fault = fault
    with pytest.raises(WorldError, match=words):
        terminal.batch_total("USD")
    stub.status_fault = ""
    assert terminal.batch_total("USD").net_minor == 500
