"""A cash drawer on a printer's connector. The printer kicks it; this is how it stands on the screen."""

from hardware.base import Device, StatusListener
from pos_app.ports import DeviceState


class CashDrawer(Device):
    """The drawer's state: ready, or why it did not open the last time it was asked to."""

    def __init__(self, on_status: StatusListener | None = None) -> None:
        super().__init__("cash drawer", "cash_drawer", on_status)
        self.report(DeviceState.READY)
