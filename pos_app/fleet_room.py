"""How the till of this machine is, and its policy about what it is asked from afar."""

import platform
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app import __version__
from pos_app.errors import WorldError
from pos_app.ports import Storage
from pos_app.ports.fleet import OrderResult, RemoteOrder, RemotePolicy, TillHealth
from pos_app.services.remote_orders import RemoteOrders
from pos_app.settings import load_settings
from pos_app.storage.database import FILE_NAME

if TYPE_CHECKING:
    from pos_app.technician_room import TechnicianRoom


class LocalFleetRoom:
    """See ports.fleet.FleetRoom."""

    def __init__(
        self, folder: Path, storage: Storage, now: Callable[[], datetime], room: Callable[[], "TechnicianRoom"]
    ) -> None:
        self._folder = folder
        self._storage = storage
        self._started_at = now().isoformat(timespec="seconds")
        self._open_room = room

    @cached_property
    def _room(self) -> "TechnicianRoom":
        return self._open_room()

    def health(self) -> TillHealth:
        """How the till is."""
        try:
            free = shutil.disk_usage(self._folder).free
            size = sum(path.stat().st_size for path in self._folder.glob(f"{FILE_NAME}*"))
        except OSError as error:
            raise WorldError(f"{self._folder} cannot be looked at: {error.strerror or error}.") from error
        versions = self._room.book.versions()
        return TillHealth(
            software_version=__version__,
            system=platform.platform(),
            disk_free_bytes=free,
            data_bytes=size,
            business_day=self._storage.business_day(),
            started_at=self._started_at,
            settings_version=versions[0].number if versions else 0,
            devices=tuple(self._room.rows()),
        )

    def carry_out(self, order: RemoteOrder) -> OrderResult:
        """Do what was asked, as far as the settings of this moment allow."""
        orders = RemoteOrders(
            self._room,
            self._room.book,
            storage=self._storage,
            policy=lambda: RemotePolicy(load_settings(self._folder).remote_orders),
        )
        return orders.carry_out(order)
