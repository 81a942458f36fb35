"""A return's receipt names each tax that comes back, as the receipt of the sale did."""

from fakes.memory_shop import PlainFormatter, profile

from pos_app.domain.receipt_document import Pair
from pos_app.domain.retail_transaction import LineTax, TransactionHeader
from pos_app.domain.returns import ReturnedLine, ReturnTransaction
from pos_app.domain.tax import TaxRate
from pos_app.services.return_receipts import compose_return_receipt

STORE = profile(tax_rates=(TaxRate("county", 10_000, name="County tax"), TaxRate("state", 82_500, name="State tax")))


def printed(*taxes: LineTax) -> list[tuple[str, str]]:
    """The rows below the goods of a return with 9.25 of tax, by name and amount."""
    line = ReturnedLine(1, "x", "1", "Toner", 1000, 10_000, 0, 925, 0, 0, taxes=taxes)
    header = TransactionHeader("r-1", 2, "001", "02", "a", "2026-11-22", "2026-11-22T12:00:00+00:00", "USD")
    returned = ReturnTransaction(
        header=header,
        ended_at=header.began_at,
        original_transaction_id="t-1",
        original_receipt_number="001-02-000001",
        lines=(line,),
        refunds=(),
        member_id="",
        contact_id="",
        reason="Changed mind",
    )
    blocks = compose_return_receipt(returned, STORE, PlainFormatter()).blocks
    return [(block.left, block.right) for block in blocks if isinstance(block, Pair) and "ax" in block.left]


def test_each_tax_has_its_line() -> None:
    taxes = (LineTax("state", 10_000, 825), LineTax("county", 10_000, 100))
    assert printed(*taxes) == [("County tax", "-1.00"), ("State tax", "-8.25")]


def test_taxes_that_nobody_can_tell_apart_any_more_are_one_line() -> None:
    assert printed(LineTax("gone", 10_000, 925)) == printed() == [("Tax", "-9.25")]
