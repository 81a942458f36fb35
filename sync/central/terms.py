"""The programme's terms: loaded once per version, never changed after, handed out to terminals."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, bindparam, select

from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from sync import contract
from sync.central import allowances, former, revision, tables, terminals
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import last_day_of_use, parse, stored
from sync.central.vault import Vault

STANDARD = contract.Terms(terms_id="standard", version=1, effective_from="1970-01-01T00:00:00+00:00")
"""What a terminal rings up with before it has heard from the service; so the service always knows it."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the terms: as it was written, and as the domain computes with it."""

    document: contract.Terms
    programme: ProgrammeTerms


def load(connection: Connection, document: contract.Terms) -> bool:
    """Keep a version. False when it was there already; raises CentralError when it is wrong or differs."""
    checked(document)
    body, effective_from = contract.encode(document), stored(parse(document.effective_from))
    row = {
        "terms_id": document.terms_id,
        "version": document.version,
        "effective_from": effective_from,
        "document": body,
    }
    if write_rows(connection, tables.terms, [row]):
        _refuse_rewriting(connection, effective_from)
        revision.change(connection)
        return True
    kept = connection.execute(
        select(tables.terms.c.document).where(
            tables.terms.c.terms_id == document.terms_id, tables.terms.c.version == document.version
        )
    ).scalar_one_or_none()
    if kept is None:
        raise CentralError(409, "terms_clash", "Another version of these terms is effective from the same moment.")
    if bytes(kept) != body:
        raise CentralError(
            409, "terms_exist", "This version exists and sales were rung up with it: give the change a new version."
        )
    return False


def every(connection: Connection) -> list[contract.Terms]:
    """All versions, in the order in which they come into force."""
    rows = connection.execute(
        select(tables.terms.c.document).order_by(tables.terms.c.effective_from, tables.terms.c.version)
    )
    return [contract.decode(bytes(row.document), contract.Terms) for row in rows]


_IN_FORCE = (
    select(tables.terms.c.document)
    .where(tables.terms.c.effective_from <= bindparam("now"))
    .order_by(tables.terms.c.effective_from.desc(), tables.terms.c.version.desc())
    .limit(1)
)


def in_force(connection: Connection, now: datetime) -> contract.Terms:
    """The terms in force; there always are some because of STANDARD."""
    document = connection.execute(_IN_FORCE, {"now": stored(now)}).scalar_one()
    return contract.decode(bytes(document), contract.Terms)


def for_terminal(
    connection: Connection, vault: Vault, now: datetime, store_id: str, have: frozenset[str] = frozenset()
) -> contract.TermsList:
    """What a till of a store needs to ring up: the versions that it does not have (named id:version), what it checks
    allowances with, its share of the store's offline budget, and whom it has to forget.
    """
    policy = in_force(connection, now).offline
    return contract.TermsList(
        terms=[one for one in every(connection) if f"{one.terms_id}:{one.version}" not in have],
        allowance_public_key=allowances.public_key_text(vault),
        terminal_budget_points=policy.store_budget_points // max(terminals.count_active(connection, store_id), 1),
        forget_members=former.to_be_forgotten(connection, now),
    )


def _refuse_rewriting(connection: Connection, effective_from: str) -> None:
    """A version that would have been in force for sales already made was not what the tills rang them up with."""
    sale = tables.sale
    since = select(sale.c.transaction_id).where(sale.c.ended_at >= effective_from)
    if connection.execute(since.limit(1)).first() is not None:
        raise CentralError(
            409, "too_early", "Sales were made since this version would come into force: let it begin later than now."
        )


def checked(document: contract.Terms) -> ProgrammeTerms:
    """The terms as the domain computes with them. Raises CentralError with all that is wrong, in words."""
    wrong = problems(document)
    if wrong:
        raise CentralError(422, "bad_terms", f"These terms cannot be used: {' '.join(wrong)}")
    return _programme(document)


def problems(document: contract.Terms) -> list[str]:
    """What is wrong with a version, a sentence each; empty when it can be used."""
    wrong: list[str] = []
    if _moment(document.effective_from) is None:
        wrong.append("It needs a time with an offset from which it is in force.")
    try:
        ZoneInfo(document.time_zone)
    except (ValueError, ZoneInfoNotFoundError):
        wrong.append(f"There is no time zone {document.time_zone!r}.")
    try:
        last_day_of_use(date(2014, 1, 1), document.expiry_month_day)
    except ValueError:
        wrong.append(f"Points cannot expire on {document.expiry_month_day}: not every year has that day.")
    for kind, offers in (("offer", document.offers), ("enrolment offer", document.enrolment_offers)):
        ids = [offer.offer_id for offer in offers]
        wrong += [f"There are two {kind}s {name!r}." for name in sorted({name for name in ids if ids.count(name) > 1})]
        wrong += [problem for offer in offers for problem in _window_problems(kind, offer)]
    for offer in document.offers:
        if offer.multiplier == 1 and not offer.fixed_points:
            wrong.append(f"The offer {offer.offer_id!r} gives nothing: once the points, and none beside.")
    for joining in document.enrolment_offers:
        if joining.cap < 0 or joining.look_back_days < 0:
            wrong.append(f"The enrolment offer {joining.offer_id!r} has a number of people or days below zero.")
        for name, text in (("early end", joining.ended_at), ("look-back", joining.look_back_until)):
            if text and _moment(text) is None:
                wrong.append(f"The {name} of the enrolment offer {joining.offer_id!r} is no time with an offset.")
    if not wrong:
        try:
            _programme(document)
        except (ValueError, ZeroDivisionError) as error:
            wrong.append(f"{error}.")
    return wrong


def _window_problems(kind: str, offer: contract.OfferMessage | contract.EnrolmentOfferMessage) -> list[str]:
    starts_at, ends_at = _moment(offer.starts_at), _moment(offer.ends_at)
    if starts_at is None or ends_at is None:
        return [f"The {kind} {offer.offer_id!r} needs a beginning and an end, each a time with an offset."]
    return [f"The {kind} {offer.offer_id!r} ends before it begins."] if ends_at < starts_at else []


def _moment(text: str) -> datetime | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


def _programme(document: contract.Terms) -> ProgrammeTerms:
    return ProgrammeTerms(
        terms_id=document.terms_id,
        version=document.version,
        earn_points_per_unit=document.earn_points_per_unit,
        earn_on_points_paid_part=document.earn_on_points_paid_part,
        redeem_points=document.redeem_points,
        redeem_value_minor=document.redeem_value_minor,
        redeem_step_points=document.redeem_step_points,
        points_tax_treatment=PointsTaxTreatment(document.points_tax_treatment),
        time_zone=document.time_zone,
        offers=tuple(_offer(offer) for offer in document.offers),
    )


def _offer(offer: contract.OfferMessage) -> BonusOffer:
    scope = offer.scope
    return BonusOffer(
        offer_id=offer.offer_id,
        version=offer.version,
        starts_at=parse(offer.starts_at),
        ends_at=parse(offer.ends_at),
        multiplier=offer.multiplier,
        fixed_points=offer.fixed_points,
        minimum_minor=offer.minimum_minor,
        scope=OfferScope(tuple(scope.categories), tuple(scope.codes), tuple(scope.stores), tuple(scope.segments)),
        name=offer.name,
    )
