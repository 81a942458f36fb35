"""Who works on the goods: the room is opened by somebody who may, and what is done in it is in their name."""

from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.services.approvals import Approvals
from pos_app.services.visit import Visit


class GoodsSession(Visit):
    """One visit to the goods room."""

    def __init__(self, approvals: Approvals, operator: Operator) -> None:
        super().__init__(approvals, operator, Action.MANAGE_GOODS, "the goods room", "Products, prices and labels")
