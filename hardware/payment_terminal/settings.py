"""Which card terminal stands at a workstation, and how it is reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SIMULATOR = "simulator"
ADYEN_LOCAL = "adyen_local"
MANUAL = "manual"


def _no_passphrase() -> str:
    raise ValueError("the card terminal's shared key is not set")


@dataclass(frozen=True, slots=True)
class CardTerminalSettings:
    """driver is simulator, adyen_local or manual; all else is for adyen_local.

    address is host:port. poi_id is the terminal's model and serial number, sale_id the till's. certificate_name is
    what the terminal's certificate is made out to, ca_file whom to trust with it. key_name and key_version name the
    key that till and terminal share; passphrase fetches it when it is needed.
    """

    driver: str = SIMULATOR
    address: str = ""
    sale_id: str = ""
    poi_id: str = ""
    certificate_name: str = ""
    ca_file: Path | None = None
    key_name: str = ""
    key_version: int = 1
    passphrase: Callable[[], str] = field(default=_no_passphrase, repr=False)
