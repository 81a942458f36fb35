"""The line to the central service, as a technician wants to see it: address, certificate, latency, clock."""

import socket
import ssl
import statistics
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pos_app.errors import WorldError
from pos_app.ports import Clock, Enrolment
from pos_app.ports.maintenance import TrialReport, TrialStep
from sync.terminal.client import AddressError, CentralClient, checked_address

PROBES = 4
CLOCK_TOLERANCE_S = 30
"""Events further off are still taken; a till that is, stamps its receipts with a wrong time."""
SLOW_MS = 1_000
CERTIFICATE_DAYS = 14
_CONNECT_S = 2.5


def check_link(central_url: str, enrolment: Enrolment | None, clock: Clock, ca_file: str = "") -> TrialReport:
    """Look the name up, connect, see the certificate, ask a few times. Within ten seconds; sends no event."""
    try:
        address = checked_address(central_url)
    except AddressError as error:
        return TrialReport(False, str(error))
    steps: list[TrialStep] = [TrialStep(f"Address: {address}", True)]
    try:
        steps += _transport_steps(address, ca_file)
        steps += _question_steps(CentralClient(address, enrolment, clock, ca_file=ca_file))
    except WorldError as error:
        return TrialReport(False, str(error), tuple(steps))
    if enrolment is None:
        steps.append(
            TrialStep("This till was not let in yet: it needs the one-time code of the store's manager", False)
        )
    bad = [step.words for step in steps if not step.good]
    return TrialReport(not bad, bad[0] if bad else "The central service answers, and all is well.", tuple(steps))


def _transport_steps(address: str, ca_file: str) -> Iterator[TrialStep]:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_S) as connection:
            yield TrialStep(f"Connected to {host}, port {port}", True)
            if parts.scheme != "https":
                yield TrialStep("No certificate is needed on this machine", True)
                return
            with _trusting(ca_file).wrap_socket(connection, server_hostname=host) as secured:
                yield _certificate_step(secured.getpeercert() or {})
    except socket.gaierror:
        raise WorldError(f"The name {host} is not known. Is the network up, and the name right?") from None
    except ssl.SSLCertVerificationError as error:
        raise WorldError(f"The certificate of {host} is not trusted: {error.verify_message}.") from None
    except ConnectionRefusedError:
        raise WorldError(f"{host} is there and refuses port {port}: the service does not run.") from None
    except TimeoutError:
        raise WorldError(f"Nothing answers at {host}, port {port}.") from None
    except OSError as error:
        raise WorldError(f"{host}, port {port}, cannot be reached: {error.strerror or error}.") from None


def _trusting(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise WorldError(f"The certificates in {ca_file} cannot be read: {error.strerror or error}.") from error


def _certificate_step(certificate: Mapping[str, object]) -> TrialStep:
    ends = ssl.cert_time_to_seconds(str(certificate.get("notAfter", "Jan  1 00:00:00 1970 GMT")))
    days = int((ends - time.time()) // 86_400)
    until = datetime.fromtimestamp(ends, UTC).date().isoformat()
    return TrialStep(f"The certificate is trusted and ends on {until}, in {days} days", days >= CERTIFICATE_DAYS)


def _question_steps(client: CentralClient) -> Iterator[TrialStep]:
    taken_ms: list[int] = []
    try:
        for _ in range(PROBES):
            started = time.perf_counter()
            client.probe()
            taken_ms.append(round((time.perf_counter() - started) * 1000))
    finally:
        client.close()
    typical = round(statistics.median(taken_ms[1:]))
    yield TrialStep(f"Answers in {typical} ms; the first answer took {taken_ms[0]} ms", typical < SLOW_MS)
    ahead_s = round(client.clock_offset_s)
    words = (
        f"This till's clock is {abs(ahead_s)} s {'behind' if ahead_s > 0 else 'ahead'}" if ahead_s else "Clocks agree"
    )
    yield TrialStep(words, abs(ahead_s) <= CLOCK_TOLERANCE_S)
