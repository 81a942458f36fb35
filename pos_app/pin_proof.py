"""What is kept of a PIN and a badge: nothing that can be tried out away from this till.

The PIN goes through argon2id with a salt of its own (OWASP: at least 19 MiB, 2 passes). What comes out is the proof;
the till keeps only a keyed hash of it, under a pepper made from the database key, which is in the machine's keystore.
So the central service can hand proofs to many tills, and a copied database alone is worth nothing.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from itertools import pairwise

DEFAULT_COST = "argon2id:2:32768:1"
"""Passes, KiB and lanes."""
_SALT_BYTES = 16
_PROOF_BYTES = 32


@dataclass(frozen=True, slots=True)
class PinProof:
    """The outcome of argon2id over a PIN, with how it was made."""

    salt: bytes
    cost: str
    proof: bytes


def prove(pin: str, salt: bytes, cost: str) -> bytes:
    """argon2id of a PIN; takes some tens of milliseconds. Raises ValueError for a cost that is not understood."""
    from argon2.low_level import Type, hash_secret_raw

    kind, passes, kib, lanes = cost.split(":")
    if kind != "argon2id":
        raise ValueError(f"PINs cannot be hashed by {kind}")
    return hash_secret_raw(pin.encode(), salt, int(passes), int(kib), int(lanes), _PROOF_BYTES, Type.ID)


def new_proof(pin: str, cost: str = DEFAULT_COST) -> PinProof:
    """A PIN with a fresh salt."""
    salt = os.urandom(_SALT_BYTES)
    return PinProof(salt, cost, prove(pin, salt, cost))


def badge_digest(code: str) -> bytes:
    """What is known of a badge; its code is long and random, so a plain hash says nothing about it."""
    return hashlib.sha256(b"operator badge\0" + code.encode()).digest()


def peppered(pepper: bytes, value: bytes) -> bytes:
    """What the till keeps of a proof or a badge."""
    return hmac.digest(pepper, value, "sha256")


def is_easily_guessed(pin: str) -> bool:
    """One digit all through, or digits that go up or down by one: what is tried first."""
    steps = {int(second) - int(first) for first, second in pairwise(pin)}
    return len(steps) == 1 and steps <= {-1, 0, 1}
