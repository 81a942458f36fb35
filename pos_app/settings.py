"""Settings of this installation: where the data lives, which devices and services it talks to."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from pos_app.device_entries import DeviceEntry, parse_devices
from pos_app.errors import WorldError

FILE_NAME = "settings.toml"
THEMES = ("system", "light", "dark")
CARD_TERMINAL_DRIVERS = ("simulator", "adyen_local", "manual")
CUSTOMER_DISPLAYS = ("none", "window")
DOUBLES = ("once", "ask")
STORED_LOGOS = ("auto", "fs_q", "off")
SMTP_SECURITIES = ("starttls", "tls", "none")
SECRET_PLACES = ("keystore:", "env:", "file:")


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """What a technician may set, in settings.toml in the data folder. A missing key keeps its default here.

    central_url is the rewards service, empty for the one embedded in a demo. printer_driver is the name of a driver
    and printer_address where its device is (docs/hardware/receipt-printers.md). backup_printer_driver, where there is
    one, names the printer that steps in once the first could not print for backup_printer_after_s. scale_percent is
    the size of everything on the screen. The card_terminal_ keys are explained in docs/hardware/payment-terminals.md;
    card_terminal_key is where the shared key is kept (keystore:NAME, env:NAME or file:PATH), never the key.
    customer_display is none or window. scanner_group_separator is what keyboard scanners type in place of the
    separator of GS1 codes (1Dh).
    scanner_gap_ms is the longest pause between two keys of a keyboard scanner and scanner_minimum_length its shortest
    code, scanner_prefix and scanner_suffix what it types around a code; the same code again within scanner_double_ms
    is one scan that was sent twice: scanner_double says once (it counts once, which is said) or ask.
    The smtp_ keys are the mail server that takes receipts; smtp_password is a place like card_terminal_key.
    update_url is where newer versions come from, an address or a folder; update_ring is the ring of stores that this
    till belongs to: what is new is offered to early before it is offered to stable.
    backup_folder is where copies of the data go, which has to be there (empty: a folder beside the data, on the same
    disk); one is made every backup_every_h hours and after each Z.
    printer_code_page is the page that the printer prints letters with. printer_stored_logo is how the printer is given
    the store's logo to keep: auto where it shows that it can, fs_q for old ones, off for none.
    devices are the [[device]] tables: scanners, scale, line display and what else stands at the counter.
    """

    central_url: str = ""
    printer_driver: str = "simulator"
    printer_address: str = ""
    backup_printer_driver: str = ""
    backup_printer_address: str = ""
    backup_printer_after_s: int = 15
    printer_code_page: str = "CP858"
    printer_stored_logo: str = "auto"
    theme: str = "system"
    scale_percent: int = 100
    card_terminal_driver: str = "simulator"
    card_terminal_address: str = ""
    card_terminal_poi_id: str = ""
    card_terminal_ca_file: str = ""
    card_terminal_certificate_name: str = ""
    card_terminal_key: str = ""
    card_terminal_key_name: str = ""
    card_terminal_key_version: int = 1
    customer_display: str = "none"
    scanner_group_separator: str = ""
    scanner_gap_ms: int = 45
    scanner_minimum_length: int = 4
    scanner_prefix: str = ""
    scanner_suffix: str = ""
    scanner_double_ms: int = 80
    scanner_double: str = "once"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_sender: str = ""
    update_url: str = ""
    update_ring: str = "stable"
    backup_folder: str = ""
    backup_every_h: int = 4
    devices: tuple[DeviceEntry, ...] = ()


def default_data_folder() -> Path:
    """Where this user's till data lives unless --data says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("pos-terminal", appauthor=False)


def load_settings(folder: Path) -> TerminalSettings:
    """The settings of a data folder; the defaults when it has no settings file.

    Raises WorldError that names the file and the key for anything that is not understood.
    """
    path = folder / FILE_NAME
    try:
        return read_settings(path.read_text(encoding="utf-8-sig"), path)
    except FileNotFoundError:
        return TerminalSettings()
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"The settings in {path} cannot be read: {error}") from error


def read_settings(text: str, path: Path) -> TerminalSettings:
    """The settings of a text that is, or is to be, in the file. Raises WorldError as load_settings does."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"The settings in {path} cannot be read: {error}") from error
    try:
        devices = parse_devices(found.pop("device", []))
    except WorldError as error:
        raise WorldError(f"{path}: {error}") from None
    defaults = TerminalSettings()
    known = {field.name: type(getattr(defaults, field.name)) for field in fields(defaults)}
    del known["devices"]
    for key, value in found.items():
        if key not in known:
            raise WorldError(f"{path}: there is no setting {key!r}; there are {', '.join(known)}.")
        if type(value) is not known[key]:
            wanted = "a whole number" if known[key] is int else "a text in quotes"
            raise WorldError(f"{path}: {key} must be {wanted}.")
    settings = TerminalSettings(**found, devices=devices)
    if settings.theme not in THEMES:
        raise WorldError(f"{path}: theme must be one of {', '.join(THEMES)}.")
    if settings.card_terminal_driver not in CARD_TERMINAL_DRIVERS:
        raise WorldError(f"{path}: card_terminal_driver must be one of {', '.join(CARD_TERMINAL_DRIVERS)}.")
    if settings.card_terminal_key and not settings.card_terminal_key.startswith(SECRET_PLACES):
        raise WorldError(
            f"{path}: card_terminal_key says where the key is (keystore:NAME, env:NAME or file:PATH); take the key out."
        )
    _check_receipts(settings, path)
    if settings.printer_stored_logo not in STORED_LOGOS:
        raise WorldError(f"{path}: printer_stored_logo must be one of {', '.join(STORED_LOGOS)}.")
    if not 1 <= settings.backup_every_h <= 24:
        raise WorldError(f"{path}: backup_every_h is 1 to 24.")
    if not 50 <= settings.scale_percent <= 300:
        raise WorldError(f"{path}: scale_percent must be between 50 and 300.")
    if not (10 <= settings.scanner_gap_ms <= 250 and 3 <= settings.scanner_minimum_length <= 20):
        raise WorldError(f"{path}: scanner_gap_ms is 10 to 250, scanner_minimum_length 3 to 20.")
    if not 0 <= settings.scanner_double_ms <= 2000:
        raise WorldError(f"{path}: scanner_double_ms is 0 to 2000.")
    if settings.scanner_double not in DOUBLES:
        raise WorldError(f"{path}: scanner_double must be one of {', '.join(DOUBLES)}.")
    return settings


def _check_receipts(settings: TerminalSettings, path: Path) -> None:
    if settings.customer_display not in CUSTOMER_DISPLAYS:
        raise WorldError(f"{path}: customer_display must be one of {', '.join(CUSTOMER_DISPLAYS)}.")
    if settings.smtp_security not in SMTP_SECURITIES:
        raise WorldError(f"{path}: smtp_security must be one of {', '.join(SMTP_SECURITIES)}.")
    if settings.smtp_host and "@" not in settings.smtp_sender:
        raise WorldError(f"{path}: smtp_sender must be the address that receipts come from.")
    if settings.smtp_password and not settings.smtp_password.startswith(SECRET_PLACES):
        raise WorldError(
            f"{path}: smtp_password says where the password is (keystore:NAME, env:NAME or file:PATH); take it out."
        )
