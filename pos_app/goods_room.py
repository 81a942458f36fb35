"""The goods room of one till put together; made when a manager opens it."""

from collections.abc import Iterable
from pathlib import Path

from hardware.receipt_printer.symbols import bars
from pos_app.bootstrap import Register
from pos_app.errors import WorldError
from pos_app.goods_files import catalogue_files
from pos_app.services.goods.files import CatalogueFiles
from pos_app.services.goods.labels import Labels
from pos_app.services.goods.price_lists import PriceListsDesk
from pos_app.services.goods.products import Products
from pos_app.services.goods.promotions import PromotionsDesk
from pos_app.services.goods.session import GoodsSession
from ui.services_bundle import GoodsParts


def goods_parts(register: Register) -> GoodsParts:
    """What the room works on; it saves files among the user's documents."""
    from platformdirs import user_documents_path

    profile, book, data = register.profile, register.goods, register.data
    folder = user_documents_path() / f"Till {profile.store_id}-{profile.workstation_id}"
    session = GoodsSession(register.approvals, register.operator)

    def save(name: str, content: Iterable[bytes]) -> Path:
        return save_file(folder, name, content)

    return GoodsParts(
        session=session,
        products=Products(book, session, profile, register.clock),
        labels=Labels(
            book,
            data.price_lists,
            session,
            profile=profile,
            formatter=register.formatter,
            clock=register.clock,
            bars=bars,
        ),
        files=CatalogueFiles(
            book,
            session,
            lambda: catalogue_files(data.database.path.parent),
            lambda: register.goods_delivery.arrived.not_taken(),
        ),
        prices=PriceListsDesk(
            register.goods_delivery.prices,
            session,
            catalogue=data.catalogue,
            promotions=register.promotions,
            profile=profile,
            clock=register.clock,
        ),
        promotions=PromotionsDesk(
            register.goods_delivery.promotions,
            session,
            profile,
            register.clock,
            lambda: register.selling.current is not None,
        ),
        save=save,
    )


def save_file(folder: Path, name: str, content: Iterable[bytes]) -> Path:
    """Write a file; it is there whole, or not at all. Raises WorldError."""
    path = folder / name
    unfinished = path.with_name(f"{name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.writelines(content)
        unfinished.replace(path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error
    return path
