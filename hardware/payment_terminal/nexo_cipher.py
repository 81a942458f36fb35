"""How messages to a terminal on the store's network are sealed: the scheme that Adyen publishes for local terminals.

PBKDF2-HMAC-SHA-1 makes 80 bytes of the shared passphrase: an HMAC key, an AES-256 key and an initialisation vector.
A message is encrypted with AES-CBC under that vector XOR a fresh nonce; the HMAC-SHA-256 is taken of the plain text.
The header stays readable beside it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_SALT = b"AdyenNexoV1Salt"
_ROUNDS = 4000
_BLOCK_BYTES = 16


class ForgedMessageError(ValueError):
    """A message that was not sealed with our key, or was changed under way."""


@dataclass(frozen=True, slots=True)
class NexoKey:
    """The key that terminal and till share, as entered on both sides."""

    identifier: str
    version: int
    passphrase: str = field(repr=False)


class NexoCipher:
    """Seals and opens messages with one key."""

    def __init__(self, key: NexoKey) -> None:
        material = hashlib.pbkdf2_hmac("sha1", key.passphrase.encode(), _SALT, _ROUNDS, 80)
        self._key = key
        self._hmac_key, self._cipher_key, self._vector = material[:32], material[32:64], material[64:]

    def seal(self, header: dict[str, Any], message: bytes) -> dict[str, Any]:
        """The sealed form of a message: its header, the blob and the trailer."""
        nonce = secrets.token_bytes(_BLOCK_BYTES)
        padder = PKCS7(8 * _BLOCK_BYTES).padder()
        encryptor = self._cipher(nonce).encryptor()
        blob = encryptor.update(padder.update(message) + padder.finalize()) + encryptor.finalize()
        return {
            "MessageHeader": header,
            "NexoBlob": base64.b64encode(blob).decode(),
            "SecurityTrailer": {
                "AdyenCryptoVersion": 1,
                "KeyIdentifier": self._key.identifier,
                "KeyVersion": self._key.version,
                "Nonce": base64.b64encode(nonce).decode(),
                "Hmac": base64.b64encode(self._hmac(message)).decode(),
            },
        }

    def open(self, sealed: dict[str, Any]) -> bytes:
        """The message inside. Raises ForgedMessageError, which says nothing of its content."""
        try:
            blob = base64.b64decode(sealed["NexoBlob"])
            nonce = base64.b64decode(sealed["SecurityTrailer"]["Nonce"])
            claimed = base64.b64decode(sealed["SecurityTrailer"]["Hmac"])
            decryptor = self._cipher(nonce).decryptor()
            unpadder = PKCS7(8 * _BLOCK_BYTES).unpadder()
            message = unpadder.update(decryptor.update(blob) + decryptor.finalize()) + unpadder.finalize()
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise ForgedMessageError("the answer is not sealed with this till's key") from None
        if not hmac.compare_digest(claimed, self._hmac(message)):
            raise ForgedMessageError("the answer is not sealed with this till's key")
        return message

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        if len(nonce) != _BLOCK_BYTES:
            raise ValueError("a nonce has 16 bytes")
        vector = bytes(a ^ b for a, b in zip(self._vector, nonce, strict=True))
        return Cipher(algorithms.AES(self._cipher_key), modes.CBC(vector))

    def _hmac(self, message: bytes) -> bytes:
        return hmac.digest(self._hmac_key, message, "sha256")
