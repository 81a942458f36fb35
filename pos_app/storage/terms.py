"""The programme's terms on this terminal: every version delivered, the one in force by its own window."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pos_app.domain.offline_redemption import OfflinePolicy
from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from pos_app.ports import Clock, RedeemProofs
from pos_app.storage.database import Database

T = TypeVar("T")

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
_COPIED = tuple(field.name for field in fields(ProgrammeTerms) if field.name not in ("offers", "points_tax_treatment"))


_NEEDED = ("terms_id", "version")


@dataclass(frozen=True, slots=True)
class _Version:
    effective_from: datetime
    terms: ProgrammeTerms
    offline: OfflinePolicy
    proofs: RedeemProofs


_STANDARD = _Version(_ALWAYS, ProgrammeTerms(), OfflinePolicy(), RedeemProofs())


class SqliteTerms:
    """The terms of this terminal; until some are delivered, the programme's standard ones. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._versions: tuple[_Version, ...] = ()
        self._public_key = ""
        self._terminal_budget_points = 0
        self._load()

    def current_terms(self) -> ProgrammeTerms:
        """The version in force now: of those already effective the newest."""
        return self._current().terms

    def offline_policy(self) -> OfflinePolicy:
        """The limits of redeeming without the central service; the budget is what it gave this terminal."""
        return replace(self._current().offline, terminal_budget_points=self._terminal_budget_points)

    def redeem_proofs(self) -> RedeemProofs:
        """What a member has to show before points are used."""
        return self._current().proofs

    def allowance_public_key(self) -> str:
        """The key that signs members' allowances, raw Ed25519 in base64; empty until it was delivered."""
        return self._public_key

    def terms_of(self, terms_id: str, version: int) -> ProgrammeTerms:
        """The version that a sale was rung up with; the current one when that is not known here any more."""
        for known in self._versions:
            if (known.terms.terms_id, known.terms.version) == (terms_id, version):
                return known.terms
        return self.current_terms()

    def save(self, document: bytes) -> None:
        """Keep one version, or a list of them with key and budget. Raises ValueError for what cannot be understood."""
        delivered = json.loads(document)
        found = delivered.get("terms", [delivered]) if isinstance(delivered, dict) else None
        if not isinstance(found, list):
            raise ValueError("the programme's terms are neither a version nor a list of versions")
        programme = (
            _of_type(str, delivered.get("allowance_public_key", "")),
            _of_type(int, delivered.get("terminal_budget_points", 0)),
        )
        for plain in found:
            _version(plain)
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO terms (terms_id, version, document) VALUES (?, ?, ?)",
                [(plain["terms_id"], plain["version"], json.dumps(plain, ensure_ascii=False)) for plain in found],
            )
            if "terms" in delivered:
                connection.execute(
                    "UPDATE programme SET allowance_public_key = ?, terminal_budget_points = ?", programme
                )
            self._database.commit()
        self._load()

    def _current(self) -> _Version:
        now = self._clock.now()
        for version in reversed(self._versions):
            if version.effective_from <= now:
                return version
        return _STANDARD

    def _load(self) -> None:
        row = self._database.one("SELECT allowance_public_key, terminal_budget_points FROM programme")
        if row:
            self._public_key, self._terminal_budget_points = row
        rows = self._database.all("SELECT document FROM terms")
        versions = [_version(json.loads(row[0])) for row in rows]
        self._versions = tuple(sorted(versions, key=lambda v: (v.effective_from, v.terms.version)))


def _version(plain: Any) -> _Version:
    """A version of its plain values; keys of a later contract are skipped. Raises ValueError."""
    try:
        zone = ZoneInfo(plain.get("time_zone", ProgrammeTerms().time_zone))
        treatment = plain.get("points_tax_treatment", PointsTaxTreatment.PAYMENT.value)
        terms = ProgrammeTerms(
            **{name: _checked(name, plain[name]) for name in _COPIED if name in plain or name in _NEEDED},
            points_tax_treatment=PointsTaxTreatment(treatment),
            offers=tuple(_offer(offer, zone) for offer in plain.get("offers", ())),
        )
        effective_from = plain.get("effective_from", "")
        return _Version(
            _moment(effective_from, zone) if effective_from else _ALWAYS,
            terms,
            _offline(plain.get("offline", {})),
            RedeemProofs(
                tuple(_of_type(str, kind) for kind in plain.get("redeem_proofs", ())),
                _of_type(int, plain.get("proof_above_points", 0)),
            ),
        )
    except (AttributeError, LookupError, TypeError, ZeroDivisionError) as error:
        raise ValueError(f"the programme's terms cannot be understood: {error!r}") from error


def _offline(plain: Mapping[str, Any]) -> OfflinePolicy:
    """The limits of the terms; the budget in there is the whole store's and is not this terminal's to spend."""
    standard = OfflinePolicy()
    known = ("allowed", "redemption_limit_points", "member_count_limit", "age_limit_s")
    return replace(standard, **{n: _of_type(type(getattr(standard, n)), plain[n]) for n in known if n in plain})


def _of_type(kind: type[T], value: Any) -> T:
    """A value that has exactly this type. Raises ValueError."""
    if type(value) is not kind:
        raise ValueError(f"the programme's terms have {value!r} where a {kind.__name__} belongs")
    return value


def _checked(name: str, value: Any) -> Any:
    """A value of the type that the terms have there."""
    if type(value) is not type(getattr(ProgrammeTerms(), name)):
        raise ValueError(f"{name} of the programme's terms is {value!r}")
    return value


def _offer(plain: Mapping[str, Any], zone: ZoneInfo) -> BonusOffer:
    scope = plain.get("scope", {})
    return BonusOffer(
        offer_id=plain["offer_id"],
        version=plain["version"],
        starts_at=_moment(plain["starts_at"], zone),
        ends_at=_moment(plain["ends_at"], zone),
        multiplier=plain["multiplier"],
        scope=OfferScope(**{field.name: tuple(scope.get(field.name, ())) for field in fields(OfferScope)}),
        name=plain.get("name", ""),
        fixed_points=plain.get("fixed_points", 0),
        minimum_minor=plain.get("minimum_minor", 0),
    )


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment with its offset; one without is meant in the programme's zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
