"""USB printers through pyusb: vendor:product or vendor:product:serial number as the address."""

import errno
from typing import Any

from hardware.receipt_printer.transports import WRITE_TIMEOUT_S, Fault, TransportError

_PRINTER_CLASS = 7
_VENDOR_CLASS = 0xFF
_CHUNK_BYTES = 4096


class UsbTransport:
    """A printer on USB, its bulk endpoints found by interface class. backend is pyusb's, for tests."""

    reads = True

    def __init__(self, address: str, backend: Any = None) -> None:
        self.address = address
        parts = address.split(":", 2)
        try:
            self._vendor, self._product = int(parts[0], 16), int(parts[1], 16)
        except (IndexError, ValueError):
            raise ValueError(f"not a USB printer's address: {address!r}; write vendor:product, as 04b8:0202") from None
        self._serial_number = parts[2] if len(parts) > 2 else ""
        self._backend = backend
        self._device: Any = None
        self._interface = 0
        self._out: Any = None
        self._in: Any = None
        self.bytes_written = 0

    def open(self) -> None:
        """Find the printer, take its interface."""
        import usb.core
        import usb.util

        self.bytes_written = 0
        try:
            self._device = usb.core.find(
                backend=self._backend, idVendor=self._vendor, idProduct=self._product, custom_match=self._is_ours
            )
            if self._device is None:
                raise self._error(Fault.OFF, "is not plugged in or not switched on")
            interface = self._printer_interface()
            self._interface = interface.bInterfaceNumber
            self._detach_kernel_driver()
            usb.util.claim_interface(self._device, self._interface)
        except usb.core.NoBackendError:
            raise self._error(Fault.OFF, "cannot be reached: libusb is not installed on this machine") from None
        except usb.core.USBError as error:
            self.close()
            if error.errno in (errno.EBUSY, errno.EACCES):
                raise self._error(
                    Fault.BUSY, "is held by another program (a print service?) or not permitted to this user"
                ) from None
            raise self._error(Fault.OFF, f"cannot be opened: {error.strerror}") from None

    def write(self, data: bytes) -> None:
        """Write all: the bus may take less than offered, so the count is looked at each time."""
        import usb.core

        view = memoryview(data)
        while view:
            try:
                written = self._out.write(view[:_CHUNK_BYTES].tobytes(), timeout=int(WRITE_TIMEOUT_S * 1000))
            except usb.core.USBTimeoutError:
                raise self._error(Fault.STALLED, "took no more data for 5 seconds") from None
            except usb.core.USBError as error:
                raise self._error(Fault.LOST, f"went away: {error.strerror}") from None
            if written <= 0:
                raise self._error(Fault.STALLED, "takes no data")
            self.bytes_written += written
            view = view[written:]

    def complete(self) -> None:
        """Nothing: every byte has left already."""

    def read(self, timeout_s: float) -> bytes:
        """What arrived within the time-out."""
        import usb.core

        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(self._in.wMaxPacketSize, timeout=max(1, int(timeout_s * 1000))))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise self._error(Fault.LOST, f"went away: {error.strerror}") from None

    def close(self) -> None:
        """Let go of the interface."""
        if self._device is None:
            return
        import usb.core
        import usb.util

        try:
            usb.util.dispose_resources(self._device)
        except usb.core.USBError:  # already unplugged: nothing is held any more
            pass
        finally:
            self._device = self._out = self._in = None

    def _is_ours(self, device: Any) -> bool:
        return not self._serial_number or device.serial_number == self._serial_number

    def _printer_interface(self) -> Any:
        import usb.util

        for wanted in (_PRINTER_CLASS, _VENDOR_CLASS):
            for configuration in self._device:
                for interface in configuration:
                    if interface.bInterfaceClass != wanted:
                        continue
                    self._out = _bulk_endpoint(interface, usb.util.ENDPOINT_OUT)
                    self._in = _bulk_endpoint(interface, usb.util.ENDPOINT_IN)
                    if self._out is not None:
                        return interface
        raise self._error(Fault.OFF, "is plugged in but is no printer")

    def _detach_kernel_driver(self) -> None:
        try:
            if self._device.is_kernel_driver_active(self._interface):
                self._device.detach_kernel_driver(self._interface)
        except NotImplementedError:  # only Linux has drivers to detach
            return

    def _error(self, fault: Fault, cause: str) -> TransportError:
        return TransportError(fault, f"The USB printer {self.address} {cause}.")


def _bulk_endpoint(interface: Any, direction: int) -> Any:
    import usb.util

    for endpoint in interface:
        is_bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        if is_bulk and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
            return endpoint
    return None
