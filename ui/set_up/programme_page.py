"""The rewards programme's terms and who may do what, to be read: neither is set here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.operator import Role
from pos_app.domain.rewards import PointsTaxTreatment, ProgrammeTerms
from pos_app.domain.rights import UNLIMITED, Limit, RightsTable
from pos_app.ports import Formatter, TermsSource
from ui.technician.parts import Facts, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.card import Card
from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from ui.background import Background

_SIDE, _GAP = Space.L, Space.GUTTER


class _Told(Card):
    def __init__(self, title: str, words: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._title, self._told = title, words

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title, and where it is changed."""
        wide = rect.width() - 2 * _SIDE - 8
        paint.text(painter, QRectF(_SIDE + 4, 8, wide, 44), self._title, font(18, 700))
        paint.wrapped(painter, QRectF(_SIDE + 4, 50, wide, 44), self._told, font(14, 500))


class ProgrammePage(RoomPage):
    """Two cards that say what is not set here."""

    title = "Programme"
    icon = "award"

    def __init__(
        self, terms: TermsSource, rights: RightsTable, formatter: Formatter, background: Background, parent: QWidget
    ) -> None:
        super().__init__(background, parent)
        self._terms, self._formatter = terms, formatter
        self._card = _Told("Rewards programme", "The central service sets it for all stores.", self)
        self.facts = Facts("Terms of the programme", self._card)
        self._side = _Told("Who may do what", "Limits are under Rights; the rest is the same in every store.", self)
        self.rights = TextLines("Rights", self._side)
        self._rights = rights

    def begin(self) -> None:
        """Read the terms."""
        self.rights.show_lines(lines_of(self._rights, self._formatter))
        self.work(self._terms.current_terms, self._show)

    def _show(self, terms: ProgrammeTerms) -> None:
        self.facts.show_facts(facts_of(terms, self._formatter))

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.46)
        self._card.setGeometry(0, 0, left, high)
        self.facts.setGeometry(_SIDE + 4, 104, left - 2 * _SIDE - 8, high - 104 - _SIDE)
        self._side.setGeometry(left + _GAP, 0, wide - left - _GAP, high)
        self.rights.setGeometry(_SIDE, 104, wide - left - _GAP - 2 * _SIDE, high - 104 - _SIDE)


def facts_of(terms: ProgrammeTerms, formatter: Formatter) -> list[tuple[str, str]]:
    """The terms in words."""
    points = formatter.points
    used = "a payment" if terms.points_tax_treatment is PointsTaxTreatment.PAYMENT else "a discount"
    return [
        ("Terms", f"{terms.terms_id}, version {terms.version}"),
        ("Points for each unit of price", points(terms.earn_points_per_unit)),
        ("What they are worth", f"{points(terms.redeem_points)} pay {formatter.money(terms.redeem_value_minor)}"),
        ("Used in steps of", points(terms.redeem_step_points)),
        ("Using points is", used),
        ("The part paid with points", "earns" if terms.earn_on_points_paid_part else "earns nothing"),
        ("Bonus offers", points(len(terms.offers))),
        ("Days begin and end in", terms.time_zone),
    ]


def lines_of(table: RightsTable, formatter: Formatter) -> list[tuple[str, str, str]]:
    """Every action with what each role may do; a limit is an amount, a percentage, or both."""
    found = []
    for action, row in table.items():
        found.append(("·", action.value.replace("_", " ").capitalize(), "ink"))
        said: dict[str, list[str]] = {}
        for role in Role:
            if role in row:
                said.setdefault(_said(row[role], formatter), []).append(role.value)
        found += [("", f"   {words}: {', '.join(roles)}", "ink_2") for words, roles in said.items()]
    return found


def _said(limit: Limit, formatter: Formatter) -> str:
    if limit == UNLIMITED:
        return "Alone"
    if not limit.covers(0, 0):
        return "Asks"
    parts = [] if limit.amount_minor is None else [formatter.money(limit.amount_minor)]
    parts += [] if limit.percent_micro is None else [f"{limit.percent_micro / 10_000:g} %"]
    return f"Up to {' and '.join(parts)}"
