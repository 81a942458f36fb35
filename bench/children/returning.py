"""Returns opened by the receipt's barcode in the checkout window: `python -m bench.children.returning FOLDER`."""

import sys
import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bench.checkout import Checkout
from bench.child_process import serve
from bench.till_data import open_till, pay_cash, ring_up
from pos_app.quick_start import quick_start
from ui.application import build_application
from ui.background import after_paint


def main(folder: Path) -> None:
    """`open` -> milliseconds from the Enter of a receipt's scan to its lines painted, of a sale made just before."""
    with quick_start():
        application = build_application()
        register = open_till(folder, after_paint)
        checkout = Checkout(register, application, returns=True)
    sales = 0

    def opened(_: str) -> float:
        nonlocal sales
        sales += 1
        ring_up(register, sales)
        number = register.selling.view.receipt_number
        pay_cash(register)
        checkout.settle(50)
        checkout.type_code(number)
        began = time.perf_counter()
        QTest.keyPress(checkout.window.windowHandle(), Qt.Key.Key_Return)
        returns = checkout.window.functions.returns
        assert returns is not None
        assert returns.model is not None, "the scan of the receipt opened no return"
        application.processEvents()
        returns.lines.repaint()  # once more if the key painted it already: its widget is not there to be watched before
        took_ms = (time.perf_counter() - began) * 1000
        checkout.settle(50)
        returns.leave()
        checkout.settle(50)
        return took_ms

    serve(opened)
    register.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
