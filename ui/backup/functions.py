"""What stands under More for the backup; its page is imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.backup.backup_desk import BackupDesk
    from ui.sale.checkout_window import CheckoutWindow
    from ui.widgets.list_panel import ListRow


class BackupFunctions:
    """Copies of the data."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    @cached_property
    def desk(self) -> BackupDesk:
        """The copies."""
        from ui.backup.backup_desk import BackupDesk

        make = self._window.services.backing_up
        assert make is not None
        return BackupDesk(self._window, make())

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.backing_up is None:
            return []
        from ui.widgets.list_panel import ListRow

        return [ListRow("Backup", "Copies of the data; restore one", lambda: self.desk.open(), "database-backup")]
