"""The goods room of one till put together; made when a manager opens it."""

from pos_app.bootstrap import Register
from pos_app.services.goods.products import Products
from pos_app.services.goods.session import GoodsSession
from ui.services_bundle import GoodsParts


def goods_parts(register: Register) -> GoodsParts:
    """What the room works on."""
    session = GoodsSession(register.approvals, register.operator)
    return GoodsParts(session=session, products=Products(register.goods, session, register.profile, register.clock))
