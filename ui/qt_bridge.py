"""From device and sync threads into the GUI thread: every callback becomes a queued signal."""

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from pos_app.ports import DeviceStatus, PrintJob, ScanEvent, SyncStatus


class QtBridge(QObject):
    """Hand its methods to devices and to the sync worker as callbacks; connect to its signals in the window.

    The methods may be called on any thread and never wait.
    """

    scanned = Signal(object)
    scan_refused = Signal(str)
    device_changed = Signal(object)
    sync_changed = Signal(object)
    drawer_changed = Signal(bool)
    paper_printed = Signal(object)
    paper_in_doubt = Signal(object)
    backup_printed = Signal(object)
    noticed = Signal(str, str)

    _scanned = Signal(object)
    _scan_refused = Signal(str)
    _device_changed = Signal(object)
    _sync_changed = Signal(object)
    _drawer_changed = Signal(bool)
    _paper_printed = Signal(object)
    _paper_in_doubt = Signal(object)
    _backup_printed = Signal(object)
    _noticed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        for inner, outer in (
            (self._scanned, self.scanned),
            (self._scan_refused, self.scan_refused),
            (self._device_changed, self.device_changed),
            (self._sync_changed, self.sync_changed),
            (self._drawer_changed, self.drawer_changed),
            (self._paper_printed, self.paper_printed),
            (self._paper_in_doubt, self.paper_in_doubt),
            (self._backup_printed, self.backup_printed),
            (self._noticed, self.noticed),
        ):
            inner.connect(outer, Qt.ConnectionType.QueuedConnection)

    def on_scan(self, event: ScanEvent) -> None:
        """A scanner read something."""
        _emit(self._scanned, event)

    def on_scan_refused(self, reason: str) -> None:
        """A scanner sent something that is no code; reason is a sentence."""
        _emit(self._scan_refused, reason)

    def on_device(self, status: DeviceStatus) -> None:
        """A device came, went or changed."""
        _emit(self._device_changed, status)

    def on_sync(self, status: SyncStatus) -> None:
        """The sync worker's state changed."""
        _emit(self._sync_changed, status)

    def on_drawer(self, is_open: bool) -> None:
        """The drawer was opened or closed."""
        _emit(self._drawer_changed, is_open)

    def on_paper(self, picture_png: bytes) -> None:
        """The simulated printer's paper, as a PNG picture."""
        _emit(self._paper_printed, picture_png)

    def on_paper_in_doubt(self, job: PrintJob) -> None:
        """Nobody knows whether a document came out of the printer."""
        _emit(self._paper_in_doubt, job)

    def on_backup_printer(self, job: PrintJob) -> None:
        """A document comes out of the other printer."""
        _emit(self._backup_printed, job)

    def on_notice(self, title: str, words: str) -> None:
        """Something that whoever works the till has to know: a few words, and a sentence."""
        _emit(self._noticed, title, words)


def _emit(signal: SignalInstance, *values: object) -> None:
    try:
        signal.emit(*values)
    except RuntimeError:
        # The window was closed while a device was still talking; nobody is left to tell.
        return
