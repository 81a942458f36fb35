"""From the return policy of a scenario file to the store's."""

from typing import Any

import msgspec

from pos_app.domain.money import Currency
from pos_app.domain.return_policy import ReturnPolicy
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.return_document import Returns
from pos_app.store_returns import read_return_policy


def return_policy(returns: Returns, money: Currency) -> ReturnPolicy:
    """What may come back. Raises ScenarioError."""
    clauses: list[dict[str, Any]] = [msgspec.to_builtins(clause) for clause in returns.policy]
    raw: dict[str, Any] = {
        "promotions": returns.promotions,
        "extension": [msgspec.to_builtins(one) for one in returns.extensions],
    }
    if returns.without_receipt is not None:
        raw["without_receipt"] = msgspec.to_builtins(returns.without_receipt)
    try:
        return read_return_policy({"returns": raw, "return_policy": clauses}, money)
    except ValueError as error:
        raise ScenarioError("returns", str(error)) from error
