"""The line to one terminal: HTTPS on the store's network, sealed messages, and whether anything was sent at all."""

import http.client
import socket
import ssl
from pathlib import Path
from typing import Any

from hardware.payment_terminal import nexo_messages as nexo
from hardware.payment_terminal.nexo_cipher import ForgedMessageError, NexoCipher, NexoKey
from pos_app.errors import WorldError

DEFAULT_PORT = 8443
LONGEST_ANSWER_BYTES = 1_000_000


class NotSentError(WorldError):
    """The terminal never got the message."""


class AnswerLostError(WorldError):
    """The message may have been acted upon, and no answer that can be believed came back."""


class NexoLine:
    """Asks one terminal. address is host or host:port; certificate_name is what its certificate is made out to."""

    def __init__(
        self,
        address: str,
        ca_file: Path,
        certificate_name: str,
        sale_id: str,
        poi_id: str,
        key: NexoKey,
        connect_timeout_s: float = 3.0,
    ) -> None:
        """Raises ValueError for settings that cannot work, OSError for a CA file that cannot be read."""
        host, _, port = address.rpartition(":") if ":" in address else (address, "", str(DEFAULT_PORT))
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"the card terminal's address is {address!r}: write host:port")
        if not key.passphrase or not key.identifier or not poi_id or not sale_id:
            raise ValueError("a card terminal needs its POI id, and the key shared with it")
        self.host, self.port = host, int(port)
        self.sale_id, self.poi_id = sale_id, poi_id
        self._certificate_name = certificate_name or host
        self._cipher = NexoCipher(key)
        self._connect_timeout_s = connect_timeout_s
        self._tls = ssl.create_default_context(cafile=str(ca_file))
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def connect(self) -> "Connection":
        """A connection to a terminal that proved who it is. Raises NotSentError."""
        where = f"The card terminal at {self.host}:{self.port}"
        try:
            raw = socket.create_connection((self.host, self.port), self._connect_timeout_s)
        except OSError as error:
            raise NotSentError(f"{where} cannot be reached ({error.strerror or error}).") from error
        try:
            secured = self._tls.wrap_socket(raw, server_hostname=self._certificate_name)
        except (OSError, ValueError) as error:
            raw.close()
            why = getattr(error, "verify_message", "") or str(error)
            raise NotSentError(f"{where} did not prove that it is the right one ({why}).") from error
        return Connection(secured, self.host, self.port, self)

    def request_bytes(self, request: nexo.Request) -> bytes:
        """A question as it goes on the line."""
        header = self._header(request, "Request")
        message = nexo.encode({"SaleToPOIRequest": {"MessageHeader": header, **request.body}})
        return nexo.encode({"SaleToPOIRequest": self._cipher.seal(header, message)})

    def open_answer(self, request: nexo.Request, answer: bytes) -> dict[str, Any]:
        """The answer to this very question. Raises RejectedError or UnbelievableAnswerError."""
        outer = nexo.decode(answer)
        event = outer.get("SaleToPOIRequest")
        if isinstance(event, dict) and isinstance(event.get("EventNotification"), dict):
            raise nexo.RejectedError
        sealed = outer.get("SaleToPOIResponse")
        if not isinstance(sealed, dict):
            raise nexo.UnbelievableAnswerError("no response in the answer")
        try:
            inner = nexo.decode(self._cipher.open(sealed)).get("SaleToPOIResponse")
        except ForgedMessageError as error:
            raise nexo.UnbelievableAnswerError(str(error)) from None
        header = inner.get("MessageHeader") if isinstance(inner, dict) else None
        expected = self._header(request, "Response")
        if not isinstance(inner, dict) or not isinstance(header, dict) or not expected.items() <= header.items():
            raise nexo.UnbelievableAnswerError("the answer is to another question")
        return inner

    def _header(self, request: nexo.Request, message_type: str) -> dict[str, str]:
        return {
            "ProtocolVersion": nexo.PROTOCOL_VERSION,
            "MessageClass": "Service",
            "MessageCategory": request.category,
            "MessageType": message_type,
            "ServiceID": request.service_id,
            "SaleID": self.sale_id,
            "POIID": self.poi_id,
        }


class Connection:
    """One connection for one question."""

    def __init__(self, secured: ssl.SSLSocket, host: str, port: int, line: NexoLine) -> None:
        self._socket = secured
        self._line = line
        self._http = http.client.HTTPConnection(host, port)
        self._http.sock = secured
        self._http.auto_open = 0

    def close(self) -> None:
        """Hang up."""
        self._http.close()
        self._socket.close()

    def ask(self, request: nexo.Request, answer_within_s: float) -> dict[str, Any]:
        """The answer to a question. Raises AnswerLostError, or RejectedError when the terminal refused to read it."""
        answer = self._exchange(request, answer_within_s)
        try:
            return self._line.open_answer(request, answer)
        except nexo.UnbelievableAnswerError as error:
            raise AnswerLostError(f"The card terminal's answer cannot be believed: {error}.") from None

    def tell(self, request: nexo.Request, answer_within_s: float) -> None:
        """A message that is answered by nothing but its arrival. Raises AnswerLostError."""
        self._exchange(request, answer_within_s)

    def _exchange(self, request: nexo.Request, answer_within_s: float) -> bytes:
        try:
            self._socket.settimeout(answer_within_s)
            body = self._line.request_bytes(request)
            self._http.request("POST", "/nexo", body, {"Content-Type": "application/json"})
            response = self._http.getresponse()
            answer = response.read(LONGEST_ANSWER_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise AnswerLostError(f"The card terminal's answer was lost ({type(error).__name__}).") from error
        if response.status != http.HTTPStatus.OK or len(answer) > LONGEST_ANSWER_BYTES:
            raise AnswerLostError(f"The card terminal's answer cannot be believed: HTTP {response.status}.")
        return answer
