"""A terminal of Adyen's local Terminal API without the machine: HTTPS, sealed messages, and faults by switch.

It is written from the protocol, not from the driver: it has its own cipher, its own numbers and its own memory, and
it refuses what a terminal would refuse.
"""

import base64
import datetime
import hashlib
import hmac
import http.server
import ipaddress
import json
import os
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

POI_ID = "S1F2-000158213605024"
SALE_ID = "0001-1"
CERTIFICATE_NAME = f"{POI_ID}.test.terminal.example"
KEY_IDENTIFIER = "till-key"
PASSPHRASE = "a passphrase for the tests only"
FULL_CARD_NUMBER = "5413330089010434"


class Authority:
    """A certificate authority and the terminal's certificate, made for one test run."""

    def __init__(self, folder: Path, name: str = CERTIFICATE_NAME, with_alternative_name: bool = True) -> None:
        """Without an alternative name the terminal's name stands in its certificate's subject only."""
        self._with_alternative_name = with_alternative_name
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_file, self.chain_file = folder / "ca.pem", folder / "terminal.pem"
        ca_key = ec.generate_private_key(ec.SECP256R1())
        ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Terminal fleet (tests)")])
        ca = self._certificate(ca_name, ca_name, ca_key.public_key(), ca_key, None)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate = self._certificate(subject, ca_name, key.public_key(), ca_key, name)
        self.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
        self.chain_file.write_bytes(certificate.public_bytes(pem) + private)

    def _certificate(
        self, subject: Any, issuer: Any, public_key: Any, signer: Any, name: str | None
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        if name is not None and self._with_alternative_name:
            names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(signer, hashes.SHA256())


class TerminalCipher:
    """The published sealing of messages, written down a second time."""

    def __init__(self, passphrase: str) -> None:
        keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, 80)
        self.mac_key, self.aes_key, self.iv = keys[0:32], keys[32:64], keys[64:80]

    def _aes(self, nonce: bytes) -> Any:
        iv = (int.from_bytes(self.iv, "big") ^ int.from_bytes(nonce, "big")).to_bytes(16, "big")
        return Cipher(algorithms.AES(self.aes_key), modes.CBC(iv))

    def open(self, sealed: dict[str, Any]) -> dict[str, Any]:
        trailer = sealed["SecurityTrailer"]
        assert trailer["AdyenCryptoVersion"] == 1
        assert trailer["KeyIdentifier"] == KEY_IDENTIFIER
        decryptor = self._aes(base64.b64decode(trailer["Nonce"])).decryptor()
        padded = decryptor.update(base64.b64decode(sealed["NexoBlob"])) + decryptor.finalize()
        plain = padded[: -padded[-1]]
        if hmac.digest(self.mac_key, plain, "sha256") != base64.b64decode(trailer["Hmac"]):
            raise ValueError("wrong key")
        return json.loads(plain)

    def seal(self, header: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
        plain = json.dumps(message).encode()
        fill = 16 - len(plain) % 16
        nonce = os.urandom(16)
        encryptor = self._aes(nonce).encryptor()
        blob = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        mac = hmac.digest(self.mac_key, plain, "sha256")
        trailer = {
            "AdyenCryptoVersion": 1,
            "KeyIdentifier": KEY_IDENTIFIER,
            "KeyVersion": 1,
            "Nonce": base64.b64encode(nonce).decode(),
            "Hmac": base64.b64encode(mac).decode(),
        }
        return {"MessageHeader": header, "NexoBlob": base64.b64encode(blob).decode(), "SecurityTrailer": trailer}


class Hangup(Exception):
    """Close the connection without an answer."""


class AdyenTerminalStub:
    """The terminal. Faults are attributes; what it did is in charges_minor, times_charged, received and sent.

    fault: approve, decline, timeout (no card came), busy, partial, tip, wait (until abort() or present_card()),
    lose_answer (approved, then the line is cut), cut_before (the line is cut, nothing done), garbage, wrong_service_id,
    wrong_payment, plain (an answer that is not sealed), http_500, reject, host_down, talkative (shows the whole card).
    deaf: every connection is cut before it is heard.
    """

    def __init__(self, authority: Authority, passphrase: str = PASSPHRASE) -> None:
        self.fault = "approve"
        self.status_fault = ""
        self.deaf = False
        self.received: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.charges_minor: list[int] = []
        self.reconciled = (0, 0)
        self.times_charged: Counter[str] = Counter()
        self.given_back_minor: dict[str, int] = {}
        self.waiting = threading.Event()
        self.approved = threading.Event()
        self.card_presented = threading.Event()
        self.hold_answer: threading.Event | None = None
        self._cipher = TerminalCipher(passphrase)
        self._lock = threading.Lock()
        self._results: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._approved_minor: dict[str, int] = {}
        self._stop_waiting: dict[str, threading.Event] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(authority.chain_file)
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/nexo"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status, answer = stub._serve(json.loads(body))
                except Hangup:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request: Any, client_address: Any) -> None:
                if stub.deaf:
                    return
                with stub._tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a till that hung up or did not like the certificate

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def charged_minor(self) -> int:
        return sum(self.charges_minor)

    def requests(self, category: str) -> list[dict[str, Any]]:
        return [m for m in self.received if m["MessageHeader"]["MessageCategory"] == category]

    # --- the protocol ------------------------------------------------------------------------------------------------

    def _serve(self, sealed: dict[str, Any]) -> tuple[int, bytes]:
        outer = sealed["SaleToPOIRequest"]
        try:
            message = self._cipher.open(outer)["SaleToPOIRequest"]
        except ValueError:
            return 200, self._reject(outer["MessageHeader"])
        header = message["MessageHeader"]
        assert header == outer["MessageHeader"]
        assert header["POIID"] == POI_ID
        assert 1 <= len(header["ServiceID"]) <= 10
        with self._lock:
            self.received.append(message)
        fault = self.fault if header["MessageCategory"] in ("Payment", "Reversal") else self.status_fault
        if fault == "reject":
            return 200, self._reject(header)
        if fault == "cut_before":
            raise Hangup
        if fault == "http_500":
            return 500, b"oops"
        category = header["MessageCategory"]
        answers: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
            "Payment": self._payment,
            "Reversal": self._reversal,
            "TransactionStatus": self._status,
            "Diagnosis": self._diagnosis,
            "GetTotals": self._totals,
            "Reconciliation": self._reconciliation,
        }
        if category == "Abort":
            reference = message["AbortRequest"]["MessageReference"]
            assert message["AbortRequest"]["AbortReason"]
            with self._lock:
                waiting = self._stop_waiting.get(reference["ServiceID"])
            if waiting is not None:
                waiting.set()
            return 200, b""
        body = answers[category](message, fault)
        answer_header = {**header, "MessageType": "Response"}
        if fault == "wrong_service_id":
            answer_header["ServiceID"] = "SOMETHING"
        inner = {"SaleToPOIResponse": {"MessageHeader": answer_header, **body}}
        with self._lock:
            self.sent.append(inner["SaleToPOIResponse"])
        if fault == "lose_answer":
            raise Hangup
        if fault == "garbage":
            return 200, b'\x00\xff{"SaleToPOI' + os.urandom(40)
        if fault == "plain":
            return 200, json.dumps(inner).encode()
        return 200, json.dumps({"SaleToPOIResponse": self._cipher.seal(answer_header, inner)}).encode()

    def _payment(self, message: dict[str, Any], fault: str) -> dict[str, Any]:
        service_id = message["MessageHeader"]["ServiceID"]
        request = message["PaymentRequest"]
        amounts = request["PaymentTransaction"]["AmountsReq"]
        minor = round(amounts["RequestedAmount"] * 100)
        key = ("Payment", service_id)
        with self._lock:
            if fault == "busy" or any(result is None for result in self._results.values()):
                return {"PaymentResponse": self._payment_body(request, self._failure("Busy"))}
            # A ServiceID that comes again is charged again: only the till can know better.
            self._results[key] = None
            aborted = self._stop_waiting[service_id] = threading.Event()
        body = self._payment_body(request, self._decide(fault, minor, amounts, aborted, request))
        with self._lock:
            self._results[key] = {"PaymentResponse": body}
        if body["Response"]["Result"] != "Failure":
            self.approved.set()
        if self.hold_answer is not None:
            self.hold_answer.wait(60)
        if fault == "wrong_payment":
            body = {**body, "SaleData": {"SaleTransactionID": {"TransactionID": "another-payment"}}}
        return {"PaymentResponse": body}

    def _decide(
        self, fault: str, minor: int, amounts: dict[str, Any], aborted: threading.Event, request: dict[str, Any]
    ) -> dict[str, Any]:
        self.waiting.set()
        if fault == "wait":
            while not self.card_presented.wait(0.01):
                if aborted.is_set():
                    return self._failure("Aborted", "message=108%20Merchant%20cancelled%20tx")
        if fault == "decline":
            return self._failure("Refusal", "refusalReason=210%20Not%20enough%20balance&cardHolderName=A%20B")
        if fault == "timeout":
            return self._failure("Cancel", "message=108%20Shopper%20did%20not%20present%20card")
        if fault == "host_down":
            return self._failure("UnreachableHost")
        taken = {"partial": minor - 500, "tip": minor + 300}.get(fault, minor)
        is_refund = request.get("PaymentData", {}).get("PaymentType") == "Refund"
        number = len(self.charges_minor) + 1
        with self._lock:
            self.charges_minor.append(-taken if is_refund else taken)
            self.times_charged[request["SaleData"]["SaleTransactionID"]["TransactionID"]] += 1
        masked = FULL_CARD_NUMBER if fault == "talkative" else "541333 **** 0434"
        name = f"9Kqu00161487690{number:04d}.T5RGSCW3VQ3X{number:04d}"
        with self._lock:
            self._approved_minor[name] = taken
        sensitive = {"ExpiryDate": "0228", "CardSeqNumb": "33"}
        if fault == "talkative":
            sensitive["PAN"] = FULL_CARD_NUMBER
        stamp = "2026-03-01T10:00:00.000Z"
        return {
            "Response": {
                "Result": "Partial" if fault == "partial" else "Success",
                "AdditionalResponse": f"expiryDate=2%2F2028&PAN={FULL_CARD_NUMBER}&cardHolderName=A%20Holder",
            },
            "POIData": {"POITransactionID": {"TransactionID": name, "TimeStamp": stamp}},
            "PaymentResult": {
                "PaymentType": "Refund" if is_refund else "Normal",
                "PaymentInstrumentData": {
                    "PaymentInstrumentType": "Card",
                    "CardData": {
                        "PaymentBrand": "mc",
                        "MaskedPan": masked,
                        "EntryMode": ["Contactless"],
                        "SensitiveCardData": sensitive,
                    },
                },
                "AmountsResp": {"Currency": amounts["Currency"], "AuthorizedAmount": taken / 100},
                "PaymentAcquirerData": {
                    "MerchantID": "TestMerchant",
                    "AcquirerPOIID": POI_ID,
                    "ApprovalCode": FULL_CARD_NUMBER if fault == "talkative" else f"A{number:05d}",
                },
            },
        }

    def _payment_body(self, request: dict[str, Any], decided: dict[str, Any]) -> dict[str, Any]:
        stamp = "2026-03-01T10:00:00.000Z"
        poi_data = {"POITransactionID": {"TransactionID": "9Kqu001614876900000", "TimeStamp": stamp}}
        return {"SaleData": request["SaleData"], "POIData": poi_data, **decided}

    @staticmethod
    def _failure(condition: str, additional: str = "") -> dict[str, Any]:
        response = {"Result": "Failure", "ErrorCondition": condition}
        return {"Response": {**response, "AdditionalResponse": additional} if additional else response}

    def _reversal(self, message: dict[str, Any], fault: str) -> dict[str, Any]:
        service_id = message["MessageHeader"]["ServiceID"]
        request = message["ReversalRequest"]
        original = request["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        with self._lock:
            taken = self._approved_minor.get(original)
            before = self.given_back_minor.get(original, 0)
            minor = round(request["ReversedAmount"] * 100) if "ReversedAmount" in request else taken or 0
            if taken is None:
                body = self._failure("NotFound")
            elif before + minor > taken:
                body = self._failure("Refusal", "refusalReason=Insufficient%20balance%20on%20payment")
            else:
                self.given_back_minor[original] = before + minor
                self.charges_minor.append(-minor)
                name = {"TransactionID": f"9Kqu001614876{len(self.charges_minor):06d}.R5RGSCW3VQ3XVT82"}
                body = {
                    "Response": {"Result": "Success"},
                    "POIData": {"POITransactionID": {**name, "TimeStamp": "2026-03-02T10:00:00.000Z"}},
                }
                if "ReversedAmount" in request:
                    body["ReversedAmount"] = request["ReversedAmount"]
            self._results["Reversal", service_id] = {"ReversalResponse": body}
        return {"ReversalResponse": body}

    def _status(self, message: dict[str, Any], fault: str) -> dict[str, Any]:
        reference = message["TransactionStatusRequest"]["MessageReference"]
        key = (reference["MessageCategory"], reference["ServiceID"])
        with self._lock:
            if key not in self._results:
                body = self._failure("NotFound")
            elif self._results[key] is None:
                body = self._failure("InProgress")
            else:
                repeated_header = {
                    "ProtocolVersion": "3.0",
                    "MessageClass": "Service",
                    "MessageCategory": key[0],
                    "MessageType": "Response",
                    "ServiceID": "OTHER" if fault == "wrong_repeated" else key[1],
                    "SaleID": reference["SaleID"],
                    "POIID": reference["POIID"],
                }
                repeated = {"MessageHeader": repeated_header, "RepeatedResponseMessageBody": self._results[key]}
                body = {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated}
        return {"TransactionStatusResponse": {**body, "MessageReference": reference}}

    def _totals(self, message: dict[str, Any], fault: str) -> dict[str, Any]:
        assert message["GetTotalsRequest"] == {"TotalFilter": {"POIID": POI_ID}}
        if fault == "logged_out":
            return {"GetTotalsResponse": self._failure("LoggedOut")}
        taken_minor, given_minor = self._so_far()
        parts = [
            {"TransactionType": kind, "TransactionCount": 1, "TransactionAmount": minor / 100}
            for kind, minor in (
                ("Debit", taken_minor - self.reconciled[0]),
                ("ReverseDebit", given_minor - self.reconciled[1]),
            )
            if minor
        ]
        group = {"PaymentInstrumentType": "Card", "PaymentCurrency": "USD", "PaymentTotals": parts}
        return {"GetTotalsResponse": {"Response": {"Result": "Success"}, "TransactionTotals": [group]}}

    def _reconciliation(self, message: dict[str, Any], _: str) -> dict[str, Any]:
        assert message["ReconciliationRequest"] == {"ReconciliationType": "SaleReconciliation"}
        self.reconciled = self._so_far()
        return {"ReconciliationResponse": {"Response": {"Result": "Success"}}}

    def _so_far(self) -> tuple[int, int]:
        taken = sum(minor for minor in self.charges_minor if minor > 0)
        return taken, taken - self.charged_minor

    def _diagnosis(self, message: dict[str, Any], fault: str) -> dict[str, Any]:
        assert message["DiagnosisRequest"]["HostDiagnosisFlag"] is True
        status = "Maintenance" if fault == "maintenance" else "OK"
        reachable = fault != "host_down"
        return {
            "DiagnosisResponse": {
                "Response": {"Result": "Success"},
                "POIStatus": {"GlobalStatus": status, "CommunicationOKFlag": reachable},
                "HostStatus": [{"AcquirerID": 1, "IsReachableFlag": reachable}],
            }
        }

    @staticmethod
    def _reject(header: dict[str, Any]) -> bytes:
        event_header = {**header, "MessageClass": "Event", "MessageCategory": "Event", "MessageType": "Notification"}
        notification = {
            "TimeStamp": "2026-03-01T10:00:00.000Z",
            "EventToNotify": "Reject",
            "EventDetails": "message=Could+not+decrypt",
        }
        return json.dumps(
            {"SaleToPOIRequest": {"MessageHeader": event_header, "EventNotification": notification}}
        ).encode()
