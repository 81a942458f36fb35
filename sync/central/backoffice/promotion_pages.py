"""Promotions: what is published, what is in force, and how often promo codes were used. Published by the command."""

from starlette.responses import Response

from sync.central.backoffice.web import Ask
from sync.central.promotions.publishing import state_of


def promotions(ask: Ask) -> Response:
    """All editions, the newest first, and the codes that were used or are held."""
    desk = ask.service.promotions
    editions = desk.editions()
    rows = [(one, state_of(one, editions, ask.now)) for one in reversed(editions)]
    return ask.page("promotions.html", editions=rows, codes=desk.counts(), time_zone=ask.terms_in_force().time_zone)
