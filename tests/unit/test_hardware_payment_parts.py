"""The parts under the card terminal drivers: sealing, reading, what may be kept, the log, and the associate's entry."""

import base64
import json
import threading
from pathlib import Path

import pytest
from fakes.adyen_terminal import KEY_IDENTIFIER, PASSPHRASE, TerminalCipher
from hypothesis import given
from hypothesis import strategies as st

from hardware.payment_terminal import card_data
from hardware.payment_terminal import nexo_messages as nexo
from hardware.payment_terminal.manual import NEEDS_FOUR_DIGITS, NEEDS_REFERENCE, NO_WHOLE_NUMBERS, ManualTerminal
from hardware.payment_terminal.nexo_cipher import ForgedMessageError, NexoCipher, NexoKey
from hardware.payment_terminal.payment_log import Payment, PaymentLog
from pos_app.manual_card import ManualCardPurpose, ManualCardQuestion, SlipEntry
from pos_app.ports import CardOutcome, CardResult

CIPHER = NexoCipher(NexoKey(KEY_IDENTIFIER, 1, PASSPHRASE))
PAYMENT = Payment("payment-1", 12_345, "USD", "2026-03-01T10:00:00+00:00")


# --- sealing --------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(message: bytes) -> None:
    assert CIPHER.open(CIPHER.seal({}, message)) == message


def test_a_terminal_with_the_same_key_reads_the_till_and_the_till_reads_it() -> None:
    terminal = TerminalCipher(PASSPHRASE)
    assert terminal.open(CIPHER.seal({}, b'{"a":1}')) == {"a": 1}
    assert json.loads(CIPHER.open(terminal.seal({}, {"b": [2]}))) == {"b": [2]}


def test_a_golden_frame_opens() -> None:
    # PBKDF2-HMAC-SHA-1 (4000 rounds), AES-256-CBC and HMAC-SHA-256 computed with the openssl command line.
    golden = {
        "NexoBlob": "MJ5VVSyfAzLcdQMvQcBhVUVQcSViSIpT5YSU5eUquxqyrEufCSDZaQ5VhGabu8a+",
        "SecurityTrailer": {
            "Nonce": "AAECAwQFBgcICQoLDA0ODw==",
            "Hmac": "hmyddAyhT1alf1NV2zOeHGlKVyIwfRVO6uyI0qU0QNQ=",
        },
    }
    cipher = NexoCipher(NexoKey("golden", 1, "golden passphrase"))
    assert cipher.open(golden) == b'{"SaleToPOIResponse":{"golden":true}}'


@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from(["NexoBlob", "Nonce", "Hmac"]))
def test_one_changed_byte_is_found(place: int, change: int, part: str) -> None:
    sealed = CIPHER.seal({}, b'{"SaleToPOIResponse":{"amount":1}}')
    holder = sealed if part == "NexoBlob" else sealed["SecurityTrailer"]
    changed = bytearray(base64.b64decode(holder[part]))
    changed[place % len(changed)] ^= change
    holder[part] = base64.b64encode(changed).decode()
    with pytest.raises(ForgedMessageError):
        CIPHER.open(sealed)


@pytest.mark.parametrize("sealed", [{}, {"NexoBlob": 5}, {"NexoBlob": "", "SecurityTrailer": None}])
def test_what_is_no_sealed_message_is_refused(sealed: dict[str, object]) -> None:
    with pytest.raises(ForgedMessageError):
        CIPHER.open(sealed)


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_payment_as_it_goes_on_the_line_is_this_text() -> None:
    request = nexo.payment_request(PAYMENT)
    assert (request.category, request.service_id) == ("Payment", "7KVIK1PROK")
    assert nexo.encode(request.body) == (
        b'{"PaymentRequest":{"SaleData":{"SaleTransactionID":{"TransactionID":"payment-1",'
        b'"TimeStamp":"2026-03-01T10:00:00+00:00"}},"PaymentTransaction":{"AmountsReq":{"Currency":"USD",'
        b'"RequestedAmount":123.45}}}}'
    )


@given(st.text(max_size=60))
def test_a_service_id_has_ten_letters_or_digits_and_stays_the_same(payment_id: str) -> None:
    service_id = nexo.service_id_of(payment_id)
    assert len(service_id) == 10
    assert service_id.isascii()
    assert service_id.isalnum()
    assert nexo.service_id_of(payment_id) == service_id


@given(st.integers(1, 9_999_999_999))
def test_an_amount_comes_back_as_it_went(amount_minor: int) -> None:
    request = nexo.payment_request(Payment("p", amount_minor, "USD"))
    sent = nexo.decode(nexo.encode(request.body))["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]
    amounts = {"Currency": "USD", "AuthorizedAmount": sent["RequestedAmount"]}
    assert nexo.read_payment(answer(AmountsResp=amounts), PAYMENT) == CardResult(
        CardOutcome.APPROVED, amount_minor, message="Approved."
    )


def answer(condition: str = "", **payment_result: object) -> dict[str, object]:
    response = {"Result": "Failure", "ErrorCondition": condition} if condition else {"Result": "Success"}
    sale_data = {"SaleTransactionID": {"TransactionID": "payment-1"}}
    return {"PaymentResponse": {"Response": response, "SaleData": sale_data, "PaymentResult": payment_result}}


@pytest.mark.parametrize("amount", [True, "5", -1, 1.005, 10**12, None, [], "NaN"])
def test_what_is_no_amount_is_not_believed(amount: object) -> None:
    text = json.dumps(answer(AmountsResp={"Currency": "USD", "AuthorizedAmount": amount})).encode()
    with pytest.raises(nexo.UnbelievableAnswerError):
        nexo.read_payment(nexo.decode(text), PAYMENT)


def test_another_currency_is_not_believed() -> None:
    with pytest.raises(nexo.UnbelievableAnswerError, match="another currency"):
        nexo.read_payment(answer(AmountsResp={"Currency": "EUR", "AuthorizedAmount": 1}), PAYMENT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Response", "Result", "ErrorCondition", "SaleData", "PaymentResult", "PaymentResponse", "POIData"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["PaymentResponse", "x"]), JSON))
def test_no_answer_of_whatever_shape_is_taken_for_an_approval_or_breaks_the_driver(message: dict[str, object]) -> None:
    with pytest.raises(nexo.UnbelievableAnswerError):
        nexo.read_payment(message, PAYMENT)


@given(st.binary(max_size=60).filter(lambda noise: not noise.lstrip().startswith(b"{")))
def test_noise_is_not_believed_and_not_quoted(noise: bytes) -> None:
    with pytest.raises(nexo.UnbelievableAnswerError, match=r"^the answer is not (JSON|a message)$") as raised:
        nexo.decode(noise)
    assert raised.value.__cause__ is None


NOT_BEGUN = ["Busy", "DeviceOut", "InsertedCard", "LoggedOut", "MessageFormat", "NotAllowed", "UnavailableDevice"]
ENDED = ["Aborted", "Cancel", "InvalidCard", "NotFound", "PaymentRestriction", "Refusal", "UnreachableHost", "WrongPIN"]


@pytest.mark.parametrize("condition", [*NOT_BEGUN, "UnavailableService"])
def test_a_terminal_that_did_not_begin_says_why(condition: str) -> None:
    with pytest.raises(nexo.NotBegunError, match=r"\. Nothing charged\.$"):
        nexo.read_payment(answer(condition), PAYMENT)


@pytest.mark.parametrize("condition", [*ENDED, "SomethingNew"])
def test_a_payment_that_failed_ends_in_words(condition: str) -> None:
    result = nexo.read_payment(answer(condition), PAYMENT)
    assert result is not None
    assert result.outcome in (CardOutcome.DECLINED, CardOutcome.CANCELLED)
    assert result.message.endswith("Nothing charged.")


def test_a_payment_under_way_has_no_result_yet() -> None:
    assert nexo.read_payment(answer("InProgress"), PAYMENT) is None


def test_a_refusal_in_base64_is_read_too() -> None:
    message = answer("Refusal")
    more = base64.b64encode(json.dumps({"additionalData": {"refusalReason": "Expired card"}}).encode()).decode()
    message["PaymentResponse"]["Response"]["AdditionalResponse"] = more  # type: ignore[index]
    result = nexo.read_payment(message, PAYMENT)
    assert result is not None
    assert result.message == "Declined by the card's bank. (Expired card) Nothing charged."


# --- what may be kept -----------------------------------------------------------------------------------------------


def with_check_digit(digits: str) -> str:
    return next(digits + str(d) for d in range(10) if card_data.is_card_number(digits + str(d)))


@given(
    st.from_regex(r"[2-6][0-9]{10,17}", fullmatch=True), st.text("abc-: ", max_size=8), st.sampled_from(["", " ", "-"])
)
def test_a_card_number_is_found_wherever_it_stands(digits: str, around: str, gap: str) -> None:
    number = with_check_digit(digits)
    written = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert card_data.has_card_number(around + written + around)
    assert card_data.plain_text(f"reason {written} end") == ""
    assert card_data.reference_text(number) == ""


def test_a_processors_reference_with_a_time_stamp_is_kept() -> None:
    stamp = with_check_digit("00161487690000")
    assert card_data.reference_text(f"9Kqu{stamp}.8815440150351036") == f"9Kqu{stamp}.8815440150351036"
    assert card_data.reference_text("../../etc") == ""
    assert card_data.reference_text("x" * 200) == ""


@pytest.mark.parametrize(
    ("masked", "four"), [("541333 **** 9999", "9999"), ("4111111111111111", "1111"), ("****", ""), (None, "")]
)
def test_only_the_last_four_digits_are_taken(masked: object, four: str) -> None:
    assert card_data.last_four(masked) == four


def test_a_text_for_the_screen_is_short_and_printable() -> None:
    assert card_data.plain_text("not\x1b[31m enough\n balance") == "not [31m enough balance"
    assert len(card_data.plain_text("x" * 500)) == card_data.LONGEST_TEXT
    assert (card_data.brand("visa"), card_data.brand("accel"), card_data.brand(7)) == ("Visa", "accel", "")


# --- the log --------------------------------------------------------------------------------------------------------


def test_the_log_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "payments.jsonl"
    log = PaymentLog(path)
    log.begin(PAYMENT)
    log.settle(PAYMENT, CardResult(CardOutcome.APPROVED, 12_345, "A1", "Visa", "4242"))
    with path.open("ab") as file:
        file.write(b'\n{"step": "begun", "payment_id": "payme')
    log = PaymentLog(path)
    second = Payment("payment-2", 5, "USD")
    log.begin(second)
    again = PaymentLog(path)
    found = again.find("payment-1")
    assert found is not None
    assert found.result is not None
    assert (found.result.outcome, found.payment) == (CardOutcome.APPROVED, PAYMENT)
    unsettled = again.find("payment-2")
    assert unsettled is not None
    assert unsettled.result is None
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_log_forgets_the_oldest_half_when_it_is_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.payment_terminal.payment_log.KEPT_PAYMENTS", 10)
    log = PaymentLog(tmp_path / "payments.jsonl")
    for number in range(11):
        payment = Payment(f"payment-{number}", 100, "USD")
        log.begin(payment)
        if number != 10:
            log.settle(payment, CardResult(CardOutcome.APPROVED, 100))
    for _ in range(2):
        kept = PaymentLog(tmp_path / "payments.jsonl")
        assert kept.find("payment-5") is None
        settled, begun = kept.find("payment-6"), kept.find("payment-10")
        assert settled is not None
        assert settled.result is not None
        assert begun is not None
        assert begun.result is None


# --- the associate's entry ------------------------------------------------------------------------------------------


class Entries:
    """An associate who corrects an entry until it is taken."""

    def __init__(self, *entries: SlipEntry | None) -> None:
        self.entries = list(entries)
        self.questions: list[ManualCardQuestion] = []

    def ask(self, question: ManualCardQuestion) -> SlipEntry | None:
        self.questions.append(question)
        return self.entries.pop(0)

    def dismiss(self) -> None:
        pass


def test_an_entry_that_cannot_be_kept_is_asked_for_again_with_the_reason() -> None:
    approved = CardOutcome.APPROVED
    entries = Entries(
        SlipEntry(approved, "4111 1111 1111 1111"),
        SlipEntry(approved, "A1", "4111111111111111"),
        SlipEntry(approved, "A1", "42"),
        SlipEntry(approved, ""),
        SlipEntry(approved, "A1; DROP"),
        SlipEntry(approved, " 083421 ", "4242", "visa"),
    )
    result = ManualTerminal(entries, PaymentLog()).authorise("payment-1", 500, "USD")
    assert result == CardResult(approved, 500, "083421", "Visa", "4242", "Approved on the card terminal.")
    assert [q.problem for q in entries.questions] == [
        "",
        NO_WHOLE_NUMBERS,
        NO_WHOLE_NUMBERS,
        NEEDS_FOUR_DIGITS,
        NEEDS_REFERENCE,
        NEEDS_REFERENCE,
    ]
    assert {q.purpose for q in entries.questions} == {ManualCardPurpose.PAYMENT}


def test_a_question_that_was_closed_leaves_the_payment_unknown_and_the_slip_decides() -> None:
    entries = Entries(None, SlipEntry(CardOutcome.UNKNOWN), SlipEntry(CardOutcome.CANCELLED))
    terminal = ManualTerminal(entries, PaymentLog())
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    assert terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    assert terminal.recover("payment-1").outcome is CardOutcome.CANCELLED
    assert [q.purpose.value for q in entries.questions] == ["payment", "slip", "slip"]


def test_what_is_just_being_asked_about_is_not_charged() -> None:
    asked, answered = threading.Event(), threading.Event()

    class Slow(Entries):
        def ask(self, question: ManualCardQuestion) -> SlipEntry | None:
            if question.purpose is ManualCardPurpose.SLIP:
                asked.set()
                assert answered.wait(30)
            return super().ask(question)

    prompt = Slow(None, SlipEntry(CardOutcome.CANCELLED))
    terminal = ManualTerminal(prompt, PaymentLog())
    terminal.authorise("payment-1", 500, "USD")
    recovering = threading.Thread(target=terminal.recover, args=("payment-1",))
    recovering.start()
    assert asked.wait(30)
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    answered.set()
    recovering.join(30)
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.CANCELLED
    assert [q.purpose.value for q in prompt.questions] == ["payment", "slip"]
