"""Reading codes that say more than a number, as the services ask for it."""

from typing import Protocol

from pos_app.domain.money import Currency
from pos_app.domain.scan_code import ScannedCode, UnreadCode


class Gs1Reader(Protocol):
    """Reads GS1 element strings and GS1 Digital Links."""

    def __call__(self, text: str, currency: Currency) -> ScannedCode | UnreadCode:
        """What the code says, or why it cannot be used; prices in it are of this currency."""
