import gzip
import os
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fakes.stub_central import Answer, StubCentral, plain, problem

from pos_app.clock import SetClock, SystemClock
from pos_app.errors import OfflineError, RefusedError
from sync import contract
from sync.terminal.client import (
    MAXIMUM_ANSWER_BYTES,
    AddressError,
    CentralClient,
    RequestRefusedError,
    UnavailableError,
    checked_address,
)
from sync.terminal.link_check import check_link


@pytest.fixture
def central() -> Iterator[StubCentral]:
    stub = StubCentral()
    yield stub
    stub.close()


@pytest.fixture
def client(central: StubCentral) -> Iterator[CentralClient]:
    made = CentralClient(central.url, central.identity(), SystemClock())
    yield made
    made.close()


def terms(client: CentralClient) -> contract.TermsList:
    return client.get(contract.PATH_TERMS, contract.TermsList)


def upload(client: CentralClient, **contacts: str) -> contract.UploadResult:
    batch = contract.UploadBatch(terminal_id="S001-01", incarnation="first", events=[], contacts=contacts)
    return client.post(contract.PATH_JOURNAL, batch, contract.UploadResult)


def test_requests_are_signed_so_that_the_other_end_can_check_them(central: StubCentral, client: CentralClient) -> None:
    assert terms(client).terms == []
    assert upload(client) == contract.UploadResult(acknowledged=0, results=[])
    first, second = (request.headers for request in central.requests)
    assert first[contract.HEADER_NONCE] != second[contract.HEADER_NONCE]
    assert first[contract.HEADER_CONTRACT] == "1"


def test_a_key_that_is_not_the_terminals_is_refused(central: StubCentral) -> None:
    stranger = StubCentral()
    client = CentralClient(central.url, stranger.identity(), SystemClock())
    with pytest.raises(RequestRefusedError, match="signature is wrong") as refused:
        terms(client)
    assert (refused.value.status, refused.value.code) == (401, "signature")
    client.close()
    stranger.close()


def test_large_bodies_travel_compressed_and_the_signature_covers_what_travels(
    central: StubCentral, client: CentralClient
) -> None:
    contacts = {f"contact-{n}": f"customer{n}@example.com" for n in range(200)}
    upload(client, **contacts)
    request = central.requests[0]
    assert request.headers["Content-Encoding"] == "gzip"
    assert len(request.body) < len(plain(request)) / 3
    assert central.contacts == contacts


@pytest.mark.parametrize("skew_days", [-3, 40])
def test_a_till_whose_clock_is_wrong_gets_in_by_the_services_clock(central: StubCentral, skew_days: int) -> None:
    central.clock_ahead_s = skew_days * 86_400.0
    client = CentralClient(central.url, central.identity(), SystemClock())
    terms(client)
    terms(client)
    assert len(central.requests) == 3, "one refusal, then the right time for good"
    assert client.clock_offset_s == pytest.approx(skew_days * 86_400, abs=5)
    client.close()


def test_a_service_that_disagrees_about_the_time_for_ever_is_not_asked_for_ever(central: StubCentral) -> None:
    central.script.extend([problem(401, "timestamp")] * 5)
    client = CentralClient(central.url, central.identity(), SetClock(datetime(2020, 1, 1, tzinfo=UTC)))
    with pytest.raises(RefusedError):
        terms(client)
    assert len(central.requests) == 2
    client.close()


def test_a_request_that_the_network_delivered_twice_is_signed_anew(central: StubCentral, client: CentralClient) -> None:
    central.script.append(problem(401, "request_replayed"))
    assert terms(client).terms == []
    nonces = {request.headers[contract.HEADER_NONCE] for request in central.requests}
    assert len(nonces) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_or_failing_service_says_when_to_come_back(
    central: StubCentral, client: CentralClient, status: int
) -> None:
    central.script.append(problem(status, "busy", Retry_After="7"))
    with pytest.raises(UnavailableError) as unavailable:
        terms(client)
    assert unavailable.value.retry_after_s == 7
    assert len(central.requests) == 1, "never hammered"


@pytest.mark.parametrize("retry_after", ["", "soon", "-1", "1e9", "٣", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400])
def test_a_strange_retry_after_is_none(central: StubCentral, client: CentralClient, retry_after: str) -> None:
    encoded = retry_after.encode("utf-8").decode("latin-1")
    central.script.append(Answer(503, b"", {"Retry-After": encoded}))
    with pytest.raises(UnavailableError) as unavailable:
        terms(client)
    assert unavailable.value.retry_after_s == 0


def test_a_refusal_carries_the_services_own_words(central: StubCentral, client: CentralClient) -> None:
    central.script.append(problem(409, "points_short", "The member has only 300 points."))
    with pytest.raises(RequestRefusedError, match="only 300 points") as refused:
        terms(client)
    assert (refused.value.status, refused.value.code) == (409, "points_short")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>Welcome to the mall's Wi-Fi</html>"),
        Answer(200, b'{"terms": 1}'),
        Answer(200, b""),
        Answer(403, b"<html>Blocked</html>"),
        Answer(302, b"", {"Location": "http://127.0.0.1:1/login"}),
        Answer(200, b" " * (MAXIMUM_ANSWER_BYTES + 1)),
        Answer(200, gzip.compress(b" " * (MAXIMUM_ANSWER_BYTES * 20)), {"Content-Encoding": "gzip"}),
        Answer(200, b"not compressed", {"Content-Encoding": "gzip"}),
    ],
    ids=["portal", "shape", "empty", "blocked", "redirect", "huge", "bomb", "encoding"],
)
def test_answers_of_something_else_count_as_no_service(
    central: StubCentral, client: CentralClient, answer: Answer
) -> None:
    central.script.extend([answer, answer])
    with pytest.raises(OfflineError):
        terms(client)
    central.script.clear()
    assert terms(client).terms == []


def test_an_answer_cut_short_is_asked_for_again_once(central: StubCentral, client: CentralClient) -> None:
    cut = Answer(200, b'{"terms":[]}', cut_after=5)
    central.script.append(cut)
    assert terms(client).terms == []
    central.script.extend([cut, cut])
    with pytest.raises(OfflineError):
        terms(client)


def test_cookies_of_the_service_are_not_kept(central: StubCentral, client: CentralClient) -> None:
    central.script.append(Answer(200, b'{"terms":[]}', {"Set-Cookie": "session=1"}))
    terms(client)
    terms(client)
    assert "Cookie" not in central.requests[1].headers


def test_the_environment_cannot_redirect_or_weaken_requests(central: StubCentral) -> None:
    hostile = {
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }
    with patch.dict(os.environ, hostile):
        client = CentralClient(central.url, central.identity(), SystemClock())
        assert terms(client).terms == []
    client.close()


def test_nobody_there_is_offline_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    stub = StubCentral()
    client = CentralClient(f"http://127.0.0.1:{port}", stub.identity(), SystemClock())
    with pytest.raises(OfflineError, match="cannot be reached"):
        terms(client)
    stub.close()
    client.close()


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate that only this test's authority vouches for, and that certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "central of the test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = tmp_path / "authority.pem", tmp_path / "key.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return context, file


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(certified: tuple[ssl.SSLContext, Path]) -> None:
    context, file = certified
    central = StubCentral(tls=context)
    hostile = {"REQUESTS_CA_BUNDLE": str(file), "CURL_CA_BUNDLE": str(file), "SSL_CERT_FILE": str(file)}
    with patch.dict(os.environ, hostile):
        stranger = CentralClient(central.url, central.identity(), SystemClock())
        with pytest.raises(OfflineError, match="certificate is not trusted"):
            terms(stranger)
    assert central.requests == []
    stranger.close()
    central.close()


def test_a_companys_own_authority_can_be_named(certified: tuple[ssl.SSLContext, Path]) -> None:
    context, file = certified
    central = StubCentral(tls=context)
    client = CentralClient(central.url, central.identity(), SystemClock(), ca_file=str(file))
    assert terms(client).terms == []
    client.close()
    central.close()


def test_an_authority_that_is_missing_is_a_fault_of_the_line(certified: tuple[ssl.SSLContext, Path]) -> None:
    context, file = certified
    central = StubCentral(tls=context)
    missing = file.with_name("missing.pem")
    client = CentralClient(central.url, central.identity(), SystemClock(), ca_file=str(missing))
    with pytest.raises(OfflineError, match=r"missing\.pem cannot be read"):
        terms(client)
    report = check_link(central.url, central.identity(), SystemClock(), str(missing))
    assert report.headline.startswith(f"The certificates in {missing} cannot be read")
    named = check_link(central.url, central.identity(), SystemClock(), str(file))
    assert named.steps[2].words.startswith("The certificate is trusted")
    client.close()
    central.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://rewards.example.com",
        "http://10.0.0.5:8080",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "rewards.example.com",
        "https://",
        "https://user:secret@rewards.example.com",
        "https://rewards.example.com/behind",
        "https://rewards.example.com?x=1",
        "",
    ],
)
def test_addresses_that_are_not_safe_or_not_clear_are_refused(address: str) -> None:
    with pytest.raises(AddressError):
        checked_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://rewards.example.com",
        "https://10.0.0.5:8443/",
        "http://127.0.0.1:9",
        "http://[::1]:9",
        "http://localhost:9",
    ],
)
def test_https_and_this_machine_are_fine(address: str) -> None:
    assert checked_address(address) == address.rstrip("/")


def test_neither_addresses_nor_keys_reach_the_log(
    central: StubCentral, client: CentralClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    request = contract.FindMember(email="jo.customer@example.com")
    for reply in (problem(409, "no"), problem(500, "no"), Answer(200, b"?"), Answer(200, b"{}", cut_after=1)):
        central.script.extend([reply, reply])
        with pytest.raises((OfflineError, RefusedError)) as failed:
            client.post(contract.PATH_FIND_MEMBER, request, contract.MemberAnswer)
        assert "jo.customer" not in repr(failed.value)
        central.script.clear()
    assert "/v1/members/find" in caplog.text
    assert "jo.customer" not in caplog.text
    assert central.identity().private_key.hex() not in repr(central.identity()) + caplog.text
