"""Metric 6: a completed sale -> all bytes of its receipt: member block, tax, tenders, barcode, cut."""

from bench.floors.hand_built_receipt import PlainEscpos, hand_built
from bench.measuring import Effort, Goal, Measured, interleaved
from bench.till_data import ring_up
from bench.tills import MEMBER, TEN_THOUSAND, register_over
from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.settings import PrinterSettings
from pos_app.bootstrap import Register
from pos_app.services.receipts import compose_sale_receipt
from pos_app.services.tendering import CompletedSale

_MICROSECONDS = 1e6


def measure(effort: Effort) -> list[Measured]:
    """Five and a hundred lines, against the library's plain text and against bytes built by hand."""
    rows = []
    with register_over(TEN_THOUSAND) as register:
        for line_count in (5, 100):
            rows += _measure(register, line_count, effort.samples(20, 5))
    return rows


def _measure(register: Register, line_count: int, rounds: int) -> list[Measured]:
    completed = _sale(register, line_count)
    sale, formatter, terms = completed.transaction, register.formatter, register.data.terms.current_terms()
    lines = [(line.name, formatter.amount(line.gross_minor)) for line in sale.lines]
    total = formatter.money(sale.total_minor)
    renderer, library = EscposRenderer(PrinterSettings()), PlainEscpos()

    def ours() -> bytes:
        document = compose_sale_receipt(sale, register.profile, formatter, terms, MEMBER)
        return renderer.render(document).data

    size = f"{len(ours()):,} bytes, plain text of the same lines {len(hand_built(lines, total)):,}"
    against_library = interleaved(
        lambda: library.render(lines, total), ours, rounds=rounds, each=20, units_per_s=_MICROSECONDS
    )
    against_hand = interleaved(
        lambda: hand_built(lines, total), ours, rounds=rounds, each=20, units_per_s=_MICROSECONDS
    )
    name = f"6 receipt bytes, {line_count} lines"
    return [
        Measured(name, "us", "python-escpos, text only", *against_library, Goal(1), remark=size),
        Measured(name, "us", "built by hand, text only", *against_hand),
    ]


def _sale(register: Register, line_count: int) -> CompletedSale:
    ring_up(register, line_count, line_count)
    register.selling.attach_member(MEMBER)
    outcome = register.tendering.add_cash(register.tendering.cash_due_minor)
    assert outcome.completed is not None
    return outcome.completed
