"""The programme's terms on this terminal: every version delivered, the one in force by its own window."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from pos_app.ports import Clock
from pos_app.storage.database import Database

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
_COPIED = tuple(field.name for field in fields(ProgrammeTerms) if field.name not in ("offers", "points_tax_treatment"))


_NEEDED = ("terms_id", "version")


@dataclass(frozen=True, slots=True)
class _Version:
    effective_from: datetime
    terms: ProgrammeTerms


class SqliteTerms:
    """The terms of this terminal; until some are delivered, the programme's standard ones. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._versions: tuple[_Version, ...] = ()
        self._load()

    def current_terms(self) -> ProgrammeTerms:
        """The version in force now: of those already effective the newest."""
        now = self._clock.now()
        for version in reversed(self._versions):
            if version.effective_from <= now:
                return version.terms
        return ProgrammeTerms()

    def terms_of(self, terms_id: str, version: int) -> ProgrammeTerms:
        """The version that a sale was rung up with; the current one when that is not known here any more."""
        for known in self._versions:
            if (known.terms.terms_id, known.terms.version) == (terms_id, version):
                return known.terms
        return self.current_terms()

    def save(self, document: bytes) -> None:
        """Keep one version, or a list of them, as delivered. Raises ValueError when one cannot be understood."""
        delivered = json.loads(document)
        found = delivered.get("terms", [delivered]) if isinstance(delivered, dict) else None
        if not isinstance(found, list):
            raise ValueError("the programme's terms are neither a version nor a list of versions")
        for plain in found:
            _version(plain)
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO terms (terms_id, version, document) VALUES (?, ?, ?)",
                [(plain["terms_id"], plain["version"], json.dumps(plain, ensure_ascii=False)) for plain in found],
            )
            self._database.commit()
        self._load()

    def _load(self) -> None:
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
        return _Version(_moment(effective_from, zone) if effective_from else _ALWAYS, terms)
    except (AttributeError, LookupError, TypeError, ZeroDivisionError) as error:
        raise ValueError(f"the programme's terms cannot be understood: {error!r}") from error


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
