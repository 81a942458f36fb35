"""Settings of this installation: where the data lives, which devices and services it talks to."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pos_app.device_entries import DeviceEntry, parse_devices
from pos_app.errors import WorldError
from pos_app.ports.fleet import RemotePolicy

FILE_NAME = "settings.toml"
THEMES = ("system", "light", "dark")
CARD_TERMINAL_DRIVERS = ("simulator", "adyen_local", "manual")
CUSTOMER_DISPLAYS = ("none", "window")
DOUBLES = ("once", "ask")
STORED_LOGOS = ("auto", "fs_q", "off")
REMOTE_ORDERS = tuple(RemotePolicy)
SMTP_SECURITIES = ("starttls", "tls", "none")
SECRET_PLACES = ("keystore:", "env:", "file:")


def _key(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """What a technician may set, in settings.toml in the data folder. A missing key keeps its default here.

    Each key says what it means, for the manual too. devices are the [[device]] tables: scanners, scale, line display
    and what else stands at the counter.
    """

    central_url: str = _key("", "Address of the central rewards service; empty for the one inside a demonstration.")
    central_ca_file: str = _key(
        "",
        "File with the certificates that the service's certificate is signed with; empty for the usual public ones.",
    )
    printer_driver: str = _key("simulator", "Driver of the receipt printer.")
    printer_address: str = _key(
        "",
        "Where the receipt printer is: host and port, serial port, USB identity, file or queue.",
    )
    backup_printer_driver: str = _key("", "Driver of the printer that steps in; empty for none.")
    backup_printer_address: str = _key("", "Where the printer that steps in is.")
    backup_printer_after_s: int = _key(
        15,
        "Seconds that the first printer may fail to print before the other steps in.",
    )
    printer_code_page: str = _key("CP858", "Code page that the printer prints letters with.")
    printer_stored_logo: str = _key(
        "auto",
        "How the printer is given the logo to keep: auto where it shows that it can, fs_q for old ones, or off.",
    )
    theme: str = _key("system", "Colours of the window: system, light or dark.")
    scale_percent: int = _key(100, "Size of everything on the screen.")
    card_terminal_driver: str = _key("simulator", "Driver of the card terminal: simulator, adyen_local or manual.")
    card_terminal_address: str = _key("", "Host and port of the card terminal.")
    card_terminal_poi_id: str = _key("", "The terminal's own name, model and serial number.")
    card_terminal_ca_file: str = _key("", "File with the certificate that the terminal's certificate is signed with.")
    card_terminal_certificate_name: str = _key(
        "",
        "Name in the terminal's certificate, where it is not the terminal's own.",
    )
    card_terminal_key: str = _key(
        "",
        "Where the key shared with the terminal is kept: keystore:NAME, env:NAME or file:PATH, never the key.",
    )
    card_terminal_key_name: str = _key("", "Name of that key, as the terminal knows it.")
    card_terminal_key_version: int = _key(1, "Version of that key.")
    customer_display: str = _key("none", "A second screen for the customer: none or window.")
    scanner_group_separator: str = _key("", "What keyboard scanners type in place of the separator of GS1 codes (1Dh).")
    scanner_gap_ms: int = _key(45, "Longest pause between two keys of a keyboard scanner, in milliseconds.")
    scanner_minimum_length: int = _key(4, "Shortest code of a keyboard scanner.")
    scanner_prefix: str = _key("", "What keyboard scanners type before each code.")
    scanner_suffix: str = _key("", "What keyboard scanners type after each code, before Enter.")
    scanner_double_ms: int = _key(80, "The same code again within so many milliseconds is one scan that came twice.")
    scanner_double: str = _key("once", "What becomes of it: once counts it once and says so, ask asks.")
    smtp_host: str = _key("", "Mail server that takes receipts; empty for none.")
    smtp_port: int = _key(587, "Its port.")
    smtp_security: str = _key("starttls", "How it is spoken to: starttls, tls or none.")
    smtp_user: str = _key("", "Name that the till signs in with at the mail server.")
    smtp_password: str = _key(
        "",
        "Where the password is kept: keystore:NAME, env:NAME or file:PATH, never the password.",
    )
    smtp_sender: str = _key("", "Address that receipts come from.")
    update_url: str = _key("", "Where newer versions come from, an address or a folder; empty for nowhere.")
    update_ring: str = _key(
        "stable",
        "Ring of stores that this till belongs to: what is new is offered to early before it is offered to stable.",
    )
    backup_folder: str = _key(
        "",
        "Where copies of the data go, which has to be there; empty for a folder beside the data, on the same disk.",
    )
    backup_every_h: int = _key(4, "Hours from one copy to the next; one more is made after each Z.")
    remote_orders: str = _key(
        "bundles",
        "What this till does when the back office asks: never anything, only bundles for support, or settings too.",
    )
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
    if settings.remote_orders not in REMOTE_ORDERS:
        raise WorldError(f"{path}: remote_orders must be one of {', '.join(REMOTE_ORDERS)}.")
    if settings.card_terminal_driver not in CARD_TERMINAL_DRIVERS:
        raise WorldError(f"{path}: card_terminal_driver must be one of {', '.join(CARD_TERMINAL_DRIVERS)}.")
    if settings.card_terminal_key and not settings.card_terminal_key.startswith(SECRET_PLACES):
        raise WorldError(
            f"{path}: card_terminal_key says where the key is (keystore:NAME, env:NAME or file:PATH); take the key out."
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", settings.update_ring):
        raise WorldError(f"{path}: update_ring must be a name in small letters, such as stable or early.")
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
