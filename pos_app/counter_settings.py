"""From what a technician wrote into settings.toml to the settings of each driver."""

from dataclasses import dataclass, replace
from pathlib import Path

from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.settings import LEVELS, DrawerSettings
from hardware.counter_devices import OtherSettings
from hardware.line_display.settings import LineDisplaySettings
from hardware.payment_terminal.settings import CardTerminalSettings
from hardware.peripherals import Peripherals, PeripheralsSettings
from hardware.receipt_printer.settings import PrinterSettings
from hardware.scale.settings import UNITS, ScaleSettings
from pos_app.device_entries import DeviceEntry
from pos_app.domain.store import StoreProfile
from pos_app.domain.tills import DRAWERS
from pos_app.errors import WorldError
from pos_app.ports.customer_display import CustomerView
from pos_app.settings import TerminalSettings
from pos_app.storage.named_secrets import read_secret

PRINTERS_DRAWER = "printer"


@dataclass(frozen=True, slots=True)
class SecretAt:
    """Fetches a secret from its place each time it is called; two of one place are equal."""

    place: str

    def __call__(self) -> str:
        """The secret. Raises WorldError, which names the place."""
        return read_secret(self.place)


def peripherals_settings(folder: Path, profile: StoreProfile, settings: TerminalSettings) -> PeripheralsSettings:
    """All devices of a counter. Raises WorldError with a sentence for a device that makes no sense."""
    drawer = printers_drawer_of(settings.devices)
    printer = PrinterSettings(
        driver=settings.printer_driver,
        address=settings.printer_address,
        columns=profile.receipt_columns,
        code_page=settings.printer_code_page,
        drawer_pin=drawer.pin,
        drawer_on_ms=drawer.on_ms,
        drawer_off_ms=drawer.off_ms,
        drawer_open_level=drawer.open_level,
        logo_file=profile.receipt.logo_file,
        stored_logo=settings.printer_stored_logo,
    )
    return PeripheralsSettings(
        printer,
        scanners=scanners_of(settings.devices),
        data_folder=folder,
        card_terminal=_card_terminal(folder, profile, settings),
        backup_printer=_backup(printer, settings),
        backup_after_s=settings.backup_printer_after_s,
        others=others_of(settings.devices, profile),
        display_language=profile.receipt.language,
    )


def _backup(printer: PrinterSettings, settings: TerminalSettings) -> PrinterSettings | None:
    if not settings.backup_printer_driver:
        return None
    driver, address = settings.backup_printer_driver, settings.backup_printer_address
    return replace(printer, name="backup printer", driver=driver, address=address)


def _card_terminal(folder: Path, profile: StoreProfile, settings: TerminalSettings) -> CardTerminalSettings:
    return CardTerminalSettings(
        driver=settings.card_terminal_driver,
        address=settings.card_terminal_address,
        sale_id=f"{profile.store_id}-{profile.workstation_id}",
        poi_id=settings.card_terminal_poi_id,
        certificate_name=settings.card_terminal_certificate_name,
        ca_file=folder / settings.card_terminal_ca_file if settings.card_terminal_ca_file else None,
        key_name=settings.card_terminal_key_name,
        key_version=settings.card_terminal_key_version,
        passphrase=SecretAt(settings.card_terminal_key),
    )


class PoleDisplays:
    """The line displays that stand at the counter now, as one customer display."""

    def __init__(self, peripherals: Peripherals) -> None:
        self._peripherals = peripherals

    def show_view(self, view: CustomerView) -> None:
        """See CustomerDisplay."""
        for display in self._peripherals.others.displays:
            display.show_view(view)

    def end(self) -> None:
        """See CustomerDisplay."""
        for display in self._peripherals.others.displays:
            display.end()


def has_pole_display(entries: tuple[DeviceEntry, ...]) -> bool:
    """True where something has to follow the sale from the start; what that needs is not loaded otherwise."""
    return any(entry.kind == "line_display" for entry in entries)


def drawer_alarm_s(entries: tuple[DeviceEntry, ...]) -> int:
    """After so many seconds the till says that the drawer is open; 0: never."""
    drawers = [_drawer_of(entry) for entry in entries if entry.kind == "cash_drawer"]
    return drawers[0].alarm_s if drawers else DrawerSettings().alarm_s


def scanners_of(entries: tuple[DeviceEntry, ...]) -> tuple[ScannerSettings, ...]:
    """The scanners; a till without any, whose scanner types, still has a simulated one for its device panel."""
    found = tuple(scanner_of(entry) for entry in entries if entry.kind == "barcode_scanner")
    return found or (ScannerSettings(),)


def others_of(entries: tuple[DeviceEntry, ...], profile: StoreProfile) -> tuple[OtherSettings, ...]:
    """Pole displays, scales, and a drawer that does not hang on the printer. Raises WorldError with a sentence."""
    makers = {"line_display": _display_of, "scale": _scale_of, "cash_drawer": _drawer_of}
    return tuple(
        makers[entry.kind](entry, profile)
        for entry in entries
        if entry.kind in makers and (entry.kind, entry.driver) != ("cash_drawer", PRINTERS_DRAWER)
    )


def printers_drawer_of(entries: tuple[DeviceEntry, ...]) -> DrawerSettings:
    """The drawer on the printer's connector: its pin, pulse and what its contact shows. Raises WorldError."""
    for entry in entries:
        if (entry.kind, entry.driver) == ("cash_drawer", PRINTERS_DRAWER):
            return _drawer_of(entry)
    return DrawerSettings()


def settings_of(entry: DeviceEntry, profile: StoreProfile) -> OtherSettings:
    """The settings of one device of these kinds. Raises WorldError for another kind, or an option that is none."""
    if entry.kind == "barcode_scanner":
        return scanner_of(entry)
    for settings in others_of((entry,), profile):
        return settings
    raise WorldError(f"{entry.name}: a {entry.kind.replace('_', ' ')} of this driver is no device of its own.")


def scanner_of(entry: DeviceEntry) -> ScannerSettings:
    """A scanner on a port."""
    return ScannerSettings(
        entry.name, entry.driver, _line(entry), entry.text_option("prefix"), entry.text_option("suffix")
    )


def _display_of(entry: DeviceEntry, profile: StoreProfile) -> LineDisplaySettings:
    idle = (entry.text_option("idle_upper", profile.store_name), entry.text_option("idle_lower"))
    return LineDisplaySettings(entry.name, entry.driver, _line(entry), idle, entry.option("brightness", 0))


def _scale_of(entry: DeviceEntry, profile: StoreProfile) -> ScaleSettings:
    unit = entry.text_option("unit", profile.weight_unit)
    if unit not in UNITS:
        raise WorldError(f"settings.toml, device {entry.name!r}: unit must be one of {', '.join(UNITS)}.")
    plain = ScaleSettings()
    return ScaleSettings(
        entry.name,
        entry.driver,
        _line(entry),
        unit,
        entry.option("smallest_milli", plain.smallest_milli),
        entry.option("largest_milli", plain.largest_milli),
    )


def _drawer_of(entry: DeviceEntry, _: StoreProfile | None = None) -> DrawerSettings:
    plain = DrawerSettings()
    level = entry.text_option("open_level")
    pin, on_ms, off_ms = entry.option("pin", plain.pin), entry.option("on_ms", 50), entry.option("off_ms", 500)
    if level not in LEVELS:
        raise WorldError(f"settings.toml, device {entry.name!r}: open_level must be high or low, or left out.")
    drawer = entry.text_option("drawer", plain.drawer)
    if drawer not in DRAWERS:
        raise WorldError(f"settings.toml, device {entry.name!r}: drawer must be A or B.")
    if pin not in (2, 5):
        raise WorldError(f"settings.toml, device {entry.name!r}: pin must be 2 or 5.")
    if not (2 <= on_ms <= 510 and 2 <= off_ms <= 510):
        raise WorldError(f"settings.toml, device {entry.name!r}: on_ms and off_ms are between 2 and 510.")
    return DrawerSettings(
        entry.name,
        entry.driver,
        _line(entry),
        pin,
        on_ms,
        off_ms,
        level,
        entry.text_option("sense"),
        entry.text_option("kick_hex", plain.kick_hex),
        entry.option("alarm_s", plain.alarm_s),
        drawer,
    )


def _line(entry: DeviceEntry) -> str:
    """The address, with the speed that stands beside it."""
    baud = entry.option("baud", 0)
    return f"{entry.address}@{baud}" if baud and "@" not in entry.address else entry.address
