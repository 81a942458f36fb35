"""Where the database key is kept: with the operating system where it can, in a protected file where it cannot."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from pos_app.errors import WorldError
from pos_app.storage.keys import SystemKeyStore


class DictKeyring(KeyringBackend):
    """A keystore service that works."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("the keystore is locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def restore_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_the_key_stays_in_the_keystore_and_out_of_the_file(tmp_path: Path) -> None:
    service = DictKeyring()
    keyring.set_keyring(service)
    path = tmp_path / "database.key"
    key = SystemKeyStore(path).database_key(create=True)
    assert len(key) == 32
    assert SystemKeyStore(path).database_key(create=False) == key
    assert list(service.kept.values()) == [key.hex()]
    assert key.hex() not in path.read_text()


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring], ids=["no service", "a service that keeps nothing"])
def test_without_a_keystore_the_key_is_in_a_protected_file_and_the_log_says_so(
    tmp_path: Path, backend: type[KeyringBackend], expect_log: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    keyring.set_keyring(backend())
    expect_log("no keystore service on this machine")
    path = tmp_path / "database.key"
    key = SystemKeyStore(path).database_key(create=True)
    assert SystemKeyStore(path).database_key(create=False) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["database.key"]
    assert key.hex() not in caplog.text


def test_a_keystore_that_lost_or_locked_the_key_is_named(tmp_path: Path) -> None:
    service = DictKeyring()
    keyring.set_keyring(service)
    store = SystemKeyStore(tmp_path / "database.key")
    store.database_key(create=True)
    service.locked = True
    with pytest.raises(WorldError, match="the keystore is locked"):
        store.database_key(create=False)
    service.locked = False
    service.kept.clear()
    with pytest.raises(WorldError, match="does not have the database key"):
        store.database_key(create=False)
