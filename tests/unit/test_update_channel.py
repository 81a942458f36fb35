"""What a till believes of an update server: only what is signed, in time, newer and whole."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.update_vendor import PROJECT, Vendor

from pos_app.errors import WorldError
from pos_app.updates.publishing import new_keys
from pos_app.updates.release import Release, UpdateRefusedError, is_newer, release_from_bytes, release_to_bytes

ExpectLog = Callable[[str], None]


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    return Vendor(tmp_path / "vendor")


def test_a_newer_version_comes_over_the_network_as_it_was_signed(vendor: Vendor, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4_000
    release = vendor.offer("9.1.0", content=content)
    with vendor.served() as url:
        channel = vendor.channel(tmp_path / "till", url=url)
        assert channel.newest() == release
        path = channel.fetch(release)
    assert path.read_bytes() == content
    assert sorted(one.name for one in path.parent.iterdir()) == [release.file, "ring.json"]


def test_stores_of_the_ring_early_are_offered_it_before_the_others(vendor: Vendor, tmp_path: Path) -> None:
    old, new = vendor.offer("9.0.0"), vendor.offer("9.1.0", ring="early")
    assert vendor.channel(tmp_path / "pilot", "early").newest() == new
    assert vendor.channel(tmp_path / "other").newest() == old
    vendor.offer("9.1.0")
    assert vendor.channel(tmp_path / "other").newest() == new
    assert vendor.channel(tmp_path / "new", "warehouse").newest() is None


def test_what_was_fetched_is_not_fetched_again_and_what_it_replaces_goes(vendor: Vendor, tmp_path: Path) -> None:
    channel = vendor.channel(tmp_path / "till")
    first = channel.fetch(vendor.offer("9.0.0"))
    written = first.stat().st_mtime_ns
    again = vendor.channel(tmp_path / "till")
    assert again.newest() is not None
    assert again.fetch(Release("9.0.0", first.name)).stat().st_mtime_ns == written
    later = vendor.channel(tmp_path / "till")
    assert later.fetch(vendor.offer("9.2.0")).exists()
    assert not first.exists()


def test_keys_that_this_program_does_not_trust_offer_nothing(
    vendor: Vendor, tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("UnsignedMetadataError")
    stranger = Vendor(tmp_path / "stranger")
    stranger.offer("9.1.0")
    shutil.copy(vendor.keys / "root.json", stranger.place / "metadata" / "1.root.json")
    stranger.root = vendor.root
    with pytest.raises(UpdateRefusedError, match="not signed with the keys that this program trusts"):
        stranger.channel(tmp_path / "till").newest()


def test_metadata_that_was_changed_after_signing_is_refused(
    vendor: Vendor, tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("UnsignedMetadataError")
    vendor.offer("9.1.0")
    path = vendor.place / "metadata" / "1.targets.json"
    document = json.loads(path.read_bytes())
    document["signed"]["targets"]["evil.deb"] = {"length": 4, "hashes": {"sha256": "0" * 64}}
    path.write_text(json.dumps(document))
    with pytest.raises(UpdateRefusedError, match="not signed"):
        vendor.channel(tmp_path / "till").newest()


def test_a_package_that_was_changed_is_refused_and_not_kept(
    vendor: Vendor, tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("LengthOrHashMismatchError")
    release = vendor.offer("9.1.0", content=b"the program")
    (package,) = (vendor.place / "targets").glob("*.deb")
    package.write_bytes(b"the pr0gram")
    channel = vendor.channel(tmp_path / "till")
    assert channel.newest() == release
    with pytest.raises(UpdateRefusedError, match="the file is not the one that was signed"):
        channel.fetch(release)
    assert not (channel.packages / release.file).exists()


def test_a_package_longer_than_signed_is_cut_off(vendor: Vendor, tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("DownloadLengthMismatchError")
    release = vendor.offer("9.1.0", content=b"short")
    (package,) = (vendor.place / "targets").glob("*.deb")
    package.write_bytes(b"short" * 1_000_000)
    with pytest.raises(UpdateRefusedError, match="not the one that was signed"):
        vendor.channel(tmp_path / "till").fetch(release)


def test_a_server_set_back_to_an_older_state_is_refused(vendor: Vendor, tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("BadVersionNumberError")
    vendor.offer("9.0.0")
    shutil.copytree(vendor.place, tmp_path / "yesterday")
    vendor.offer("9.1.0")
    assert vendor.channel(tmp_path / "till").newest() is not None
    shutil.rmtree(vendor.place)
    shutil.copytree(tmp_path / "yesterday", vendor.place)
    with pytest.raises(UpdateRefusedError, match="older versions than it did before"):
        vendor.channel(tmp_path / "till").newest()


def test_what_was_signed_too_long_ago_is_refused(vendor: Vendor, tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("ExpiredMetadataError")
    vendor.offer("9.1.0", at=datetime.now(UTC) - timedelta(days=31))
    with pytest.raises(UpdateRefusedError, match="has expired"):
        vendor.channel(tmp_path / "till").newest()
    vendor.repository().refresh()
    assert vendor.channel(tmp_path / "till").newest() is not None


@pytest.mark.parametrize("version", ["0.0.9", "0.1.0"])
def test_a_version_that_is_not_newer_is_not_fetched(vendor: Vendor, tmp_path: Path, version: str) -> None:
    release = vendor.offer(version)
    with pytest.raises(UpdateRefusedError, match=f"{version} is not newer than"):
        vendor.channel(tmp_path / "till").fetch(release)


def test_a_file_that_nobody_signed_is_not_fetched(vendor: Vendor, tmp_path: Path) -> None:
    vendor.offer("9.1.0")
    (vendor.place / "targets" / "other.deb").write_bytes(b"x")
    with pytest.raises(UpdateRefusedError, match="not among what was signed"):
        vendor.channel(tmp_path / "till").fetch(Release("9.2.0", "other.deb"))


def test_a_server_that_does_not_answer_is_no_refusal(vendor: Vendor, tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("no update server")
    vendor.offer("9.1.0")
    with vendor.served() as url:
        pass
    with pytest.raises(WorldError, match="cannot be reached") as raised:
        vendor.channel(tmp_path / "till", url=url).newest()
    assert not isinstance(raised.value, UpdateRefusedError)


def test_a_program_of_three_years_ago_follows_renewed_keys(vendor: Vendor, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    vendor.keys = tmp_path / "keys"
    vendor.root = new_keys(vendor.keys, now - timedelta(days=3 * 365 + 10)).read_bytes()
    vendor.offer("9.0.0", at=now - timedelta(days=800))
    release = vendor.offer("9.1.0")
    assert vendor.channel(tmp_path / "till").newest() == release


def test_keys_that_tills_trust_are_never_replaced(vendor: Vendor) -> None:
    with pytest.raises(FileExistsError, match="they are not replaced"):
        new_keys(vendor.keys, datetime.now(UTC))
    assert {path.stat().st_mode & 0o777 for path in vendor.keys.glob("*.pem")} == {0o600}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"version": "9.1.0"}',
        b'{"version": 9, "file": "a.deb"}',
        b'{"version": "9.1.0", "file": "../../etc/passwd"}',
        b'{"version": "9.1.0", "file": "-o.deb"}',
        b'{"version": "9.1.0; rm", "file": "a.deb"}',
        b'{"version": "9.1.0", "file": "a.deb", "notes": ["x"]}',
        b'{"version": "\xff", "file": "a.deb"}',
    ],
    ids=["empty", "list", "no-file", "number", "path", "option", "shell", "notes", "bytes"],
)
def test_a_description_that_makes_no_sense_is_refused_though_signed(content: bytes) -> None:
    with pytest.raises(UpdateRefusedError):
        release_from_bytes(content)


def test_a_later_vendor_may_say_more_than_this_program_reads() -> None:
    found = release_from_bytes(b'{"version": "9.1.0", "file": "a.deb", "severity": "high"}')
    assert found == Release("9.1.0", "a.deb")
    assert release_from_bytes(release_to_bytes(found)) == found


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [("1.10.0", "1.9.9", True), ("1.0", "1.0.0", False), ("1.0.0.1", "1.0", True), ("0.9.9", "1.0.0", False)],
    ids=["numbers", "equal", "longer", "older"],
)
def test_versions_are_compared_as_numbers(version: str, than: str, newer: bool) -> None:
    assert is_newer(version, than) is newer


def test_a_till_that_sells_loads_nothing_of_it() -> None:
    script = "import sys, pos_app.counter; print([name for name in ('tuf', 'securesystemslib') if name in sys.modules])"
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=variables, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
