"""A day's sales through the checkout window: `python -m bench.children.selling FOLDER`, memory told as it goes."""

import sys
from pathlib import Path

from bench.checkout import Checkout
from bench.child_process import serve
from bench.generated_catalogue import gtin
from bench.measuring import resident_mb
from bench.till_data import open_till, pay_cash
from bench.tills import MEMBER
from pos_app.quick_start import quick_start
from ui.application import build_application
from ui.background import after_paint


def main(folder: Path) -> None:
    """`COUNT` more sales, two scans each, a member on every other -> resident memory in MB."""
    with quick_start():
        application = build_application()
        register = open_till(folder, after_paint)
        checkout = Checkout(register, application)
    done = 0

    def sell(count: str) -> float:
        nonlocal done
        for _ in range(int(count)):
            done += 1
            for line in range(2):
                checkout.scan(gtin((done * 31 + line * 7) % 10_000), 0)
            if done % 2:
                register.selling.attach_member(MEMBER)
            pay_cash(register)
            application.processEvents()
        return resident_mb()

    serve(sell)
    register.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
