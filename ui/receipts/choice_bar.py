"""How the customer wants the receipt, below the change: asked without holding anybody up; the next scan goes on."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_template import ReceiptChoice
from ui.widgets.buttons import Button

HEIGHT = 56
_GAP = 10
_WIDEST = 172
_ASKED = (
    (ReceiptChoice.PRINT, "Print", "printer"),
    (ReceiptChoice.EMAIL, "E-mail", "mail"),
    (ReceiptChoice.BOTH, "Both", "receipt-text"),
    (ReceiptChoice.NONE, "No receipt", "x"),
)
_PRINTED = ((ReceiptChoice.EMAIL, "E-mail the receipt", "mail"),)


class ChoiceBar(QWidget):
    """Print, e-mail, both or none while the receipt is held; else only the e-mail beside the paper."""

    chosen = Signal(ReceiptChoice)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("How the customer gets the receipt")
        self._sets = {held: [self._button(*each) for each in choices] for held, choices in _CHOICES.items()}
        self._held = False

    @property
    def buttons(self) -> list[Button]:
        """What can be touched now."""
        return self._sets[self._held]

    def show_choices(self, *, held: bool) -> None:
        """All four choices while the receipt is held, else the e-mail alone."""
        self._held = held
        for key, buttons in self._sets.items():
            for button in buttons:
                button.setVisible(key == held)
        self._arrange()
        self.show()

    def _button(self, choice: ReceiptChoice, name: str, icon: str) -> Button:
        button = Button(name, self, icon=icon, size=16, kind="soft" if choice is ReceiptChoice.PRINT else "plain")
        button.clicked.connect(lambda _=False: self.chosen.emit(choice))
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        buttons = self.buttons
        widest = _WIDEST if len(buttons) > 1 else 240
        each = min(widest, (self.width() - _GAP * (len(buttons) - 1)) // len(buttons))
        left = (self.width() - each * len(buttons) - _GAP * (len(buttons) - 1)) // 2
        for button in buttons:
            button.setGeometry(left, 0, each, HEIGHT)
            left += each + _GAP


_CHOICES = {True: _ASKED, False: _PRINTED}
