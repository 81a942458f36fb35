"""Promotions and promo codes as the service offers them: each call is one transaction. All raise CentralError."""

from pos_app.ports import Clock
from sync.central.database import Database
from sync.central.promotions import codes, publishing
from sync.central.promotions.codes import CodeCount
from sync.central.terminals import Terminal
from sync.promotions import Edition, Editions, PlacePromoCodeHold, PromoCodeHoldAnswer


class PromotionDesk:
    """Publishes editions, hands them out, and sets uses of promo codes aside. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def publish(self, document: Edition) -> bool:
        """Keep an edition and tell the tills; False when exactly this one was there."""
        now = self._clock.now()
        return self._database.run(lambda connection: publishing.publish(connection, now, document))

    def editions(self) -> list[Edition]:
        """All editions, in the order in which they come into force."""
        return self._database.read(publishing.every)

    def for_terminal(self, store_id: str, have: frozenset[str] = frozenset()) -> Editions:
        """What the tills of a store need, but not the editions (id:version) that they have."""
        now = self._clock.now()
        return self._database.read(lambda connection: publishing.for_terminal(connection, now, store_id, have))

    def place_hold(self, terminal: Terminal, request: PlacePromoCodeHold) -> PromoCodeHoldAnswer:
        """Set one use of a code aside for a sale."""
        now = self._clock.now()
        return self._database.run(lambda connection: codes.place(connection, now, terminal, request))

    def counts(self) -> list[CodeCount]:
        """How often each code was used."""
        return self._database.read(codes.counts)
