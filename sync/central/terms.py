"""The programme's terms: loaded once per version, never changed after, handed out to terminals."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from sync import contract
from sync.central import allowances, former, revision, tables, terminals
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
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
    body = contract.encode(document)
    row = {
        "terms_id": document.terms_id,
        "version": document.version,
        "effective_from": stored(parse(document.effective_from)),
        "document": body,
    }
    if write_rows(connection, tables.terms, [row]):
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


def in_force(connection: Connection, now: datetime) -> contract.Terms:
    """The terms in force; there always are some because of STANDARD."""
    query = select(tables.terms.c.document).where(tables.terms.c.effective_from <= stored(now))
    newest = query.order_by(tables.terms.c.effective_from.desc(), tables.terms.c.version.desc()).limit(1)
    return contract.decode(bytes(connection.execute(newest).scalar_one()), contract.Terms)


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


def checked(document: contract.Terms) -> ProgrammeTerms:
    """The terms as the domain computes with them. Raises CentralError with what is wrong."""
    try:
        parse(document.effective_from)
        ZoneInfo(document.time_zone)
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
    except (ValueError, ZoneInfoNotFoundError, ZeroDivisionError) as error:
        raise CentralError(422, "bad_terms", f"These terms cannot be used: {error}") from error


def _offer(offer: contract.OfferMessage) -> BonusOffer:
    starts_at, ends_at = parse(offer.starts_at), parse(offer.ends_at)
    if ends_at < starts_at:
        raise ValueError(f"offer {offer.offer_id} ends before it starts")
    scope = offer.scope
    return BonusOffer(
        offer_id=offer.offer_id,
        version=offer.version,
        starts_at=starts_at,
        ends_at=ends_at,
        multiplier=offer.multiplier,
        fixed_points=offer.fixed_points,
        minimum_minor=offer.minimum_minor,
        scope=OfferScope(tuple(scope.categories), tuple(scope.codes), tuple(scope.stores), tuple(scope.segments)),
        name=offer.name,
    )
