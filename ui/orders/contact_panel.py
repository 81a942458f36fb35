"""Whom an order is for: a name and a telephone number, or the whole address where goods are sent to."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.orders import COUNTRIES, OrderContact, OrderError, checked_address, checked_person
from ui.orders.address_keys import BACKSPACE, NEXT
from ui.sale.touch_typing import OWN_KEYS
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card

_TOP, _ROW, _FIELD, _GAP = 54, 80, 50, 10
_NAMES = {
    "name": "Name",
    "phone": "Telephone (optional)",
    "street": "Street and number",
    "further": "Apartment (optional)",
    "postal_code": "Postal code",
    "city": "City",
    "region": "State",
    "country": "Country",
}
_ADDRESS = (("name",), ("street",), ("further", "phone"), ("postal_code", "city"), ("region", "country"))
_PERSON = (("name",), ("phone",))


class ContactPanel(Card):
    """Fields in the order they are read out; what is wrong is said below them."""

    closed = Signal()
    country_wanted = Signal()
    touched = Signal()
    """a field was touched: somebody may want keys to touch"""
    gone = Signal()

    def __init__(self, country: str, parent: QWidget | None = None) -> None:
        super().__init__("Whom it is for", parent)
        self.setProperty(OWN_KEYS, True)
        self._home = self._country = country
        self._title, self._rows = "", _PERSON
        self._act: Callable[[OrderContact], bool] = lambda contact: True
        self.problem = ""
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.lines = {field: self._line(field) for field in _NAMES if field != "country"}
        self.country = Button(COUNTRIES[country], self, icon="globe")
        self.country.clicked.connect(self.country_wanted)
        self.action = Button("Next", self, kind="accent", size=18)
        self.action.clicked.connect(self._done)

    def _line(self, field: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setFont(font(17, 500))
        line.setMaxLength(60)
        line.setAccessibleName(_NAMES[field])
        line.returnPressed.connect(lambda: self._enter(line))
        line.textEdited.connect(self._edited)
        line.installEventFilter(self)
        return line

    def ask(self, title: str, action: str, act: Callable[[OrderContact], bool], *, address: bool) -> None:
        """Ask for it; act gets a contact that is in order, and says whether it was taken."""
        self._title, self._act = title, act
        self._rows = _ADDRESS if address else _PERSON
        self.setAccessibleName(title)
        self.action.rename(action)
        self._country = self._home
        self.country.rename(COUNTRIES[self._country])
        shown = {field for row in self._rows for field in row}
        for field, line in self.lines.items():
            line.clear()
            line.setVisible(field in shown)
        self.country.setVisible("country" in shown)
        self._say("")
        self._arrange()
        self.focus_first()

    def focus_first(self) -> None:
        """Typing goes to the first field that is empty."""
        for line in self._shown_lines():
            if not line.text():
                line.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def choose_country(self, code: str) -> None:
        """The address is in this country."""
        self._country = code
        self.country.rename(COUNTRIES[code])
        self._edited()
        self.focus_first()

    @property
    def contact(self) -> OrderContact:
        """What was typed so far."""
        texts = {field: line.text() for field, line in self.lines.items()}
        return OrderContact(
            name=texts["name"],
            lines=tuple(text for text in (texts["street"], texts["further"]) if text.strip()),
            city=texts["city"],
            region=texts["region"],
            postal_code=texts["postal_code"],
            country=self._country if self._rows is _ADDRESS else "",
            phone=texts["phone"],
        )

    def _shown_lines(self) -> list[QLineEdit]:
        return [self.lines[field] for row in self._rows for field in row if field in self.lines]

    def _enter(self, line: QLineEdit) -> None:
        """Enter goes to the next field, and from the last one on."""
        shown = self._shown_lines()
        at = shown.index(line)
        if at + 1 < len(shown):
            shown[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._done()

    def _done(self) -> None:
        check = checked_address if self._rows is _ADDRESS else checked_person
        try:
            contact = check(self.contact)
        except OrderError as error:
            self._say(str(error))
            return
        self._act(contact)

    def _edited(self) -> None:
        self._say("")

    def _say(self, problem: str) -> None:
        self.problem = problem
        self.setAccessibleDescription(problem)
        self.update()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        elif event.type() is QEvent.Type.MouseButtonPress:
            self.touched.emit()
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self.gone.emit()

    def press(self, key: str) -> None:
        """A key that was touched: it goes to the field that has the focus. Words begin with a capital."""
        field, line = next(((f, one) for f, one in self.lines.items() if one.hasFocus()), ("", None))
        if line is None:
            return
        if key == NEXT:
            self._enter(line)
        elif key == BACKSPACE:
            line.backspace()
        else:
            before = line.text()[: line.cursorPosition()]
            begins = not before or before[-1] in " -'#" or field in ("region", "postal_code")
            line.insert(key if begins else key.lower())
        self._edited()

    # --- places and painting ----------------------------------------------------------------------------------------

    def _places(self) -> dict[str, QRectF]:
        """Where the fields are; their names stand above them."""
        wide = self.width() - 40
        places: dict[str, QRectF] = {}
        for number, row in enumerate(self._rows):
            each = (wide - (len(row) - 1) * _GAP) / len(row)
            for column, field in enumerate(row):
                top = _TOP + (number + 1) * _ROW - _FIELD - 4
                places[field] = QRectF(20 + column * (each + _GAP), top, each, _FIELD)
        return places

    def _arrange(self) -> None:
        self.close_button.move(self.width() - 58, 8)
        self.action.setGeometry(20, self.height() - 16 - Height.PAY, self.width() - 40, Height.PAY)
        for field, place in self._places().items():
            if field == "country":
                self.country.setGeometry(place.toRect())
            else:
                self.lines[field].setGeometry(place.adjusted(12, 2, -12, -2).toRect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, names and frames of the fields, what is wrong."""
        paint.text(painter, QRectF(20, 8, rect.width() - 88, 48), self._title, font(20, 700))
        for field, place in self._places().items():
            above = QRectF(place.left(), place.top() - 22, place.width(), 20)
            paint.text(painter, above, _NAMES[field], font(13, 500), "ink_2")
            if field == "country":
                continue
            focused = self.lines[field].hasFocus()
            border, thick = ("accent", FOCUS_RING - 1) if focused else ("control", 1)
            paint.rounded(painter, place, Radius.CONTROL, "sunken", border, thick)
        if self.problem:
            room = QRectF(20, rect.height() - 16 - Height.PAY - 46, rect.width() - 40, 42)
            paint.wrapped(painter, room, self.problem, font(14, 500), "bad")
