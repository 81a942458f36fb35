"""The design's numbers: colours of both themes, type scale, spacing and heights, all in one place.

Plain values without Qt, so that contrast is computed in a test and not judged by eye. Lengths are pixels at 100 %.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tint:
    """The colours of one category tile: its ground and the icon on it."""

    ground: str
    icon: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One complete set of colours.

    accent says where you are, go says money in. A name ending in _soft is a ground for text in the colour before it.
    """

    name: str
    page: str
    surface: str
    sunken: str
    ink: str
    ink_2: str
    ink_3: str
    line: str
    line_2: str
    control: str
    hover: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    accent_line: str
    go: str
    go_hover: str
    on_go: str
    go_soft: str
    go_text: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    gold: str
    gold_soft: str
    toast: str
    on_toast: str
    toast_action: str
    toast_go: str
    violet: str
    violet_soft: str
    tints: tuple[Tint, ...]


LIGHT = Theme(
    name="light",
    page="#F3F4F6",
    surface="#FFFFFF",
    sunken="#F7F8FA",
    ink="#10141B",
    ink_2="#4B5565",
    ink_3="#636D7E",
    line="#E3E6EB",
    line_2="#C9CFD8",
    control="#858E9E",
    hover="#F1F3F6",
    accent="#2456E6",
    accent_hover="#1C48C8",
    on_accent="#FFFFFF",
    accent_soft="#EDF2FF",
    accent_line="#C4D4FB",
    go="#0B7A4B",
    go_hover="#09683F",
    on_go="#FFFFFF",
    go_soft="#E6F5ED",
    go_text="#0B6E44",
    warn="#8A5000",
    warn_soft="#FDF1DC",
    bad="#B3261B",
    bad_soft="#FDECEA",
    gold="#7A5600",
    gold_soft="#FCF0D2",
    toast="#171C26",
    on_toast="#FFFFFF",
    toast_action="#9DB7FF",
    toast_go="#5BD39A",
    violet="#4B2A9B",
    violet_soft="#E9E0FA",
    tints=(
        Tint("#E4EDFC", "#1F4FA8"),
        Tint("#E0F2EA", "#12704A"),
        Tint("#F1ECE3", "#6E5330"),
        Tint("#FDF0DA", "#8A5A00"),
        Tint("#F8E5E6", "#9C2B33"),
        Tint("#E1F1F4", "#14687A"),
        Tint("#ECE7FA", "#5138A8"),
        Tint("#EAEDF2", "#445064"),
    ),
)

DARK = Theme(
    name="dark",
    page="#0B0E13",
    surface="#151A22",
    sunken="#1B212B",
    ink="#F3F5F8",
    ink_2="#B6BECB",
    ink_3="#949EAE",
    line="#252C38",
    line_2="#374151",
    control="#748092",
    hover="#202733",
    accent="#7FA2FF",
    accent_hover="#98B4FF",
    on_accent="#0A1330",
    accent_soft="#18233F",
    accent_line="#2E4374",
    go="#2FBF7F",
    go_hover="#47CD91",
    on_go="#04180E",
    go_soft="#10291F",
    go_text="#4FD298",
    warn="#F3B24A",
    warn_soft="#2D2312",
    bad="#FF8A7D",
    bad_soft="#331816",
    gold="#F0C866",
    gold_soft="#2C2510",
    toast="#E9EDF3",
    on_toast="#141922",
    toast_action="#1D46C4",
    toast_go="#0B7A4B",
    violet="#C9B6FF",
    violet_soft="#2A2144",
    tints=(
        Tint("#17243D", "#8FB4FF"),
        Tint("#12291F", "#62D3A0"),
        Tint("#28231B", "#D2B58C"),
        Tint("#2D2412", "#F0BE62"),
        Tint("#321B1E", "#F79AA0"),
        Tint("#12272D", "#7CCFE0"),
        Tint("#241D3D", "#BBA6FF"),
        Tint("#212835", "#AEBACB"),
    ),
)

THEMES = {LIGHT.name: LIGHT, DARK.name: DARK}

TEXT_PAIRS = (
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "hover"),
    ("ink", "accent_soft"),
    ("ink_2", "page"),
    ("ink_2", "surface"),
    ("ink_2", "sunken"),
    ("ink_2", "accent_soft"),
    ("ink_3", "page"),
    ("ink_3", "surface"),
    ("ink_3", "sunken"),
    ("ink_3", "accent_soft"),
    ("accent", "surface"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("go_text", "surface"),
    ("go_text", "go_soft"),
    ("go_text", "accent_soft"),
    ("on_go", "go"),
    ("on_go", "go_hover"),
    ("warn", "surface"),
    ("warn", "warn_soft"),
    ("bad", "surface"),
    ("bad", "bad_soft"),
    ("ink", "bad_soft"),
    ("ink", "warn_soft"),
    ("gold", "gold_soft"),
    ("violet", "violet_soft"),
    ("on_toast", "toast"),
    ("toast_action", "toast"),
)
"""Every pair of text and ground that is drawn anywhere: each needs a contrast of 4.5."""

BORDER_PAIRS = (("control", "surface"), ("accent", "surface"), ("accent", "sunken"), ("accent", "page"))
"""Borders that mark a control or the focus: each needs a contrast of 3."""


class Space:
    """Distances."""

    XS, S, M, L, XL, XXL = 4, 8, 12, 16, 20, 24
    GUTTER = 16
    CARD = 20


class Radius:
    """Corner radii."""

    CHIP, CONTROL, CARD = 8, 12, 16


class Height:
    """Heights of the screen's parts; nothing that is touched is lower than TOUCH."""

    TOUCH = 48
    TOP_BAR = 68
    SCAN_FIELD = 48
    ROW = 72
    CASH = 52
    PAY = 70
    TILE = 64
    KEY = 64


FOCUS_RING = 3
MOTION_MS = 140


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colour_names() -> list[str]:
    """The names of all plain colours of a theme."""
    return [field.name for field in fields(Theme) if field.name not in ("name", "tints")]
