"""A card terminal on the network without the machine: HTTPS, sealed nexo messages, and switches for its faults.

For trials and training of technicians. The tests of the driver use another one, written from the protocol alone
(tests/fakes/adyen_terminal.py), so that a misunderstanding is not on both sides.
"""

import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from hardware.payment_terminal import nexo_messages as nexo
from hardware.payment_terminal.nexo_cipher import ForgedMessageError, NexoCipher, NexoKey
from hardware.simulated_devices import checked
from pos_app.domain.money import CURRENCIES

POI_ID = "S1F2-000000000000001"
CERTIFICATE_NAME = "card-terminal.simulated.example"
_VALID_DAYS = 30


@dataclass(frozen=True, slots=True)
class CardSwitches:
    """What the next card does. lose_answer takes the money and cuts the line, no_card waits in vain, host_down cannot
    reach the card network, garbage answers what no till can read. delay_ms is how long the customer takes,
    wrong_total_minor by how much its totals are off.
    """

    decline: bool = False
    lose_answer: bool = False
    no_card: bool = False
    host_down: bool = False
    garbage: bool = False
    delay_ms: int = 0
    wrong_total_minor: int = 0


class CardTerminalOnTheNetwork:
    """The terminal: remembers its payments as long as it runs, and charges each ServiceID once."""

    def __init__(self, certificate: Path, key: NexoKey, host: str = "127.0.0.1", port: int = 0) -> None:
        """certificate is a PEM file with chain and key. Raises OSError when the port cannot be had."""
        self._cipher = NexoCipher(key)
        self._switches = CardSwitches()
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str], dict[str, Any]] = {}
        self._aborted = threading.Event()
        self.charged_minor = 0
        self._reconciled_minor = 0
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)
        terminal = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = terminal.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                if answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(http.HTTPStatus.OK)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """A terminal writes no log."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request: Any, client_address: Any) -> None:
                with terminal._tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A till that hung up, or does not trust the certificate."""

        self._server = Server((host, port), Handler)
        self.address = f"{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="terminal", daemon=True)

    def start(self) -> None:
        """Take payments."""
        self._thread.start()

    def stop(self) -> None:
        """Switch it off."""
        self._server.shutdown()
        self._server.server_close()

    def set(self, switches: Mapping[str, Any]) -> None:
        """See Controlled."""
        with self._lock:
            self._switches = replace(self._switches, **checked(CardSwitches, switches))

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """cancel: the customer presses the red key."""
        if act != "cancel":
            raise ValueError(f"a card terminal cannot {act}; it can cancel")
        self._aborted.set()

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        with self._lock:
            return {"charged_minor": self.charged_minor, "payments": len(self._answers), **asdict(self._switches)}

    # --- the protocol ------------------------------------------------------------------------------------------------

    def answer(self, sealed: bytes) -> bytes | None:
        """The bytes that answer a request; None cuts the line."""
        try:
            message = nexo.decode(self._cipher.open(nexo.decode(sealed)["SaleToPOIRequest"]))["SaleToPOIRequest"]
            header = message["MessageHeader"]
            category = header["MessageCategory"]
        except (nexo.UnbelievableAnswerError, ForgedMessageError, KeyError, TypeError):
            return None
        switches = self._switches
        if category == "Abort":
            self._aborted.set()
            return b""
        acts = {
            "Payment": self._payment,
            "Reversal": self._reversal,
            "TransactionStatus": self._status,
            "Diagnosis": self._diagnosis,
            "GetTotals": self._totals,
            "Reconciliation": self._reconciliation,
        }
        if category not in acts:
            return None
        body = acts[category](message, switches)
        if switches.garbage:
            return b"\x00\xff{"
        if switches.lose_answer and category in ("Payment", "Reversal"):
            return None
        answer_header = {**header, "MessageType": "Response"}
        inner = nexo.encode({"SaleToPOIResponse": {"MessageHeader": answer_header, **body}})
        return nexo.encode({"SaleToPOIResponse": self._cipher.seal(answer_header, inner)})

    def _payment(self, message: dict[str, Any], switches: CardSwitches) -> dict[str, Any]:
        key = ("Payment", message["MessageHeader"]["ServiceID"])
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        self._aborted.clear()
        if self._aborted.wait(switches.delay_ms / 1000):
            decided = _failure("Aborted")
        elif switches.no_card:
            decided = _failure("Cancel")
        elif switches.host_down:
            decided = _failure("UnreachableHost")
        elif switches.decline:
            decided = _failure("Refusal")
        else:
            decided = self._approved(message["PaymentRequest"])
        body = {"PaymentResponse": {"SaleData": message["PaymentRequest"]["SaleData"], **decided}}
        with self._lock:
            self._answers[key] = body
        return body

    def _approved(self, request: dict[str, Any]) -> dict[str, Any]:
        amounts = request["PaymentTransaction"]["AmountsReq"]
        amount, currency = Decimal(amounts["RequestedAmount"]), amounts["Currency"]
        is_refund = request.get("PaymentData", {}).get("PaymentType") == "Refund"
        minor = int(amount.scaleb(CURRENCIES[currency].exponent))
        with self._lock:
            self.charged_minor += -minor if is_refund else minor
            number = len(self._answers) + 1
        card = {"PaymentBrand": "visa", "MaskedPan": "411111 **** 1111", "EntryMode": ["Contactless"]}
        return {
            "Response": {"Result": "Success"},
            "POIData": _poi_data(f"SIMULATED{number:06d}.SIMULATED{number:06d}"),
            "PaymentResult": {
                "PaymentType": "Refund" if is_refund else "Normal",
                "PaymentInstrumentData": {"PaymentInstrumentType": "Card", "CardData": card},
                "AmountsResp": {"Currency": currency, "AuthorizedAmount": amount},
                "PaymentAcquirerData": {
                    "MerchantID": "Simulated",
                    "AcquirerPOIID": POI_ID,
                    "ApprovalCode": f"{number:06d}",
                },
            },
        }

    def _reversal(self, message: dict[str, Any], switches: CardSwitches) -> dict[str, Any]:
        key = ("Reversal", message["MessageHeader"]["ServiceID"])
        request = message["ReversalRequest"]
        body: dict[str, Any] = {"Response": {"Result": "Success"}, "POIData": _poi_data(f"SIMULATED-R.{key[1]}")}
        if "ReversedAmount" in request:
            body["ReversedAmount"] = request["ReversedAmount"]
        with self._lock:
            return self._answers.setdefault(key, {"ReversalResponse": body})

    def _status(self, message: dict[str, Any], _: CardSwitches) -> dict[str, Any]:
        reference = message["TransactionStatusRequest"]["MessageReference"]
        key = (reference["MessageCategory"], reference["ServiceID"])
        with self._lock:
            known = self._answers.get(key)
        if known is None:
            return {"TransactionStatusResponse": {**_failure("NotFound"), "MessageReference": reference}}
        header = {
            "ProtocolVersion": nexo.PROTOCOL_VERSION,
            "MessageClass": "Service",
            "MessageCategory": key[0],
            "MessageType": "Response",
            "ServiceID": key[1],
            "SaleID": reference["SaleID"],
            "POIID": reference["POIID"],
        }
        repeated = {"MessageHeader": header, "RepeatedResponseMessageBody": known}
        answer = {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated, "MessageReference": reference}
        return {"TransactionStatusResponse": answer}

    def _totals(self, _: dict[str, Any], switches: CardSwitches) -> dict[str, Any]:
        with self._lock:
            minor = self.charged_minor - self._reconciled_minor + switches.wrong_total_minor
        kind = "Debit" if minor >= 0 else "Credit"
        totals = [{"TransactionType": kind, "TransactionCount": 1, "TransactionAmount": Decimal(abs(minor)).scaleb(-2)}]
        group = {"PaymentInstrumentType": "Card", "PaymentCurrency": "USD", "PaymentTotals": totals if minor else []}
        return {"GetTotalsResponse": {"Response": {"Result": "Success"}, "TransactionTotals": [group]}}

    def _reconciliation(self, *_: object) -> dict[str, Any]:
        with self._lock:
            self._reconciled_minor = self.charged_minor
        answer = {"Response": {"Result": "Success"}, "ReconciliationType": "SaleReconciliation"}
        return {"ReconciliationResponse": answer}

    def _diagnosis(self, _: dict[str, Any], switches: CardSwitches) -> dict[str, Any]:
        reachable = not switches.host_down
        return {
            "DiagnosisResponse": {
                "Response": {"Result": "Success"},
                "POIStatus": {"GlobalStatus": "OK", "CommunicationOKFlag": reachable},
                "HostStatus": [{"AcquirerID": 1, "IsReachableFlag": reachable}],
            }
        }


def _failure(condition: str) -> dict[str, Any]:
    return {"Response": {"Result": "Failure", "ErrorCondition": condition}}


def _poi_data(name: str) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"POITransactionID": {"TransactionID": name, "TimeStamp": now}}


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for this terminal: the file that a till trusts, and the one with the private key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, CERTIFICATE_NAME)])
    now = datetime.datetime.now(datetime.UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(CERTIFICATE_NAME)]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    trusted, private = folder / "terminal-ca.pem", folder / "terminal-key.pem"
    trusted.write_bytes(certificate.public_bytes(pem))
    private.touch(mode=0o600)
    private.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return trusted, private
