"""A USB bus without USB: what pyusb asks of libusb, answered by one printer."""

import errno
import os
from array import array
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from hardware.receipt_printer.simulator import SimulatedPrinter


class UsbBus(usb.backend.IBackend):
    """A bus with one printer, for pyusb: bulk endpoints 01 (out) and 82 (in), of interface class 7.

    takes: bytes that one write takes; fails_with: errno of every write from now on, or after so many bytes. A machine
    behind it prints what arrives and answers.
    """

    def __init__(self, machine: SimulatedPrinter | None = None, takes: int = 7) -> None:
        self.received = b""
        self.replies = [] if machine else [b"\x12"]
        self.takes = takes
        self.fails_with: int | None = None
        self.fails_after = 0
        self.is_plugged_in = True
        self.claimed_by_other = False
        self._machine = machine
        if machine is not None:
            machine.attach(self.replies.append)

    def enumerate_devices(self) -> Any:
        return [1] if self.is_plugged_in else []

    def get_device_descriptor(self, dev: Any) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=0x04B8, idProduct=0x0202, bcdDevice=0x100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=5, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2, bInterfaceClass=7,
            bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(0x01, 0x82)[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Any) -> Any:
        return dev

    def close_device(self, dev_handle: Any) -> None:
        pass

    def get_configuration(self, dev_handle: Any) -> int:
        return 1

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        pass

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        if self.claimed_by_other:
            raise usb.core.USBError("Resource busy", errno=errno.EBUSY)

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        pass

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return True

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        pass

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        if self.fails_with == errno.ETIMEDOUT and len(self.received) >= self.fails_after:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        if self.fails_with and len(self.received) >= self.fails_after:
            raise usb.core.USBError(os.strerror(self.fails_with), errno=self.fails_with)
        taken = bytes(data)[: self.takes]
        self.received += taken
        if self._machine is not None:
            self._machine.feed(taken)
        return len(taken)

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: array, timeout: int) -> int:  # type: ignore[type-arg]
        if not self.replies:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        reply = self.replies.pop(0)
        buff[: len(reply)] = array("B", reply)
        return len(reply)
