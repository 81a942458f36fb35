"""Code pages that a technician chooses from: the same letters in each, to see on paper which one the printer means."""

CODE_PAGES = {"CP858": 19, "CP437": 0, "CP852": 18, "CP1252": 16}
"""Names as in settings.toml, and the number by which ESC t selects the page on Epson's printers and most others."""

_SAMPLE = "é è ü ß ñ £ €"
_LEFT, _SELECT = b"\x1ba\x00", b"\x1bt"


def code_page_table(chosen: str) -> bytes:
    """A line for each page, its name and the sample in its bytes; what a page lacks is a question mark."""
    lines = [
        _SELECT
        + bytes((number,))
        + f"{'>' if name == chosen else ' '} {name:<8}".encode("ascii")
        + _SAMPLE.encode(name.lower(), "replace")
        + b"\n"
        for name, number in CODE_PAGES.items()
    ]
    return _LEFT + b"".join(lines)
