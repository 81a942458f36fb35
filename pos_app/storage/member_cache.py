"""Members seen at this till lately, for when the central service is out of reach.

Of the address and the card number only keyed hashes are kept, so that nobody can read them back; the account is
masked already. What is older than thirty days is gone.
"""

import hmac

from pos_app.domain.member import MemberAccount
from pos_app.ports import Clock
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json, to_json

KEPT_S = 30 * 86_400
_PURPOSE = b"members seen lately"

# A member found by card keeps the address they were found by before.
_REMEMBER = """
    INSERT INTO member_cache (member_id, address_hash, card_hash, account, remembered_at_s) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (member_id) DO UPDATE SET
        address_hash = coalesce(excluded.address_hash, address_hash), card_hash = excluded.card_hash,
        account = excluded.account, remembered_at_s = excluded.remembered_at_s
"""


class SqliteMemberCache:
    """What this till last knew of its members. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._key = hmac.digest(database.key, _PURPOSE, "sha256")

    def remember(self, email: str, account: MemberAccount) -> None:
        """Keep what the central service just said; an empty address leaves the one known before."""
        now_s = self._now_s()
        address_hash = self._hash(email)
        with self._database.write() as connection:
            connection.execute("DELETE FROM member_cache WHERE remembered_at_s < ?", (now_s - KEPT_S,))
            if address_hash:  # an address belongs to one member at a time
                connection.execute(
                    "DELETE FROM member_cache WHERE address_hash = ? AND member_id <> ?",
                    (address_hash, account.member_id),
                )
            row = (account.member_id, address_hash, self._hash(account.card_number), to_json(account), now_s)
            connection.execute(_REMEMBER, row)
            self._database.commit()

    def find(self, email: str) -> MemberAccount | None:
        """What was known of this address last, or None."""
        return self._find("address_hash = ?", self._hash(email))

    def find_by_card(self, card_number: str) -> MemberAccount | None:
        """What was known of the member with this card last, or None."""
        return self._find("card_hash = ?", self._hash(card_number))

    def forget(self, member_id: str) -> None:
        """Remove a member who was erased or left."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM member_cache WHERE member_id = ?", (member_id,))
            self._database.commit()

    def _find(self, condition: str, value: bytes | None) -> MemberAccount | None:
        if value is None:
            return None
        row = self._database.one(
            f"SELECT account FROM member_cache WHERE {condition} AND remembered_at_s >= ?",  # noqa: S608 - constants
            (value, self._now_s() - KEPT_S),
        )
        return from_json(MemberAccount, row[0]) if row else None

    def _hash(self, text: str) -> bytes | None:
        return hmac.digest(self._key, text.encode(), "sha256") if text else None

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())
