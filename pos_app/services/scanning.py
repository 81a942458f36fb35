"""From a scanned or typed code to its item: as it is, as a GS1 code, as a label of the store's own, or why not."""

from dataclasses import dataclass

from pos_app.domain.item import Item
from pos_app.domain.label_rule import read_label
from pos_app.domain.scan_code import (
    ScanFault,
    ScannedCode,
    UnreadCode,
    gtin,
    is_gs1,
    single_piece,
    split_symbology,
    why_unknown,
    without_add_on,
)
from pos_app.domain.store import StoreProfile
from pos_app.ports import Catalogue, Gs1Reader


@dataclass(frozen=True, slots=True)
class FoundItem:
    """The item of a code, and what else the code said."""

    item: Item
    scanned: ScannedCode


class CodeFinder:
    """Finds items by codes. A plain code that is on file never takes more than one look into the catalogue."""

    def __init__(self, catalogue: Catalogue, profile: StoreProfile, read_gs1: Gs1Reader | None = None) -> None:
        self._catalogue = catalogue
        self._profile = profile
        self._read_gs1 = read_gs1

    def find(self, text: str) -> FoundItem | UnreadCode:
        """The item of what a scanner sent or a person typed, with or without an AIM identifier."""
        code, symbology = split_symbology(text.strip())
        code = without_add_on(code, symbology)
        item = self._catalogue.find_by_code(code) if code else None
        if item is not None:
            return FoundItem(item, ScannedCode(code))
        if self._read_gs1 is not None and is_gs1(code, symbology):
            read = self._read_gs1(code, self._profile.currency)
            return read if isinstance(read, UnreadCode) else self._of_gs1(read)
        label = read_label(code, self._profile.labels)
        if isinstance(label, UnreadCode):
            return label
        if label is not None:
            for candidate in label.item_codes:
                item = self._catalogue.find_by_code(candidate)
                if item is not None:
                    return FoundItem(item, label.scanned)
            return UnreadCode(code, ScanFault.NOT_ON_FILE)
        return self._case_of(code) or why_unknown(code)

    def _of_gs1(self, read: ScannedCode) -> FoundItem | UnreadCode:
        item = self._catalogue.find_by_code(read.code)
        if item is not None:
            return FoundItem(item, read)
        return self._case_of(read.code) or why_unknown(read.code)

    def _case_of(self, code: str) -> UnreadCode | None:
        """A case whose single piece is on file is no product of its own: the indicator says so."""
        number = gtin(code) if len(code) == 14 else None
        piece = single_piece(number) if number else ""
        if not piece or self._catalogue.find_by_code(piece) is None:
            return None
        return UnreadCode(code, ScanFault.CASE)
