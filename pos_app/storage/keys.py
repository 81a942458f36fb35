"""The database key: 32 random bytes in the operating system's keystore, never beside the data in clear if avoidable."""

import logging
import os
from pathlib import Path
from typing import Protocol

from pos_app.errors import WorldError

KEY_BYTES = 32
_SERVICE = "pos-terminal"
_KEYSTORE = "keystore:"
_CLEAR = "key:"

log = logging.getLogger(__name__)


class KeyStore(Protocol):
    """Where the database key lives."""

    def database_key(self, *, create: bool) -> bytes:
        """The raw 32-byte key; made first when create is set and there is none. Raises WorldError."""


class KeyFile:
    """A key in a file that only its owner may read: for a machine without a keystore service, and for tests."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def database_key(self, *, create: bool) -> bytes:
        """The key of the file. Raises WorldError when it is missing or damaged."""
        text = _read(self._path)
        if text is None:
            if not create:
                raise _missing(self._path)
            key = os.urandom(KEY_BYTES)
            _write_private(self._path, _CLEAR + key.hex())
            return key
        return _parse(text.removeprefix(_CLEAR), self._path)


class SystemKeyStore:
    """The operating system's keystore; where no such service runs, a protected file, said once in the log.

    A small file tells where the key is, so that a start without a keystore service does not look for one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def database_key(self, *, create: bool) -> bytes:
        """The key. Raises WorldError when it is missing, damaged, or the keystore does not give it."""
        text = _read(self._path)
        if text is None and not create:
            raise _missing(self._path)
        if text is None:
            return self._create()
        if text.startswith(_KEYSTORE):
            return _parse(_from_keystore(text.removeprefix(_KEYSTORE)), self._path)
        return KeyFile(self._path).database_key(create=False)

    def _create(self) -> bytes:
        import keyring
        from keyring.errors import KeyringError

        key = os.urandom(KEY_BYTES)
        account = os.urandom(8).hex()
        try:
            keyring.set_password(_SERVICE, account, key.hex())
            kept = keyring.get_password(_SERVICE, account) == key.hex()
        except KeyringError:
            kept = False
        if not kept:
            log.warning("no keystore service on this machine; the database key is in the protected file %s", self._path)
            return KeyFile(self._path).database_key(create=True)
        _write_private(self._path, _KEYSTORE + account)
        return key


def _from_keystore(account: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(_SERVICE, account)
    except KeyringError as error:
        raise WorldError(f"The keystore of this machine does not give the database key: {error}") from error
    if found is None:
        raise WorldError(
            "The keystore of this machine does not have the database key. Sign in as the user who set up the till."
        )
    return found


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"The key file {path} cannot be read: {error}") from error


def _parse(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WorldError(f"The key file {path} is damaged. Put the right one back; a new key cannot open the data.")
    return key


def _missing(path: Path) -> WorldError:
    return WorldError(f"The key of this till's data is missing ({path}). Put it back; a new key cannot open the data.")


def _write_private(path: Path, text: str) -> None:
    """Write the file whole or not at all: a damaged key file would lock the till's owner out."""
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise WorldError(f"The key file {path} cannot be written: {error}") from error
