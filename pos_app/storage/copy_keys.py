"""The keys of copies: each copy has one of its own, sealed for this machine and for whoever holds the recovery key.

The till keeps only the public half of the recovery key, so that a stolen till opens no copy but by its own keystore,
and a stolen copy opens nothing. What a seal was made over (the copy's facts) is bound into it: a seal that was moved
to another copy, or facts that were changed, do not open.
"""

import hashlib
import os
import re
from base64 import b64decode, b64encode

from pos_app.errors import CashierError, WorldError
from pos_app.ports.backup import RECOVERY_MARK
from pos_app.storage.keys import KEY_BYTES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that could be taken for a digit
_LOOKS_LIKE = str.maketrans("OIL", "011")
_SEED_BYTES, _SEED_LETTERS, _CHECK_LETTERS, _GROUP = 16, 26, 2, 4
_NONCE = 12


class CopyKeyError(WorldError):
    """This key does not open this copy."""


def new_recovery_key() -> str:
    """A new recovery key: 128 random bits and a check, in seven groups of four letters and digits."""
    return shown(os.urandom(_SEED_BYTES))


def shown(seed: bytes) -> str:
    """The key as it is shown, printed and typed."""
    letters = _letters(int.from_bytes(seed), _SEED_LETTERS) + _check(seed)
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def seed_of(typed: str) -> bytes:
    """What a typed or scanned recovery key stands for. Raises CashierError when it is mistyped."""
    plain = re.sub(r"[\s\-]", "", typed.strip().upper().removeprefix(RECOVERY_MARK)).translate(_LOOKS_LIKE)
    wrong = CashierError("recovery_key", "This is no recovery key: it has seven groups of four letters and digits.")
    if len(plain) != _SEED_LETTERS + _CHECK_LETTERS or any(letter not in _ALPHABET for letter in plain):
        raise wrong
    number = 0
    for letter in plain[:_SEED_LETTERS]:
        number = number * 32 + _ALPHABET.index(letter)
    if number >> (8 * _SEED_BYTES):
        raise wrong
    seed = number.to_bytes(_SEED_BYTES)
    if _check(seed) != plain[_SEED_LETTERS:]:
        raise CashierError("recovery_key", "The recovery key is mistyped: one of its letters or digits is wrong.")
    return seed


def public_half(typed: str) -> bytes:
    """What the till keeps of a recovery key; 32 bytes. Raises CashierError for one that is mistyped."""
    return bytes(_private_half(seed_of(typed)).public_key().public_bytes_raw())


def fingerprint(public_key: bytes) -> str:
    """Eight digits to tell recovery keys apart by; says nothing about them."""
    return hashlib.sha256(b"recovery key\0" + public_key).hexdigest()[:8]


def seal_for_machine(database_key: bytes, copy_key: bytes, facts: bytes) -> str:
    """The copy's key, which only the key of the machine's database opens again."""
    return _seal(_machine_key(database_key), copy_key, facts)


def open_by_machine(database_key: bytes, sealed: str, facts: bytes) -> bytes:
    """The copy's key. Raises CopyKeyError: another machine made it, or it was changed."""
    words = "This machine did not make this copy, or it was changed. The store's recovery key opens it."
    return _open(_machine_key(database_key), sealed, facts, words)


def seal_for_store(public_key: bytes, copy_key: bytes, facts: bytes) -> str:
    """The copy's key, which only the recovery key opens again."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    once_public = once.public_key().public_bytes_raw()
    return f"{b64encode(once_public).decode()}.{_seal(_derived(shared, once_public + public_key), copy_key, facts)}"


def open_by_recovery_key(typed: str, sealed: str, facts: bytes) -> bytes:
    """The copy's key. Raises CashierError for a mistyped recovery key, CopyKeyError for one of another store."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    private = _private_half(seed_of(typed))
    words = "This recovery key does not open this copy: it belongs to another store, or the copy was changed."
    once_text, _, rest = sealed.partition(".")
    try:
        once_public = b64decode(once_text, validate=True)
        shared = private.exchange(X25519PublicKey.from_public_bytes(once_public))
    except ValueError as error:
        raise CopyKeyError(words) from error
    own = private.public_key().public_bytes_raw()
    return _open(_derived(shared, once_public + own), rest, facts, words)


def _letters(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(count)))


def _check(seed: bytes) -> str:
    return _letters(int.from_bytes(hashlib.sha256(b"recovery key check\0" + seed).digest()[:2]) >> 6, _CHECK_LETTERS)


def _private_half(seed: bytes):  # type: ignore[no-untyped-def]  # the library is imported where it is needed only
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(hashlib.sha256(b"till recovery key 1\0" + seed).digest())


def _machine_key(database_key: bytes) -> bytes:
    return _derived(database_key, b"machine")


def _derived(secret: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt=b"till backup copy 1", info=info).derive(secret)


def _seal(key: bytes, secret: bytes, facts: bytes) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = os.urandom(_NONCE)
    return b64encode(nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, facts)).decode()


def _open(key: bytes, sealed: str, facts: bytes, words: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        raw = b64decode(sealed, validate=True)
        return bytes(ChaCha20Poly1305(key).decrypt(raw[:_NONCE], raw[_NONCE:], facts))
    except (ValueError, InvalidTag) as error:
        raise CopyKeyError(words) from error
