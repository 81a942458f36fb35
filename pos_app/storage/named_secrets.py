"""Secrets of devices: settings name where one is, and it is fetched from there when it is needed."""

import os
from pathlib import Path

from pos_app.errors import WorldError

KEYSTORE, ENVIRONMENT, FILE = "keystore:", "env:", "file:"
_SERVICE = "pos-terminal"


def read_secret(reference: str) -> str:
    """The secret behind keystore:NAME, env:NAME or file:PATH, without the line's end.

    Raises WorldError, which names the place and never what is there.
    """
    for kind, read in ((KEYSTORE, _from_keystore), (ENVIRONMENT, os.environ.get), (FILE, _from_file)):
        if reference.startswith(kind):
            secret = (read(reference.removeprefix(kind)) or "").rstrip("\r\n")
            if not secret:
                raise WorldError(f"There is no secret at {reference}.")
            return secret
    raise WorldError("A secret is named as keystore:NAME, env:NAME or file:PATH; it is never written into settings.")


def _from_keystore(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, name)
    except KeyringError as error:
        raise WorldError(f"The keystore of this machine does not give keystore:{name}: {error}") from error


def _from_file(path: str) -> str:
    try:
        if os.name == "posix" and Path(path).stat().st_mode & 0o077:
            raise WorldError(f"file:{path} may be read by others: make it readable by the till's user only.")
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"file:{path} cannot be read: {type(error).__name__}") from error
