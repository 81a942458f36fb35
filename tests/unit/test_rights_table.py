"""The table of rights: denied by default, and written out for people in docs/rights.md, which this test keeps true."""

import os
from pathlib import Path

import pytest

from pos_app.domain.operator import NOBODY, Role
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, Decision, Limit, decide, may_approve
from pos_app.services.approvals import Approvals, NotAllowedError

DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"
_INTRODUCTION = """# Who may do what

Printed from `pos_app/domain/rights.py` by `tests/unit/test_rights_table.py`; set `WRITE_DOCS=1` to write it anew.
**yes**: alone. A limit: alone up to it, beyond it with the approval of somebody who may. **asks**: only with an
approval. **no**: never, not even with one. What is not in the table is denied. Amounts are in the store's currency.

"""


def in_words(limit: Limit | None) -> str:
    if limit is None:
        return "no"
    if limit.amount_minor is not None and limit.amount_minor < 0:
        return "asks"
    parts = []
    if limit.percent_micro is not None:
        parts.append(f"{limit.percent_micro // 10_000} %")
    if limit.amount_minor is not None:
        parts.append(f"{limit.amount_minor // 100}.{limit.amount_minor % 100:02d}")
    return "up to " + " and ".join(parts) if parts else "yes"


def document() -> str:
    lines = [f"| act | {' | '.join(Role)} |", "| --- |" + " --- |" * len(Role)]
    for action in Action:
        cells = [in_words(DEFAULT_RIGHTS.get(action, {}).get(role)) for role in Role]
        lines.append(f"| {action.value.replace('_', ' ')} | {' | '.join(cells)} |")
    return _INTRODUCTION + "\n".join(lines) + "\n"


def test_the_document_is_the_table():
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(document(), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.value)
def test_every_act_has_a_row_and_somebody_who_may_do_it_alone(action):
    assert any(decide(DEFAULT_RIGHTS, role, action) is Decision.ALLOWED for role in Role)


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.value)
def test_nobody_and_whoever_the_table_does_not_name_is_denied(action):
    with pytest.raises(NotAllowedError):
        Approvals(NOBODY).require(action)
    for role in Role:
        assert decide({}, role, action) is Decision.DENIED
        assert not may_approve({}, role, action)


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.value)
def test_who_may_do_less_alone_never_may_do_more(action):
    """An associate is never allowed what a supervisor is not, nor a supervisor what a manager is not."""
    order = (Role.ASSOCIATE, Role.SUPERVISOR, Role.MANAGER)
    for amount_minor in (0, 2_500, 5_000, 10_000, 20_000, 10**7):
        for percent_micro in (0, 50_000, 100_000, 250_000, 1_000_000):
            may = [may_approve(DEFAULT_RIGHTS, role, action, amount_minor, percent_micro) for role in order]
            assert may == sorted(may)
