"""The programme's terms as a form: every field as text, what is wrong with each in words, and a document of it.

Times are typed and shown in the programme's own time zone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync import contract
from sync.central.backoffice.forms import Form
from sync.central.moments import parse

MOST_OFFERS = 50
PROOFS = ("pin", "code", "id_seen")
_LARGEST = 10**9
_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCAL = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of the form, with its bounds and words."""

    name: str
    label: str
    least: int
    most: int
    hint: str = ""


RATES = (
    Number("earn_points_per_unit", "Points for each whole dollar", 0, 1000),
    Number("redeem_points", "So many points", 1, _LARGEST, "100 points for 100 cents make a point worth a cent."),
    Number("redeem_value_minor", "are worth so many cents", 1, _LARGEST),
    Number("redeem_step_points", "Points are used in steps of", 1, _LARGEST),
    Number(
        "largest_debt_points", "Largest debt in points", 0, _LARGEST, "How far a return may take a balance below zero."
    ),
    Number("linked_card_extension_years", "Years longer with the linked card", 0, 50),
)
OFFLINE = (
    Number("redemption_limit_points", "Most points in one redemption", 0, _LARGEST),
    Number("member_allowance_points", "Most points of one member", 0, _LARGEST),
    Number("store_budget_points", "Most points of one store", 0, _LARGEST, "Shared out to its terminals."),
    Number("member_count_limit", "Redemptions of one member", 0, 1000),
    Number("age_limit_s", "Allowances are good for, in seconds", 0, 10**7, "86,400 is a day."),
)
OFFER = (
    Number("multiplier", "Times the points", 1, 1000, "5 means 5 points for every dollar."),
    Number("fixed_points", "Points once per sale", 0, _LARGEST),
    Number("minimum_minor", "From a purchase of, in cents", 0, 10**13, "0 for any."),
)
ENROLMENT = (
    Number("points", "Points for joining", 1, _LARGEST),
    Number("cap", "Only for the first", 1, _LARGEST),
    Number("look_back_days", "Not for members of the last, in days", 0, 3650),
)
SCOPES = (
    ("categories", "Only these categories"),
    ("codes", "Only these items"),
    ("stores", "Only these stores"),
    ("segments", "Only these customers"),
)


@dataclass(slots=True)
class TermsForm:
    """What stands in the form, and what is wrong with it: fields by name, sentences by name."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offers: int = 0
    enrolment_offers: int = 0
    document: contract.Terms | None = None

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with a field."""
        return self.errors.get(name, "")


# --- from a document --------------------------------------------------------------------------------------------------


def shown(document: contract.Terms) -> TermsForm:
    """The form of a version, to be changed into the next one; from when that holds is left to be said."""
    zone = ZoneInfo(document.time_zone)
    made = TermsForm(offers=len(document.offers), enrolment_offers=len(document.enrolment_offers))
    values = made.values
    for number in RATES:
        values[number.name] = str(getattr(document, number.name))
    values["effective_from"] = ""
    values["time_zone"] = document.time_zone
    values["points_tax_treatment"] = document.points_tax_treatment
    values["expiry_month_day"] = document.expiry_month_day
    values["proof_above_points"] = str(document.proof_above_points)
    if document.earn_on_points_paid_part:
        values["earn_on_points_paid_part"] = "on"
    for proof in document.redeem_proofs:
        values[f"proof-{proof}"] = "on"
    if document.offline.allowed:
        values["offline-allowed"] = "on"
    for number in OFFLINE:
        values[f"offline-{number.name}"] = str(getattr(document.offline, number.name))
    for index, offer in enumerate(document.offers):
        prefix = f"offer-{index}-"
        values |= {f"{prefix}offer_id": offer.offer_id, f"{prefix}name": offer.name}
        values |= {f"{prefix}{number.name}": str(getattr(offer, number.name)) for number in OFFER}
        values |= {f"{prefix}{name}": ", ".join(getattr(offer.scope, name)) for name, _ in SCOPES}
        values |= {f"{prefix}{name}": _local(getattr(offer, name), zone) for name in ("starts_at", "ends_at")}
    for index, joining in enumerate(document.enrolment_offers):
        prefix = f"enrolment-{index}-"
        values[f"{prefix}offer_id"] = joining.offer_id
        values |= {f"{prefix}{number.name}": str(getattr(joining, number.name)) for number in ENROLMENT}
        times = ("starts_at", "ends_at", "look_back_until", "ended_at")
        values |= {f"{prefix}{name}": _local(getattr(joining, name), zone) for name in times}
    return made


def _local(text: str, zone: ZoneInfo) -> str:
    return parse(text).astimezone(zone).strftime(_LOCAL) if text else ""


# --- from a form ------------------------------------------------------------------------------------------------------


def read(form: Form, current: contract.Terms, versions: Sequence[contract.Terms], now: datetime) -> TermsForm:
    """The form as it was sent; its document is the next version, or None when something is wrong."""
    return _Reader(form, current, versions, now).read()


class _Reader:
    def __init__(self, form: Form, current: contract.Terms, versions: Sequence[contract.Terms], now: datetime) -> None:
        self._form = form
        self._current = current
        self._versions = versions
        self._now = now
        self._made = TermsForm(values={name: value.strip() for name, value in form.fields})
        self._zone = ZoneInfo(current.time_zone)

    def read(self) -> TermsForm:
        made = self._made
        self._read_zone()
        self._forget_removed("offer", "offers")
        self._forget_removed("enrolment", "enrolment_offers")
        numbers = {number.name: self._number(number, number.name) for number in RATES}
        proof_above = self._number(
            Number("proof_above_points", "Proof is needed above", 0, _LARGEST), "proof_above_points"
        )
        offline = {number.name: self._number(number, f"offline-{number.name}") for number in OFFLINE}
        effective_from = self._effective_from()
        expiry = self._expiry()
        offers = [self._offer(f"offer-{index}-") for index in range(made.offers)]
        joining = [self._enrolment(f"enrolment-{index}-") for index in range(made.enrolment_offers)]
        self._unique("offer", [one.offer_id for one in offers])
        self._unique("enrolment", [one.offer_id for one in joining])
        if not made.errors and numbers["redeem_step_points"] * numbers["redeem_value_minor"] % numbers["redeem_points"]:
            made.errors["redeem_step_points"] = (
                "A step must be worth whole cents. Choose another step or another worth."
            )
        if made.errors:
            return made
        same_terms = [one.version for one in self._versions if one.terms_id == self._current.terms_id]
        made.document = contract.Terms(
            terms_id=self._current.terms_id,
            version=max(same_terms) + 1,
            effective_from=effective_from,
            earn_on_points_paid_part="earn_on_points_paid_part" in self._form,
            points_tax_treatment="discount" if made.value("points_tax_treatment") == "discount" else "payment",
            time_zone=self._zone.key,
            offers=offers,
            enrolment_offers=joining,
            offline=contract.OfflineRedemption(allowed="offline-allowed" in self._form, **offline),
            redeem_proofs=[proof for proof in PROOFS if f"proof-{proof}" in self._form],  # type: ignore[misc]
            proof_above_points=proof_above,
            expiry_month_day=expiry,
            **numbers,
        )
        return made

    # --- parts --------------------------------------------------------------------------------------------------------

    def _read_zone(self) -> None:
        try:
            self._zone = ZoneInfo(self._made.value("time_zone"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._made.errors["time_zone"] = "There is no such time zone. It is named like America/Los_Angeles."

    def _forget_removed(self, kind: str, count_name: str) -> None:
        """Take removed offers out and close the gaps, so that what is shown again is numbered as it is read."""
        made = self._made
        typed = self._form.text(count_name)
        count = min(int(typed), MOST_OFFERS) if typed.isdecimal() and len(typed) < 6 else 0
        kept = [index for index in range(count) if f"{kind}-{index}-remove" not in self._form]
        moved: dict[str, str] = {}
        for position, index in enumerate(kept):
            prefix = f"{kind}-{index}-"
            moved |= {
                f"{kind}-{position}-{name.removeprefix(prefix)}": value
                for name, value in made.values.items()
                if name.startswith(prefix)
            }
        made.values = {name: value for name, value in made.values.items() if not name.startswith(f"{kind}-")} | moved
        setattr(made, count_name, len(kept))

    def _offer(self, prefix: str) -> contract.OfferMessage:
        made = self._made
        numbers = {number.name: self._number(number, prefix + number.name) for number in OFFER}
        starts_at, ends_at = self._window(prefix)
        scope = {name: self._list(prefix + name) for name, _ in SCOPES}
        if not made.error(prefix + "multiplier") and numbers["multiplier"] == 1 and not numbers["fixed_points"]:
            made.errors.setdefault(
                prefix + "multiplier", "This offer gives nothing: multiply by 2 at least, or give points."
            )
        offer = contract.OfferMessage(
            offer_id=self._identifier(prefix + "offer_id"),
            version=1,
            name=made.value(prefix + "name")[:100],
            starts_at=starts_at,
            ends_at=ends_at,
            scope=contract.OfferScopeMessage(**scope),
            **numbers,
        )
        for before in self._current.offers:
            if before.offer_id == offer.offer_id:
                offer.version = before.version
                if offer != before:
                    offer.version += 1
        return offer

    def _enrolment(self, prefix: str) -> contract.EnrolmentOfferMessage:
        numbers = {number.name: self._number(number, prefix + number.name) for number in ENROLMENT}
        starts_at, ends_at = self._window(prefix)
        return contract.EnrolmentOfferMessage(
            offer_id=self._identifier(prefix + "offer_id"),
            starts_at=starts_at,
            ends_at=ends_at,
            look_back_until=self._time(prefix + "look_back_until", optional=True),
            ended_at=self._time(prefix + "ended_at", optional=True),
            **numbers,
        )

    def _unique(self, kind: str, ids: list[str]) -> None:
        for index, offer_id in enumerate(ids):
            if offer_id and offer_id in ids[:index]:
                self._made.errors.setdefault(f"{kind}-{index}-offer_id", "Another offer has this id.")

    def _effective_from(self) -> str:
        text = self._time("effective_from")
        if text and parse(text) <= self._now:
            self._made.errors["effective_from"] = "This is over. A new version begins later than now."
        elif text and any(parse(one.effective_from) == parse(text) for one in self._versions):
            self._made.errors["effective_from"] = "Another version begins at this very moment."
        return text

    def _expiry(self) -> str:
        text = self._made.value("expiry_month_day")
        try:
            date.fromisoformat(f"2023-{text}")  # a day that every year has
        except ValueError:
            self._made.errors["expiry_month_day"] = "A month and a day that every year has, like 03-31."
        return text

    # --- fields -------------------------------------------------------------------------------------------------------

    def _number(self, number: Number, name: str) -> int:
        text = self._made.value(name).replace(",", "")
        if not text.isascii() or not text.isdecimal() or not number.least <= int(text[:20]) <= number.most:
            bounds = f"a whole number from {number.least:,} to {number.most:,}"
            self._made.errors[name] = f"{number.label}: {bounds}."
            return number.least
        return int(text)

    def _identifier(self, name: str) -> str:
        text = self._made.value(name)
        if not _IDENTIFIER.fullmatch(text):
            self._made.errors[name] = "Letters, digits, dots, dashes and underscores, like holiday-2026."
        return text

    def _list(self, name: str) -> list[str]:
        return [part.strip() for part in self._made.value(name).split(",") if part.strip()][:200]

    def _window(self, prefix: str) -> tuple[str, str]:
        starts_at, ends_at = self._time(prefix + "starts_at"), self._time(prefix + "ends_at")
        if starts_at and ends_at and parse(ends_at) < parse(starts_at):
            self._made.errors[prefix + "ends_at"] = "It ends before it begins."
        return starts_at, ends_at

    def _time(self, name: str, *, optional: bool = False) -> str:
        """A time of the programme's zone with its offset."""
        text = self._made.value(name)
        if not text and optional:
            return ""
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is not None:
                raise ValueError(text)
            local = at.replace(tzinfo=self._zone)
            exists = parse(local.isoformat()).astimezone(self._zone).replace(tzinfo=None) == at
        except (ValueError, OverflowError):
            self._made.errors[name] = "A day and a time are needed here, like 2026-11-01 00:00:00."
            return ""
        if not exists:
            self._made.errors[name] = "The clocks skip this hour on that day. Choose another time."
            return ""
        return local.isoformat()
