"""How the service is set up: a file and the environment, read once at the start and judged as a whole.

Everything that is wrong is said at once, each with its place and what it can be, so that nobody mends a
configuration one start at a time. What counts is, in this order: the command line, the environment, the file.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.central.errors import StartError
from sync.central.vault import ENVIRONMENT_PEPPER, ENVIRONMENT_SEALING_KEY, ENVIRONMENT_SIGNING_KEY

PREFIX = "POS_CENTRAL_"
FILE_VARIABLE = "POS_CENTRAL_CONFIG"
FROM_FILE = "_FILE"
"""POS_CENTRAL_DATABASE_FILE names a file that holds the value, as systemd's credentials and containers' secrets do."""
OTHER_VARIABLES = frozenset({FILE_VARIABLE, ENVIRONMENT_PEPPER, ENVIRONMENT_SEALING_KEY, ENVIRONMENT_SIGNING_KEY})
MIGRATING = ("at_start", "by_command")
CODES = ("", "smtp", "console")
SECURITIES = ("starttls", "tls", "none")
LOG_LEVELS = ("debug", "info", "warning")


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """What an operator may set. The names are the keys of the file and, with POS_CENTRAL_ in front, the variables.

    Rates are of one process: `_at_once` tokens, refilled by so many a minute. sources says where each value came from.
    """

    data: str = ""
    database: str = field(default="", repr=False)
    migrate: str = "at_start"
    host: str = "127.0.0.1"
    port: int = 8710
    tls_certificate: str = ""
    tls_key: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    stop_timeout_s: int = 10
    log_level: str = "info"
    look_ups_at_once: int = 60
    look_ups_per_minute: int = 60
    misses_at_once: int = 40
    misses_per_minute: int = 6
    address_look_ups_at_once: int = 400
    address_look_ups_per_minute: int = 600
    codes: str = ""
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_security: str = "starttls"
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    def source(self, name: str) -> str:
        """Where the value came from, in words."""
        return self.sources.get(name, "default")


Reader = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how its value is read (ValueError says what it can be), whether it is a secret, and what it is for."""

    name: str
    read: Reader
    about: str
    secret: bool = False


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("it is a text in quotes")
    return value.strip()


def _number(least: int, most: int) -> Reader:
    def read(value: object) -> int:
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"it is a whole number from {least:,} to {most:,}")
        return value

    return read


def _one_of(*choices: str) -> Reader:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"it is {' or '.join(choice or 'empty' for choice in choices)}")
        return str(value)

    return read


def _networks(value: object) -> tuple[str, ...]:
    """Addresses or networks; in a variable, with commas between."""
    named = value.split(",") if isinstance(value, str) else value
    try:
        found = [str(one).strip() for one in named]  # type: ignore[attr-defined]
        for one in found:
            ipaddress.ip_network(one)
    except (TypeError, ValueError):
        raise ValueError('it is a list of addresses or networks, such as ["10.0.0.5", "10.1.0.0/24"]') from None
    return tuple(found)


def _database(value: object) -> str:
    text = _text(value)
    if text and not text.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("it is sqlite:///FILE or postgresql://USER@HOST/NAME")
    return text


_rate, _burst = _number(1, 1_000_000), _number(1, 100_000)
KEYS = (
    Key("data", _text, "folder of the secrets and, without a database, of the SQLite file"),
    Key("database", _database, "sqlite:///FILE or postgresql://USER@HOST/NAME; empty: a SQLite file in data", True),
    Key("migrate", _one_of(*MIGRATING), "at_start: bring the schema up to date; by_command: refuse to start instead"),
    Key("host", _text, "address to listen on"),
    Key("port", _number(0, 65_535), "port to listen on; 0 takes a free one"),
    Key("tls_certificate", _text, "PEM file; empty when a proxy in front speaks TLS"),
    Key("tls_key", _text, "its private key, PEM file"),
    Key("trusted_proxies", _networks, "whose X-Forwarded-For and X-Forwarded-Proto are believed"),
    Key("stop_timeout_s", _number(1, 300), "seconds that requests under way get when the service is told to stop"),
    Key("log_level", _one_of(*LOG_LEVELS), "the least important lines that are logged"),
    Key("look_ups_at_once", _burst, "look-ups of one terminal at once"),
    Key("look_ups_per_minute", _rate, "look-ups of one terminal a minute, in the long run"),
    Key("misses_at_once", _burst, "look-ups of one terminal that found nobody, at once"),
    Key("misses_per_minute", _rate, "look-ups of one terminal that found nobody, a minute, in the long run"),
    Key("address_look_ups_at_once", _burst, "look-ups from one network address at once"),
    Key("address_look_ups_per_minute", _rate, "look-ups from one network address a minute, in the long run"),
    Key("codes", _one_of(*CODES), "how one-time codes and receipts go out: smtp, or console for trying out"),
    Key("smtp_host", _text, "mail server"),
    Key("smtp_port", _number(0, 65_535), "its port; 0: 465 for tls, else 587"),
    Key("smtp_from", _text, "the sender's address"),
    Key("smtp_user", _text, "user at the mail server, empty for none"),
    Key("smtp_password", _text, "its password", True),
    Key("smtp_security", _one_of(*SECURITIES), "starttls, tls, or none for a relay on the same machine"),
)
_BY_NAME = {key.name: key for key in KEYS}


def read_settings(
    file: Path | None = None, environment: Mapping[str, str] | None = None, options: Mapping[str, object] | None = None
) -> CentralSettings:
    """The settings of a file (or of POS_CENTRAL_CONFIG), the environment and the command line.

    Raises StartError with a line for each thing that is wrong.
    """
    variables = os.environ if environment is None else environment
    named = file or (Path(variables[FILE_VARIABLE]) if variables.get(FILE_VARIABLE) else None)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    problems: list[str] = []
    given = [*_from_file(named, problems), *_from_environment(variables, problems)]
    given += [(name, value, "command line") for name, value in (options or {}).items() if value is not None]
    for name, value, source in given:
        try:
            values[name] = _BY_NAME[name].read(value)
        except ValueError as error:
            shown = "the value" if _BY_NAME[name].secret else repr(value)
            problems.append(f"{source}: {name} cannot be {shown}: {error}.")
        sources[name] = source
    settings = CentralSettings(**values, sources=sources)
    if not problems:
        problems = list(_contradictions(settings))
    if problems:
        raise StartError("The configuration is wrong:\n" + "\n".join(f"  {problem}" for problem in problems))
    return settings


def _from_file(file: Path | None, problems: list[str]) -> Iterator[tuple[str, object, str]]:
    if file is None:
        return
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        problems.append(f"{file}: it cannot be read: {error.strerror}.")
        return
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: it is not TOML: {error}.")
        return
    for name, value in document.items():
        if name in _BY_NAME:
            yield name, value, str(file)
        else:
            problems.append(f"{file}: there is no key {name!r}{_meant(name)}.")


def _from_environment(variables: Mapping[str, str], problems: list[str]) -> Iterator[tuple[str, object, str]]:
    for variable in sorted(variables):
        if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES or not variables[variable]:
            continue  # an empty variable is one that was not set, as compose files leave them
        name, value = variable.removeprefix(PREFIX).lower(), variables[variable]
        key = _BY_NAME.get(name.removesuffix(FROM_FILE.lower()))
        if name in _BY_NAME:
            yield name, value, variable
        elif key is not None and key.secret and variable.endswith(FROM_FILE):
            try:
                yield key.name, Path(value).read_text("utf-8").strip(), variable
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{variable}: {value} cannot be read: {getattr(error, 'strerror', 'it is no text')}.")
        else:
            problems.append(f"{variable}: there is no such setting{_meant(name, PREFIX)}.")


def _meant(name: str, prefix: str = "") -> str:
    close = difflib.get_close_matches(name.lower(), _BY_NAME, 1)
    if not close:
        return ""
    return f"; {prefix}{close[0].upper()} is one" if prefix else f"; {close[0]} is one"


def _contradictions(settings: CentralSettings) -> Iterator[str]:
    """What each value allows by itself and all together do not."""
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        yield "tls_certificate and tls_key go together: set both, or neither when a proxy in front speaks TLS."
    for name in ("tls_certificate", "tls_key"):
        file = getattr(settings, name)
        if file and not os.access(file, os.R_OK):
            yield f"{settings.source(name)}: {name}: {file} cannot be read."
    if settings.codes == "smtp":
        for name in ("smtp_host", "smtp_from"):
            if not getattr(settings, name):
                yield f"codes is smtp, and {name} ({PREFIX}{name.upper()}) is not set."
    elif settings.smtp_host:
        yield f'{settings.source("smtp_host")}: smtp_host is set, and codes is not "smtp": nothing would be sent.'
