"""The service's own secrets and what is done with them: look-up keys, sealed personal data, signed allowances.

They live in a file that only the service may read, or in the environment; never in the database, so a stolen
database tells neither addresses nor gift card numbers.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.central.errors import StartError

ENVIRONMENT_PEPPER = "POS_CENTRAL_PEPPER"
ENVIRONMENT_SEALING_KEY = "POS_CENTRAL_SEALING_KEY"
ENVIRONMENT_SIGNING_KEY = "POS_CENTRAL_SIGNING_KEY"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Vault:
    """pepper makes look-up keys (HMAC-SHA-256), sealing_key encrypts (AES-256-GCM), signing_key signs (Ed25519).

    Secrets that were made before there was a signing key have one that follows from the sealing key.
    """

    pepper: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False, default=b"")

    @classmethod
    def new(cls) -> "Vault":
        """Fresh random secrets."""
        return cls(*(secrets.token_bytes(_KEY_BYTES) for _ in range(3)))

    @staticmethod
    def in_environment() -> bool:
        """True when the secrets come from the environment."""
        return ENVIRONMENT_PEPPER in os.environ or ENVIRONMENT_SEALING_KEY in os.environ

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """From the environment, else from the file, which is made (mode 0600) when there is none.

        Raises StartError when they cannot be read, or when others could read them.
        """
        if cls.in_environment():
            try:
                signing_key = os.environ.get(ENVIRONMENT_SIGNING_KEY, "")
                return cls(
                    _key(os.environ[ENVIRONMENT_PEPPER]),
                    _key(os.environ[ENVIRONMENT_SEALING_KEY]),
                    _key(signing_key) if signing_key else b"",
                )
            except (KeyError, ValueError) as error:
                raise StartError(
                    f"{ENVIRONMENT_PEPPER} and {ENVIRONMENT_SEALING_KEY} must both be 32 bytes in base64, and so must "
                    f"{ENVIRONMENT_SIGNING_KEY} when it is set"
                ) from error
        if not path.exists():
            cls._create(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise StartError(f"{path} can be read by others; run: chmod 600 '{path}'")
        try:
            document = json.loads(path.read_text("utf-8"))
            signing_key = document.get("signing_key", "")
            return cls(
                _key(document["pepper"]), _key(document["sealing_key"]), _key(signing_key) if signing_key else b""
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StartError(f"the secrets in {path} cannot be read; restore them from your backup") from error

    @classmethod
    def _create(cls, path: Path) -> None:
        """Make the file whole or not at all; when another process makes it at the same moment, that one's counts."""
        vault = cls.new()
        document = {
            "pepper": base64.b64encode(vault.pepper).decode(),
            "sealing_key": base64.b64encode(vault.sealing_key).decode(),
            "signing_key": base64.b64encode(vault.signing_key).decode(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            unfinished.unlink()
        except OSError:  # a file system without links: whoever is last counts, and nothing is ever half there
            os.replace(unfinished, path)
        else:
            unfinished.unlink()

    def email_key(self, normalised_email: str) -> str:
        """The key an address is found by."""
        return self.keyed("email", normalised_email)

    def gift_card_reference(self, number: str) -> str:
        """The name a gift card has in everything that is stored."""
        return "gc-" + self.keyed("gift-card", number.strip().replace("-", "").upper())[:40]

    def keyed(self, purpose: str, value: str) -> str:
        """An HMAC for one purpose: the same value for another purpose has another one."""
        return hmac.new(self.pepper, f"{purpose}\n{value}".encode(), sha256).hexdigest()

    @property
    def _signer(self) -> Ed25519PrivateKey:
        seed = self.signing_key or hmac.new(self.sealing_key, b"signing key of allowances", sha256).digest()
        return _private_key(seed)

    def sign(self, body: bytes) -> bytes:
        """The service's Ed25519 signature."""
        return self._signer.sign(body)

    @property
    def public_key(self) -> bytes:
        """What the service's signatures are checked with: raw Ed25519."""
        return self._signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def seal(self, plain: dict[str, str], member_id: str) -> bytes:
        """Encrypt, bound to the member: the bytes of one row are worthless in another."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.sealing_key).encrypt(nonce, json.dumps(plain).encode(), member_id.encode())

    def unseal(self, sealed: bytes, member_id: str) -> dict[str, str]:
        """The reverse of seal. Raises StartError when the key is not the one it was sealed with."""
        try:
            plain = AESGCM(self.sealing_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], member_id.encode())
        except InvalidTag as error:
            raise StartError("personal data was sealed with another key: the service has the wrong secrets") from error
        return dict(json.loads(plain))


@lru_cache(maxsize=4)
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _key(text: str) -> bytes:
    value = base64.b64decode(text, validate=True)
    if len(value) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return value
