"""What stands behind the console: scans taken apart, texts redacted, the log's end, the line to the central service."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.adyen_terminal import Authority
from fakes.real_central import RealCentral
from hypothesis import given
from hypothesis import strategies as st

from pos_app.clock import SetClock, SystemClock
from pos_app.domain.scan_report import KeyHeard, scan_report
from pos_app.log_tail import log_lines
from pos_app.redaction import redacted
from sync.terminal.link_check import check_link


def typed(text: str, gap_ms: int = 2) -> tuple[KeyHeard, ...]:
    return tuple(KeyHeard(letter, gap_ms if place else 0) for place, letter in enumerate(text))


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        (typed("]E04006381333931\r"), "It works: nothing to set."),
        (typed("4006381333931\r"), "It works. Let it send AIM identifiers"),
        (typed("4006381333931"), "Set the scanner's suffix to Enter"),
        (typed("]E04006381333931\r", 80), "Its slowest key came after 80 ms, the till waits 45"),
        (typed("]E0123\r"), "Codes shorter than 4 characters"),
        (typed("]C040063\x0281\r"), "It sends control characters"),
        (typed("0104006381333931103\r"), "Let it send AIM identifiers and the group separator"),
    ],
    ids=["good", "no AIM", "no end", "slow", "short", "control", "GS1"],
)
def test_a_scan_gets_the_advice_that_mends_it(keys: tuple[KeyHeard, ...], advice: str) -> None:
    assert scan_report(keys, longest_gap_allowed_ms=45).advice[0].startswith(advice)


def test_a_scan_is_told_byte_by_byte_with_its_gaps() -> None:
    keys = (KeyHeard("é"), KeyHeard("1", 4), KeyHeard("\t", 10))
    report = scan_report(keys, longest_gap_allowed_ms=45, previous="é1")
    assert (report.code, report.hexadecimal, report.end) == ("é1", "c3 a9 31 09", "Tab")
    assert (report.average_gap_ms, report.longest_gap_ms, report.is_duplicate) == (7, 10, True)


def test_a_scanner_with_a_driver_is_not_judged_by_gaps() -> None:
    assert scan_report(typed("]E04006381333931\r", 500), longest_gap_allowed_ms=45, timed=False).advice == (
        "It works: nothing to set.",
    )


ADDRESSES = st.from_regex(r"[a-z][a-z0-9._+-]{0,20}@[a-z][a-z0-9-]{0,10}\.(com|org|de)", fullmatch=True)
CARDS = st.from_regex(r"[3-6][0-9]{12,18}", fullmatch=True)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20).map(lambda text: f"{text} ")


@given(AROUND, ADDRESSES, AROUND)
def test_no_address_of_anybody_gets_through(before: str, address: str, after: str) -> None:
    assert address not in redacted(f"{before}{address} {after}")


@given(AROUND, CARDS, AROUND)
def test_no_number_as_long_as_a_cards_gets_through(before: str, card: str, after: str) -> None:
    assert card not in redacted(f"{before}{card} {after}")


@pytest.mark.parametrize(
    "secret",
    [
        'password = "hunter2!"',
        "pin: 482913",
        '"token": "abc"',
        "Authorization: Bearer abcdef",
        "OPB-7H2KQ",
        "https://user:hunter2@example.com/x",
        "4111-1111-1111-1111",
    ],
)
def test_what_opens_a_door_is_taken_out(secret: str) -> None:
    value = secret.replace("=", " ").replace(":", " ").replace('"', " ").split()[-1]
    clean = redacted(f"before {secret} after")
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    assert value.rpartition("@")[0] not in clean or value not in clean


@pytest.mark.parametrize("kept", ["/dev/ttyUSB0@9600", "usb:05e0:1200@9600-7E1", 'smtp_password = "keystore:mail"'])
def test_what_support_needs_stays(kept: str) -> None:
    assert redacted(kept) == kept


def test_the_log_is_read_from_its_end_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "till.log"
    assert log_lines(path, 10) == []
    path.write_text("".join(f"2026-11-22 14:00:{n % 60:02d},000 INFO a.b line {n}\n" for n in range(9_000)) + "more\n")
    newest, before, *_ = log_lines(path, 5)
    assert (newest.text, before.text, newest.source) == ("line 8999\nmore", "line 8998", "a.b")
    assert len(log_lines(path, 5)) == 5


# --- the line ---------------------------------------------------------------------------------------------------------


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_till_that_was_not_let_in_yet_is_told_so(tmp_path: Path) -> None:
    central = RealCentral(tmp_path)
    try:
        report = check_link(central.url, None, SystemClock())
        assert not report.good
        assert report.headline.startswith("This till was not let in yet")
        assert any("Answers in" in step.words and step.good for step in report.steps)
    finally:
        central.close()


def test_a_clock_that_is_wrong_is_named(tmp_path: Path) -> None:
    central = RealCentral(tmp_path)
    clock = SetClock(SystemClock().now() - timedelta(minutes=10))
    try:
        steps = [step for step in check_link(central.url, None, clock).steps if "clock" in step.words.lower()]
    finally:
        central.close()
    assert [step.good for step in steps] == [False]
    said = re.fullmatch(r"This till's clock is (\d+) s behind", steps[0].words)
    assert said is not None
    assert 595 <= int(said[1]) <= 605


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must look like https://rewards.example.com"),
        ("http://rewards.example.com", "reached over https"),
        ("https://no-such-service.invalid", "The name no-such-service.invalid is not known"),
        ("http://127.0.0.1:{port}", "the service does not run"),
    ],
    ids=["empty", "plain", "name", "refused"],
)
def test_a_line_that_cannot_be_says_why(url: str, says: str) -> None:
    with listening() as port:
        pass
    report = check_link(url.format(port=port), None, SystemClock())
    assert not report.good
    assert says in report.headline


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.chain_file)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def shake_hands() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True)
                except (ssl.SSLError, OSError):
                    return

        threading.Thread(target=shake_hands, daemon=True).start()
        report = check_link(f"https://127.0.0.1:{server.getsockname()[1]}", None, SystemClock())
    assert not report.good
    assert "is not trusted" in report.headline
