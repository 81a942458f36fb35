"""The till's device key, as it signs receipts."""

from typing import Any

from pos_app.ports import IdentityStore


class DeviceKeySigner:
    """Implements pos_app.ports.ReceiptSigner with the Ed25519 key that the till was let in with.

    The key is read and prepared once it exists; warm() does so ahead of the first sale. Any thread may call.
    """

    def __init__(self, identity: IdentityStore) -> None:
        self._identity = identity
        self._key: Any = None

    def warm(self) -> None:
        """Import and read what the first signature needs."""
        enrolment = self._identity.enrolment()
        if enrolment is not None:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            self._key = Ed25519PrivateKey.from_private_bytes(enrolment.private_key)

    def sign(self, message: bytes) -> bytes:
        """The signature; empty while the till was not let in anywhere and has no key."""
        if self._key is None:
            self.warm()
        return self._key.sign(message) if self._key is not None else b""

    def is_own(self, message: bytes, signature: bytes) -> bool:
        """True for what this till signed with the key it has now."""
        return bool(signature) and self.sign(message) == signature
