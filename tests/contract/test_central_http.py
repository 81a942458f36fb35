"""The central service on a real socket: who may ask, what is refused, and what nobody may learn."""

import asyncio
import base64
import gzip
import http.client
import io
import json
import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fakes.central_shop import OTHER_STORE_TILL, CentralShop
from fakes.central_till import Answer, Journal, Till, enrolled_till, line, public_key_text
from sqlalchemy.exc import DBAPIError
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync import contract
from sync.central.errors import StartError
from sync.central.http import MAXIMUM_BODY_BYTES
from sync.central.logs import JsonLines
from sync.central.server import CentralServer

ExpectLog = Callable[[str], None]


@pytest.fixture
def central_database(tmp_path: Path) -> str:
    """What the wire does is the same on every engine."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def url(shop: CentralShop) -> Iterator[str]:
    shop.clock.at = datetime.now(UTC)  # requests are signed with the real time
    server = CentralServer(shop.service).start()
    yield server.url
    server.stop()


@pytest.fixture
def till(shop: CentralShop, url: str) -> Till:
    return enrolled_till(url, shop.service.open_enrolment("001", "01"))


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def find(email: str = "a@example.com") -> bytes:
    return contract.encode(contract.FindMember(email=email))


# --- the way through --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compress", [False, True])
def test_a_sale_goes_in_and_its_points_come_back(shop: CentralShop, till: Till, compress: bool) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    answer = till.post(contract.PATH_JOURNAL, journal.batch(), compress=compress)
    assert answer.status == 200
    assert contract.decode(answer.body, contract.UploadResult).results[0].points == 100
    found = contract.decode(till.post(contract.PATH_FIND_MEMBER, find()).body, contract.MemberAnswer)
    assert found.member is not None
    assert (found.member.balance_points, found.member.masked_email) == (100, "a••••@example.com")


def test_holds_gift_cards_and_terms_over_the_wire(shop: CentralShop, till: Till) -> None:
    member_id = shop.member(points=1_234)
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    hold = contract.PlaceHold(hold_id="h", member_id=member_id, points=1_200, transaction_id="t1")
    assert till.post(contract.PATH_HOLDS, hold).json["available_points"] == 34
    assert till.post(contract.PATH_RELEASE_HOLD.format(hold_id="h")).status == 204
    assert till.post(contract.PATH_RELEASE_HOLD.format(hold_id="gone")).status == 204
    number = contract.FindGiftCard(number="6006491234567890123")
    assert till.post(contract.PATH_FIND_GIFT_CARD, number).json["balance_minor"] == 2_000
    card_hold = contract.PlaceGiftCardHold(
        hold_id="g", number="6006491234567890123", amount_minor=500, transaction_id="t1"
    )
    assert till.post(contract.PATH_GIFT_CARD_HOLDS, card_hold).json["balance_minor"] == 1_500
    terms = contract.decode(till.get(contract.PATH_TERMS).body, contract.TermsList).terms
    assert [(one.terms_id, one.version) for one in terms] == [("standard", 1)]
    joining = contract.EnrolMember(
        event_id="e1", email="new@example.com", marketing_consent=True, joined_at="2026-01-01T00:00:00Z"
    )
    first, again = till.post(contract.PATH_ENROL_MEMBER, joining), till.post(contract.PATH_ENROL_MEMBER, joining)
    assert first.json["member"]["member_id"] == again.json["member"]["member_id"]


def test_small_answers_are_sent_at_once(url: str, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held back for more to come (Nagle), an answer on a kept connection may wait 40 ms for the till's own delay."""
    undelayed: list[int] = []
    connection_made = H11Protocol.connection_made

    def noted(self: H11Protocol, transport: asyncio.Transport) -> None:
        accepted = transport.get_extra_info("socket")
        undelayed.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        connection_made(self, transport)

    monkeypatch.setattr(H11Protocol, "connection_made", noted)
    assert till.get(contract.PATH_TERMS).status == 200
    assert undelayed
    assert all(undelayed)


# --- terminals --------------------------------------------------------------------------------------------------------


def ask_in(url: str, code: str, key: Ed25519PrivateKey) -> Answer:
    request = contract.EnrolTerminal(code=code, public_key=public_key_text(key), incarnation="first")
    return Till(url, "", key).send("POST", contract.PATH_ENROL_TERMINAL, contract.encode(request))


def test_a_code_lets_one_terminal_in_once(shop: CentralShop, url: str) -> None:
    secret = shop.service.open_enrolment("003", "07")
    assert len(secret) >= 20
    key = Ed25519PrivateKey.generate()
    first, repeated = ask_in(url, secret, key), ask_in(url, secret, key)
    assert first.json["terminal_id"] == repeated.json["terminal_id"] == "003-07"
    assert code(ask_in(url, secret, Ed25519PrivateKey.generate())) == (403, "code_refused")


def test_a_code_is_worthless_after_ten_minutes(shop: CentralShop, url: str) -> None:
    secret = shop.service.open_enrolment("003", "07")
    shop.pass_time(minutes=10)
    assert code(ask_in(url, secret, Ed25519PrivateKey.generate())) == (403, "code_refused")


def test_guessing_codes_is_slowed_down(shop: CentralShop, url: str) -> None:
    key = Ed25519PrivateKey.generate()
    answers = [ask_in(url, f"{number:024}", key) for number in range(11)]
    assert [answer.status for answer in answers] == [403] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_workstation_enrolled_again_leaves_its_old_key_worthless(shop: CentralShop, url: str, till: Till) -> None:
    shop.service.open_enrolment("001", "01")
    enrolled_till(url, shop.service.open_enrolment("001", "01"))
    assert until(lambda: till.get(contract.PATH_TERMS), 401).json["code"] == "not_authenticated"


def test_a_revoked_terminal_is_shut_out_within_a_second(shop: CentralShop, till: Till) -> None:
    assert till.get(contract.PATH_TERMS).status == 200
    shop.service.revoke_terminal(till.terminal_id)
    assert until(lambda: till.get(contract.PATH_TERMS), 401).json["code"] == "terminal_revoked"


def until(ask: Callable[[], Answer], status: int) -> Answer:
    """The first answer of that status; what is cached for a second may come before."""
    answer = ask()
    for _ in range(5_000):
        if answer.status == status:
            break
        answer = ask()
    return answer


# --- signatures -------------------------------------------------------------------------------------------------------


def test_a_terminal_that_speaks_for_another_is_refused(shop: CentralShop, till: Till) -> None:
    journal = Journal(OTHER_STORE_TILL)
    journal.append("no_sale", {})
    assert code(till.post(contract.PATH_JOURNAL, journal.batch())) == (403, "other_terminal")


def test_a_key_of_another_terminal_and_a_terminal_that_is_not_there_are_refused_alike(url: str, till: Till) -> None:
    forged = Till(url, OTHER_STORE_TILL, till.key).get(contract.PATH_TERMS)
    unknown = Till(url, "009-09", till.key).get(contract.PATH_TERMS)
    assert code(forged) == code(unknown) == (401, "not_authenticated")
    assert forged.body == unknown.body


@pytest.mark.parametrize(
    "missing",
    [contract.HEADER_TERMINAL, contract.HEADER_TIMESTAMP, contract.HEADER_NONCE, contract.HEADER_SIGNATURE],
)
def test_a_request_without_all_of_its_signature_is_refused(till: Till, missing: str) -> None:
    headers = till.headers("GET", contract.PATH_TERMS, b"")
    del headers[missing]
    assert code(till.send("GET", contract.PATH_TERMS, headers=headers)) == (401, "not_signed")


def test_what_was_signed_cannot_be_changed(shop: CentralShop, till: Till) -> None:
    path = contract.PATH_FIND_MEMBER
    headers = till.headers("POST", path, find())
    assert code(till.send("POST", path, find("b@example.com"), headers)) == (401, "not_authenticated")
    assert code(till.send("POST", contract.PATH_FIND_GIFT_CARD, find(), headers)) == (401, "not_authenticated")
    assert code(till.send("POST", f"{path}?x=1", find(), headers)) == (401, "not_authenticated")
    for signature in ("", "AAAA", "none", "A" * 88, "é"):
        bent = headers | {contract.HEADER_SIGNATURE: signature.encode().decode("latin-1")}
        assert till.send("POST", path, find(), bent).status == 401
    assert till.send("POST", path, find(), headers).status == 200


def test_a_request_is_good_once(till: Till) -> None:
    headers = till.headers("POST", contract.PATH_FIND_MEMBER, find())
    assert till.send("POST", contract.PATH_FIND_MEMBER, find(), headers).status == 200
    assert code(till.send("POST", contract.PATH_FIND_MEMBER, find(), headers)) == (401, "request_replayed")


@pytest.mark.parametrize("away_s", [-301, 302])
def test_a_request_out_of_time_is_refused_and_told_the_services_time(
    shop: CentralShop, till: Till, away_s: int
) -> None:
    at_s = int(shop.clock.at.timestamp()) + away_s
    headers = till.headers("GET", contract.PATH_TERMS, b"", at_s=at_s)
    answer = till.send("GET", contract.PATH_TERMS, headers=headers)
    assert code(answer) == (401, "request_out_of_time")
    assert answer.headers["Date"] == shop.clock.at.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize("timestamp", ["yesterday", "-1", "1e9", "²", "9" * 40])
def test_a_time_that_is_none_is_refused(till: Till, timestamp: str) -> None:
    nonce = "0" * 32
    signed = contract.signing_input("GET", contract.PATH_TERMS, till.terminal_id, timestamp, nonce, EMPTY_HASH)
    headers = {
        contract.HEADER_TERMINAL: till.terminal_id,
        contract.HEADER_TIMESTAMP: timestamp,
        contract.HEADER_NONCE: nonce,
        contract.HEADER_SIGNATURE: base64.b64encode(till.key.sign(signed)).decode(),
    }
    assert till.send("GET", contract.PATH_TERMS, headers=headers).status == 401


EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


# --- hostile bodies ---------------------------------------------------------------------------------------------------


def test_a_gzip_bomb_is_refused_before_it_unpacks(till: Till) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    assert len(bomb) < MAXIMUM_BODY_BYTES
    headers = till.headers("POST", contract.PATH_JOURNAL, bomb) | {"Content-Encoding": "gzip"}
    assert code(till.send("POST", contract.PATH_JOURNAL, bomb, headers)) == (413, "too_large")


def test_a_body_beyond_the_limit_is_refused(till: Till) -> None:
    answer = till.post(contract.PATH_JOURNAL, b"x" * (MAXIMUM_BODY_BYTES + 1))
    assert code(answer) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (b"not gzip", "gzip", (400, "bad_gzip")),
        (gzip.compress(b"{}")[:-4], "gzip", (400, "bad_gzip")),
        (gzip.compress(b"{}") + b"more", "gzip", (400, "bad_gzip")),
        (b"{}", "br", (415, "unknown_encoding")),
    ],
    # Named, because the bytes hold the time at which they were packed.
    ids=["not packed", "cut short", "too long", "packed otherwise"],
)
def test_a_body_packed_wrong_is_refused(till: Till, body: bytes, encoding: str, expected: tuple[int, str]) -> None:
    headers = till.headers("POST", contract.PATH_JOURNAL, body) | {"Content-Encoding": encoding}
    assert code(till.send("POST", contract.PATH_JOURNAL, body, headers)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"terminal_id":"001-01","incarnation":"first","events":' + b"[" * 100_000,
        b'{"terminal_id":"001-01","incarnation":"first","events":[' + b'{"a":' * 50_000,
        b'{"terminal_id":"001-01","incarnation":"first","events":[{"sequence":NaN}]}',
        b'{"terminal_id":"001-01","incarnation":"first","events":[{"sequence":1e308}]}',
        b'{"terminal_id":"001-01","incarnation":"first","events":[{"sequence":-1}]}',
        b'{"terminal_id":"001-01","incarnation":"first","events":[{}]}',
        b'{"terminal_id":"001-01","incarnation":"../etc","events":[]}',
    ],
)
def test_a_batch_that_is_none_is_refused_without_a_trace_of_the_insides(till: Till, body: bytes) -> None:
    answer = till.post(contract.PATH_JOURNAL, body)
    assert code(answer) == (400, "bad_batch")
    assert set(answer.json) == {"code", "message"}
    assert b"Traceback" not in answer.body
    assert b".py" not in answer.body


def test_a_payload_nested_ten_thousand_deep_is_kept_aside(till: Till) -> None:
    journal = Journal()
    entry = journal.append("sale", {"header": {}}, event_id="deep")
    batch = journal.batch()
    batch.events[0].payload = msgspec.Raw(b'{"header":' * 10_000 + b"1" + b"}" * 10_000)
    answer = till.post(contract.PATH_JOURNAL, batch)
    if answer.status == 200:
        assert answer.json["results"][0]["status"] == "quarantined"
    else:
        assert code(answer) == (400, "bad_batch")
    assert entry.sequence == 1


@pytest.mark.parametrize("points", [-1, 0, 10**18, 1.5, "100", None, True])
def test_a_hold_of_impossible_points_is_refused(shop: CentralShop, till: Till, points: object) -> None:
    member_id = shop.member(points=100)
    body = json.dumps({"hold_id": "h", "member_id": member_id, "points": points, "transaction_id": "t"}).encode()
    assert code(till.post(contract.PATH_HOLDS, body)) == (422, "bad_request")
    assert shop.balance().available_points == 100


@pytest.mark.parametrize(
    "email", ["", "a", "no-at.example.com", "a@b@c", "a@example", "x" * 300 + "@example.com", "a\n@b.c"]
)
def test_what_is_no_address_is_refused_in_words(till: Till, email: str) -> None:
    assert till.post(contract.PATH_FIND_MEMBER, json.dumps({"email": email}).encode()).status == 422


@pytest.mark.parametrize("name", ["'; DROP TABLE ledger; --", "${jndi:ldap://x}", "<script>", "\u0000", "a\r\nb"])
def test_hostile_names_in_a_sale_are_only_text(shop: CentralShop, till: Till, name: str) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, lines=[line(1, 10_000, 100, name=name, category=name, code=name)])
    assert till.post(contract.PATH_JOURNAL, journal.batch()).json["results"][0]["status"] == "applied"
    assert shop.points() == 100


def test_software_older_than_the_contract_is_told_so(till: Till) -> None:
    headers = till.headers("GET", contract.PATH_TERMS, b"")
    for version in ("0", "x", ""):
        old = headers | {contract.HEADER_CONTRACT: version}
        assert code(till.send("GET", contract.PATH_TERMS, headers=old)) == (426, "contract_too_old")
    newer = headers | {contract.HEADER_CONTRACT: "99"}
    assert till.send("GET", contract.PATH_TERMS, headers=newer).status == 200


def test_a_connection_cut_in_mid_body_applies_nothing(shop: CentralShop, till: Till) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    body = contract.encode(journal.batch())
    headers = till.headers("POST", contract.PATH_JOURNAL, body) | {"Content-Length": str(len(body)), "Host": "x"}
    head = f"POST {contract.PATH_JOURNAL} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    with socket.create_connection((till.host, till.port)) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
    assert till.post(contract.PATH_JOURNAL, journal.batch()).json["results"][0]["status"] == "applied"
    assert shop.points() == 100


# --- what nobody may learn --------------------------------------------------------------------------------------------


def test_a_hit_and_a_miss_have_one_shape(shop: CentralShop, till: Till) -> None:
    shop.member()
    hit, miss = (
        till.post(contract.PATH_FIND_MEMBER, find()),
        till.post(contract.PATH_FIND_MEMBER, find("b@example.com")),
    )
    assert hit.status == miss.status == 200
    assert set(hit.json) == set(miss.json)
    assert miss.json["member"] is None
    assert b"a@example.com" not in hit.body


def test_look_ups_are_limited_for_each_terminal(shop: CentralShop, url: str, till: Till) -> None:
    answers = [till.post(contract.PATH_FIND_MEMBER, find(f"m{number}@example.com")) for number in range(80)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert code(refused[0]) == (429, "too_many_requests")
    assert int(refused[0].headers["Retry-After"]) >= 1
    other = enrolled_till(url, shop.service.open_enrolment("001", "02"))
    assert other.post(contract.PATH_FIND_MEMBER, find()).status == 200


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The service's log, as it is written in production."""
    written, log = io.StringIO(), logging.getLogger("sync.central")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    before = log.level
    log.addHandler(handler)
    log.setLevel("DEBUG")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    log.removeHandler(handler)
    log.setLevel(before)


def test_no_log_line_holds_an_address_a_number_or_a_signature(
    shop: CentralShop, till: Till, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    till.post(contract.PATH_FIND_MEMBER, find("secret.person@example.com"))
    till.post(contract.PATH_FIND_GIFT_CARD, contract.FindGiftCard(number="6006491234567890123"))
    headers = till.headers("GET", contract.PATH_TERMS, b"") | {contract.HEADER_TRACE: "bad trace\x1b[31m"}
    till.send("GET", contract.PATH_TERMS, headers=headers)
    said = lines()
    assert [(one["operation"], one["status"]) for one in said if one["message"] == "request"] == [
        ("find_member", 200),
        ("find_gift_card", 404),
        ("terms", 200),
    ]
    assert said[1]["code"] == "unknown_gift_card"
    for secret in ("secret.person", "6006491234567890123", headers[contract.HEADER_SIGNATURE], "\x1b"):
        assert secret not in json.dumps(said, ensure_ascii=False)


def test_an_event_is_followed_from_the_till_into_the_ledger_by_its_trace(
    shop: CentralShop, till: Till, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    journal = Journal(till.terminal_id)
    journal.sale("t1", member_id=shop.member("jo@example.com"))
    body = contract.encode(journal.batch())
    headers = till.headers("POST", contract.PATH_JOURNAL, body) | {contract.HEADER_TRACE: "a-till-s-trace"}
    answer = till.send("POST", contract.PATH_JOURNAL, body, headers)
    assert answer.headers[contract.HEADER_TRACE] == "a-till-s-trace"
    taken = next(one for one in lines() if one["message"] == "events taken in")
    assert taken["trace"] == "a-till-s-trace"
    assert (taken["terminal"], taken["first"], taken["last"], taken["applied"]) == (till.terminal_id, 1, 1, 1)
    assert taken["first_event"] == "t1"


def test_a_request_without_a_trace_gets_one_that_its_log_lines_have(
    till: Till, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = till.get(contract.PATH_TERMS)
    assert len(answer.headers[contract.HEADER_TRACE]) == 16
    assert lines()[-1]["trace"] == answer.headers[contract.HEADER_TRACE]


def test_a_failure_of_ours_tells_no_insides(
    shop: CentralShop, till: Till, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("terms failed")

    def fail() -> contract.TermsList:
        raise RuntimeError("secret path /srv/central")

    monkeypatch.setattr(shop.service, "terms", fail)
    answer = till.get(contract.PATH_TERMS)
    assert code(answer) == (500, "internal")
    assert b"srv" not in answer.body


# --- for people and machines that watch -------------------------------------------------------------------------------


def test_the_openapi_document_names_every_operation_and_message(till: Till) -> None:
    document = till.send("GET", "/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) >= {contract.PATH_JOURNAL, contract.PATH_HOLDS, contract.PATH_RELEASE_HOLD}
    assert "UploadBatch" in document["components"]["schemas"]
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert name in text
    references = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= set(document["components"]["schemas"])


def test_the_page_is_whole_and_loads_nothing(till: Till) -> None:
    answer = till.send("GET", "/")
    page = answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert contract.PATH_JOURNAL in page
    assert "UploadBatch" in page
    assert "src=" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_address_where_nothing_is_gets_a_problem(till: Till) -> None:
    assert code(till.send("GET", "/v1/../etc/passwd")) == (404, "no_such_address")
    assert till.send("DELETE", contract.PATH_TERMS).status == 405


def test_health_needs_the_database(shop: CentralShop, till: Till) -> None:
    assert till.send("GET", "/health").json == {"status": "ready"}
    assert till.send("GET", "/ready").status == 200


def test_without_its_database_the_service_asks_to_come_back_later(
    shop: CentralShop, till: Till, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("the database failed")

    def fail() -> bool:
        raise DBAPIError("SELECT 1", {}, OSError("connection refused to 10.0.0.5"))

    monkeypatch.setattr(shop.service, "answers", fail)
    answer = till.send("GET", "/health")
    assert code(answer) == (503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"10.0.0.5" not in answer.body


def test_it_speaks_tls_with_a_certificate(shop: CentralShop, tmp_path: Path) -> None:
    certificate, private_key = self_signed(tmp_path)
    server = CentralServer(shop.service, certificate=certificate, private_key=private_key).start()
    assert server.url.startswith("https://127.0.0.1:")
    context = ssl.create_default_context(cafile=str(certificate))
    port = int(server.url.rpartition(":")[2])
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()
    server.stop()
    with pytest.raises(StartError, match="cannot be used"):
        CentralServer(shop.service, certificate=private_key, private_key=certificate)


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, None)
    )
    certificate, private_key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private_key
