"""Tickets of the shape of a real till's log, out of a seed: weighed goods, two taxes, members, percents, returns."""

import random

from pos_app.cli.till_log import Rung, Ticket
from pos_app.domain.rounding import divide

TAX_CODES = ("", "", "", "1", "2")
TENDERS = ("Cash", "Cash", "Cash", "Credit Card", "Credit Card", "EBT FS")


def tickets(number: int, seed: int = 7) -> list[Ticket]:
    """So many baskets, the same for the same seed."""
    chance = random.Random(seed)
    goods = [_good(chance, place) for place in range(240)]
    return [_ticket(chance, goods, place) for place in range(1, number + 1)]


def _good(chance: random.Random, place: int) -> Rung:
    weighed = chance.random() < 0.15
    milli = chance.randrange(180, 2_600) if weighed else 1000
    unit_minor = chance.choice((65, 99, 165, 249, 379, 549, 899, 1_299, 2_199, 4_950))
    tax_code = chance.choice(TAX_CODES)
    total_minor = divide(milli * unit_minor, 1000)
    return Rung(f"{7_000_000 + place}", f"Item {place}", milli, unit_minor, total_minor, tax_code, True)


def _ticket(chance: random.Random, goods: list[Rung], place: int) -> Ticket:
    member = f"{2_000 + chance.randrange(25)}" if chance.random() < 0.6 else ""
    percent = chance.choice((0, 0, 0, 10)) if member else 0
    tender = chance.choice(TENDERS)
    ticket = Ticket(str(place), "1900-07-01", percent, 0, 0, tender, member)
    for good in chance.choices(goods, k=min(int(chance.expovariate(1 / 4)) + 1, 30)):
        line = _copy(good)
        line.voided = chance.random() < 0.03
        ticket.lines.append(line)
    if chance.random() < 0.05:
        back = _copy(chance.choice(goods))
        back.quantity_milli, back.total_minor = -back.quantity_milli, -back.total_minor
        ticket.lines.append(back)
    return ticket


def _copy(line: Rung) -> Rung:
    return Rung(
        line.code,
        line.name,
        line.quantity_milli,
        line.unit_minor,
        line.total_minor,
        line.tax_code,
        line.discountable,
    )
