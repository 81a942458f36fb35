"""A store's business day over its tills: what each closed with, what all come to, and the bank's bags.

Only tills that sent their Z are in the sums; the others are named. A till that comes later makes an amended close.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from pos_app.domain.period_figures import PeriodFigures, TenderFigure, figures_from_plain
from pos_app.domain.till_closing import TenderResult

_NOTHING = PeriodFigures()
_SUMS = tuple(name for name in PeriodFigures.__dataclass_fields__ if name not in ("tenders", "taxes"))


class TillState:
    """How far a till is with the day."""

    CLOSED = "closed"
    OPEN = "open"
    COUNTING = "counting"
    NOT_OPENED = "not_opened"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class StoreTill:
    """A till's part of the day; one that closed the date twice has two. Times are ISO 8601.

    till_id tells the tills of one workstation apart (domain/tills.py); it is empty where there is but one.
    unsent is how many records it told of that have not come yet; last_heard_at when it said anything last.
    """

    terminal_id: str
    state: str
    last_heard_at: str = ""
    unsent: int = 0
    z_number: int = 0
    closed_at: str = ""
    net_sales_minor: int = 0
    over_short_minor: int = 0
    deposit_minor: int = 0
    pickups_minor: int = 0
    till_id: str = ""

    @property
    def name(self) -> str:
        """As people call it."""
        return till_words(self.terminal_id, self.till_id)


class Bag(NamedTuple):
    """A bag of cash that goes to the bank: a pickup of the day, or what the closing left over."""

    terminal_id: str
    bag_number: str
    amount_minor: int
    is_pickup: bool


@dataclass(frozen=True, slots=True)
class LedgerPoints:
    """What the rewards ledger holds for exactly the records that the closed tills' Zs cover.

    issued is as the receipts say, with what is pending; corrected is what the service put right.
    """

    issued: int = 0
    corrected: int = 0
    redeemed: int = 0
    reversed: int = 0
    restored: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class StoreDay:
    """The day as it stands. points_worth: so many points are worth so much."""

    store_id: str
    business_day: str
    currency_code: str
    tills: tuple[StoreTill, ...]
    figures: PeriodFigures = _NOTHING
    results: tuple[TenderResult, ...] = ()
    bags: tuple[Bag, ...] = ()
    ledger: LedgerPoints = LedgerPoints()
    points_worth: tuple[int, int] = (1, 1)
    quarantined: int = 0

    @property
    def open_tills(self) -> tuple[StoreTill, ...]:
        """Those that are not in the sums."""
        return tuple(till for till in self.tills if till.state != TillState.CLOSED)

    @property
    def closed_tills(self) -> tuple[StoreTill, ...]:
        """Those that are."""
        return tuple(till for till in self.tills if till.state == TillState.CLOSED)

    @property
    def bank_minor(self) -> int:
        """All bags together."""
        return sum(bag.amount_minor for bag in self.bags)

    @property
    def points_agree(self) -> bool:
        """True when the ledger holds what the tills' receipts say."""
        figures, ledger = self.figures, self.ledger
        tills = (figures.points_issued, figures.points_redeemed, figures.points_reversed, figures.points_restored)
        return tills == (ledger.issued, ledger.redeemed, ledger.reversed, ledger.restored)

    @property
    def content(self) -> "StoreDay":
        """The day without what changes by itself: the same content is the same close."""
        tills = tuple(replace(till, last_heard_at="", unsent=0) for till in self.closed_tills)
        return replace(self, tills=tills, ledger=LedgerPoints(), quarantined=0)


@dataclass(frozen=True, slots=True)
class StoreClose:
    """A close of a store's day. amendment is 0 for the first and counts up when tills came in later."""

    number: int
    amendment: int
    closed_at: str
    operator_id: str
    approver_id: str
    day: StoreDay
    digest: str = ""

    @property
    def title(self) -> str:
        """As papers and screens name it."""
        return f"Store close {self.number}" + (f", amendment {self.amendment}" if self.amendment else "")


def till_words(terminal_id: str, till_id: str) -> str:
    """A till as people call it: its workstation, and whose or which of its tills it is where there are several."""
    workstation_id = terminal_id.rpartition("-")[2]
    if till_id.startswith(f"{workstation_id}-"):
        return terminal_id + till_id.removeprefix(workstation_id)
    return f"{terminal_id} {till_id.removeprefix('P-')}".strip()


def bags_of(tills: Iterable[tuple[str, str, int]], pickups: Iterable[tuple[str, str, int]]) -> tuple[Bag, ...]:
    """The bags: what closings left over and what was picked up, each as till, bag number and amount."""
    found = [Bag(*one, is_pickup=True) for one in pickups] + [Bag(*one, is_pickup=False) for one in tills]
    return tuple(
        sorted((bag for bag in found if bag.amount_minor), key=lambda bag: (bag.terminal_id, not bag.is_pickup))
    )


def summed_figures(parts: Sequence[PeriodFigures]) -> PeriodFigures:
    """The figures of several tills as one."""
    tenders: dict[str, TenderFigure] = {}
    taxes: dict[str, int] = {}
    for part in parts:
        for one in part.tenders:
            known = tenders.get(one.tender, TenderFigure(one.tender, 0, 0, 0, 0))
            tenders[one.tender] = TenderFigure(one.tender, *(a + b for a, b in zip(known[1:], one[1:], strict=True)))
        for tax in part.taxes:
            taxes[tax.name] = taxes.get(tax.name, 0) + tax.amount_minor
    plain = {name: sum(getattr(part, name) for part in parts) for name in _SUMS}
    plain["tenders"] = [tenders[name] for name in sorted(tenders)]
    plain["taxes"] = sorted(taxes.items())
    return figures_from_plain(plain)


def summed_results(parts: Iterable[Sequence[TenderResult]]) -> tuple[TenderResult, ...]:
    """Expected and counted of several tills by tender; the tills' reasons stay on their own Zs."""
    sums: dict[tuple[str, str], TenderResult] = {}
    for part in parts:
        for one in part:
            key = (one.tender, one.currency_code)
            known = sums.get(key, TenderResult(one.tender, one.name, 0, 0, one.currency_code))
            sums[key] = known._replace(
                expected_minor=known.expected_minor + one.expected_minor,
                counted_minor=known.counted_minor + one.counted_minor,
            )
    return tuple(sums.values())


def day_to_plain(day: StoreDay) -> dict[str, Any]:
    """As the wire and the archive keep it."""
    return asdict(day) | {"figures": day.figures.to_plain(), "results": [list(one) for one in day.results]}


def day_from_plain(plain: Mapping[str, Any]) -> StoreDay:
    """The day of a document. Raises KeyError, TypeError or ValueError for one that is none."""
    points, value_minor = plain["points_worth"]
    return StoreDay(
        store_id=plain["store_id"],
        business_day=plain["business_day"],
        currency_code=plain["currency_code"],
        tills=tuple(StoreTill(**one) for one in plain["tills"]),
        figures=figures_from_plain(plain["figures"]),
        results=tuple(TenderResult(*one) for one in plain["results"]),
        bags=tuple(Bag(*one) for one in plain["bags"]),
        ledger=LedgerPoints(**plain["ledger"]),
        points_worth=(points, value_minor),
        quarantined=plain["quarantined"],
    )


def close_to_plain(close: StoreClose) -> dict[str, Any]:
    """As the wire and the archive keep it; the digest is of these bytes and stands beside them."""
    return {
        "number": close.number,
        "amendment": close.amendment,
        "closed_at": close.closed_at,
        "operator_id": close.operator_id,
        "approver_id": close.approver_id,
        "day": day_to_plain(close.day),
    }


def close_from_plain(plain: Mapping[str, Any], digest: str) -> StoreClose:
    """The close of a document. Raises KeyError, TypeError or ValueError for one that is none."""
    return StoreClose(
        number=plain["number"],
        amendment=plain["amendment"],
        closed_at=plain["closed_at"],
        operator_id=plain["operator_id"],
        approver_id=plain["approver_id"],
        day=day_from_plain(plain["day"]),
        digest=digest,
    )
