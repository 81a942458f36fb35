"""What a receipt printer can do and has done, as it was found out by asking it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class CompletionMark(StrEnum):
    """How a printer proves that a job is on paper, strongest first.

    process_id: GS ( H, answered when printing has completed. buffered_status: GS r 1, answered when all data before it
    was processed. automatic_status: ASB switched on behind the data, which then reports no fault. none: it cannot.
    """

    PROCESS_ID = "process_id"
    BUFFERED_STATUS = "buffered_status"
    AUTOMATIC_STATUS = "automatic_status"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterIdentity:
    """What a printer calls itself (GS I 66, 67, 65, 68); empty where it does not say."""

    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class PrinterCapability:
    """One printer as it was probed. statistics are counts over its whole life at this counter."""

    identity: PrinterIdentity = PrinterIdentity()
    answers: bool = False
    completion: CompletionMark | None = None
    """None: not probed yet."""
    probed_at: str = ""
    statistics: dict[str, int] = field(default_factory=dict)
    keeps_graphics: bool | None = None
    """Whether it keeps pictures that it can be asked about (GS ( L); None: not asked yet."""
    stored_logo: str = ""
    """Which logo is in its memory, by its digest; empty where none is known to be."""


class PrinterRecords(Protocol):
    """The printers this counter has had, by how they are reached. Thread-safe."""

    def load(self, printer: str) -> PrinterCapability | None:
        """What is known of a printer, or None."""

    def save(self, printer: str, capability: PrinterCapability) -> None:
        """Keep it."""
