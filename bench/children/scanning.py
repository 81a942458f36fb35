"""The checkout window being scanned into: `python -m bench.children.scanning FOLDER`."""

import sys
import time
from pathlib import Path

from bench.checkout import Checkout
from bench.child_process import serve
from bench.key_burst import type_burst
from bench.till_data import open_till
from bench.tills import MEMBER
from pos_app.quick_start import quick_start
from ui.application import build_application
from ui.background import after_paint

_SETTLE_MS = 15
"""Longer than the window waits after a paint before it saves the sale."""


def main(folder: Path) -> None:
    """Scan baskets of distinct codes into a sale as asked.

    `CODE CODE ...`: one after the other into a member's sale -> milliseconds of each. `burst CODE CODE ...`: all at
    once -> seconds for all.
    """
    with quick_start():
        application = build_application()
        register = open_till(folder, after_paint)
        checkout = Checkout(register, application)

    def basket(codes: str) -> list[float]:
        register.selling.attach_member(MEMBER)
        application.processEvents()
        times = []
        for code in codes.split():
            checkout.type_code(code)
            began = time.perf_counter()
            checkout.press_enter()
            times.append((time.perf_counter() - began) * 1000)
            checkout.settle(_SETTLE_MS)
        assert len(register.selling.view.priced.lines) == len(times)
        checkout.cancel_sale()
        return times

    def burst(codes: list[str]) -> float:
        sale = register.selling
        took_s = type_burst(
            application,
            checkout.window.windowHandle(),
            codes,
            lambda: len(sale.view.basket.lines) >= len(codes),
        )
        assert [line.code for line in sale.view.basket.lines] == codes, "a scan was lost, merged or moved"
        checkout.settle(_SETTLE_MS)
        checkout.cancel_sale()
        return took_s

    serve(lambda command: burst(command.split()[1:]) if command.startswith("burst ") else basket(command))
    register.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
