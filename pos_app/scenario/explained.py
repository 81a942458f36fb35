"""How a transaction came to its points, step by step, with the rule that each step follows."""

from typing import Any

from pos_app.domain.explanation import POINTS, Step, explain_points
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnTransaction
from pos_app.ports import EnrolmentAnswer
from pos_app.scenario.player import Played
from pos_app.scenario.shop import Shop
from pos_app.scenario.values import quantity_text

_TAKEN_BACK = "Points earned on returned goods are taken back: exactly those of the line, the rest with its last part."
_GIVEN_BACK = "Points that had paid go back to the lots they came from, in proportion to the goods, all with the last."
_JOINING = "An enrolment offer has a window, a look-back to former members and a number of people it is for."


def explained(shop: Shop, played: Played) -> dict[str, Any] | None:
    """The explanation of a completed sale, a return or an enrolment; None where there is nothing to explain."""
    if played.sale is not None:
        return _of_sale(shop, played.sale)
    if played.returned is not None and played.returned_of is not None:
        return _of_return(played.returned, played.returned_of)
    if played.joined is not None:
        return _of_joining(played.joined, granted_points(played))
    return None


def granted_points(played: Played) -> int:
    """Points for joining; who is a member already gets none again."""
    joined = played.joined
    return joined.offer_points if joined is not None and not joined.already_member else 0


def _of_sale(shop: Shop, sale: RetailTransaction) -> dict[str, Any]:
    terms = shop.data.terms.terms_of(sale.earned.terms_id, sale.earned.terms_version)
    minor_per_unit = shop.plan.profile.currency.minor_per_unit
    explanation = explain_points(sale.lines, sale.earned, terms, sale.points_used, minor_per_unit)
    return {
        "points": explanation.points,
        "steps": [_step(step) for step in explanation.steps],
        "lines": [
            {"line": line.line_number, "points": line.points, "steps": [_step(step) for step in line.steps]}
            for line in explanation.lines
        ],
    }


def _of_return(returned: ReturnTransaction, sale: RetailTransaction) -> dict[str, Any]:
    sold = {line.line_number: line for line in sale.lines}
    steps = [Step("Points taken back", -returned.points_reversed, POINTS, _TAKEN_BACK)]
    if returned.points_restored:
        steps.append(Step("Points given back", returned.points_restored, POINTS, _GIVEN_BACK))
    return {
        "points": returned.points_restored - returned.points_reversed,
        "steps": [_step(step) for step in steps],
        "lines": [
            {
                "line": line.line_number,
                "points": -line.points,
                "steps": [
                    _step(Step("Points of the whole line", sold[line.line_number].points, POINTS)),
                    _step(
                        Step(
                            f"Came back now: {quantity_text(line.quantity_milli)} "
                            f"of {quantity_text(sold[line.line_number].quantity_milli)}",
                            -line.points,
                            POINTS,
                            _TAKEN_BACK,
                        )
                    ),
                ],
            }
            for line in returned.lines
        ],
    }


def _of_joining(joined: EnrolmentAnswer, points: int) -> dict[str, Any]:
    what = "Points for joining"
    if joined.already_member:
        what = "Is a member already"
    elif joined.offer_status != "granted":
        what = joined.offer_reason or "No enrolment offer is on"
    return {"points": points, "steps": [_step(Step(what, points, POINTS, _JOINING))], "lines": []}


def _step(step: Step) -> dict[str, Any]:
    return {"what": step.what, step.unit: step.value, "rule": step.clause}
