"""One commit: the sale, its journal entry, its receipt and the till's totals are all there, or none of it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.receipts import sale_receipt
from fakes.terminal_data import DAY, NOON, cash_sale, header, open_day, raw, terminal_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.journal import GENESIS_HASH, verify_chain
from pos_app.domain.poslog import sale_from_plain, sale_to_plain
from pos_app.domain.receipt_document import Cut, Pair, ReceiptDocument
from pos_app.domain.till import TillTotals
from pos_app.ports import OpenTransaction, PrintJob, PrintState
from pos_app.storage.dataclass_json import from_json, to_json
from pos_app.storage.terminal_database import TerminalDatabase

few_files = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _sell(data: TerminalDatabase, *, commit: bool = True, price_minor: int = 1000) -> int:
    with data.storage.unit_of_work() as work:
        number = work.begin_transaction()
        sale = cash_sale(number, price_minor)
        work.append("sale", sale_to_plain(sale), event_id=f"event-{number}")
        work.add_print_job(PrintJob(f"job-{number}", sale.header.transaction_id, sale_receipt()))
        work.save_till_totals(data.storage.till_totals().with_sale(sale.total_minor, sale.tenders, sale.earned.points))
        work.clear_open_transaction()
        if commit:
            work.commit()
    return number


def test_a_sale_is_found_by_its_receipt_number_as_it_was(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 0)
        number = _sell(data, price_minor=1234)
        entry = data.storage.sale(f"001-02-{number:06d}")
        assert entry is not None
        assert sale_from_plain(json.loads(entry.payload)) == cash_sale(number, 1234)
        assert (entry.business_day, entry.occurred_at) == (DAY, NOON.isoformat(timespec="milliseconds"))
        assert data.storage.sale("001-02-999999") is None


def test_a_sale_left_without_commit_never_was(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 0)
        _sell(data)
        _sell(data, commit=False)
        assert data.storage.till_totals().sale_count == 1
        assert data.print_queue.job("job-2") is None
        assert not data.storage.has_event("event-2")
        assert _sell(data) == 2


def test_an_error_in_the_middle_of_a_write_undoes_it_and_reaches_the_caller(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with pytest.raises(ValueError, match="whole numbers"), data.storage.unit_of_work() as work:
            work.append("no_sale", {"number": work.begin_transaction(), "amount": 1.5})
        with data.storage.unit_of_work() as work:
            assert work.begin_transaction() == 1


def test_after_its_commit_a_unit_of_work_is_over(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data, data.storage.unit_of_work() as work:
        work.commit()
        with pytest.raises(RuntimeError, match="is over"):
            work.append("no_sale", {})
        assert data.outbox.pending_count() == 0


@few_files
@given(outcomes=st.lists(st.sampled_from(["commit", "leave", "fail"]), max_size=12), reopen_after=st.integers(0, 12))
def test_numbers_and_chain_have_no_gap_whatever_is_undone(
    tmp_path_factory: pytest.TempPathFactory, outcomes: list[str], reopen_after: int
) -> None:
    folder = tmp_path_factory.mktemp("till")

    def play(data: TerminalDatabase, some: list[str]) -> None:
        for outcome in some:
            try:
                with data.storage.unit_of_work() as work:
                    number = work.begin_transaction()
                    work.append("no_sale", {"number": number})
                    work.append("no_sale", {"number": number})
                    if outcome == "fail":
                        raise ValueError("a bug")
                    if outcome == "commit":
                        work.commit()
            except ValueError:
                pass

    with terminal_data(folder) as data:
        play(data, outcomes[:reopen_after])
    with terminal_data(folder) as data:
        play(data, outcomes[reopen_after:])
        entries = data.outbox.pending(1000)
        kept = outcomes.count("commit")
        assert [json.loads(entry.payload)["number"] for entry in entries] == [n + 1 for n in range(kept) for _ in "ab"]
        assert verify_chain(entries) == (entries[-1] if entries else None)
        assert not entries or entries[0].previous_hash == GENESIS_HASH


@pytest.mark.parametrize("change", ["UPDATE journal SET kind = 'sale'", "DELETE FROM journal"])
def test_the_journal_cannot_be_changed_not_even_with_sql(tmp_path: Path, change: str) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 0)
        with pytest.raises(Exception, match="the journal is append-only"):
            raw(data.database, change)
        assert data.outbox.pending_count() == 2


def test_the_same_event_id_does_not_go_in_twice(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {}, event_id="one")
            work.commit()
        with pytest.raises(Exception, match="UNIQUE"), data.storage.unit_of_work() as work:
            work.append("no_sale", {}, event_id="one")
        assert data.outbox.pending_count() == 1


def test_each_day_has_a_till_of_its_own(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 5000)
        _sell(data)
        open_day(data, 7000, "2026-11-23")
        assert data.storage.till_totals() == TillTotals(opening_float_minor=7000)


# --- the sale under way ----------------------------------------------------------------------------------------------

texts = st.text(max_size=20)
amounts = st.integers(0, 10**9)


def _open_transactions() -> st.SearchStrategy[OpenTransaction]:
    from pos_app.domain.basket import BasketLine, Discount, EntryMethod, MemberReference
    from pos_app.domain.item import Fee, Item, ItemKind, SoldBy
    from pos_app.domain.member import MemberAccount, PoolBalance
    from pos_app.domain.tenders import Tender, TenderType

    fees = st.lists(st.builds(Fee, texts, texts, amounts, st.tuples(texts)), max_size=2).map(tuple)
    items = st.builds(
        Item, texts, texts, amounts, st.lists(texts, max_size=2).map(tuple), st.sampled_from(ItemKind),
        st.sampled_from(SoldBy), texts, texts, fees,
    )  # fmt: skip
    discounts = st.lists(
        st.builds(Discount, texts, percent_micro=st.integers(1, 1_000_000))
        | st.builds(Discount, texts, amount_minor=st.integers(1, 10**6)),
        max_size=2,
    ).map(tuple)
    lines = st.builds(
        BasketLine, st.integers(1, 1000), items, texts, st.integers(1, 10**6), amounts, st.sampled_from(EntryMethod),
        texts, discounts, st.booleans(),
    )  # fmt: skip
    members = st.none() | st.builds(MemberReference, member_id=texts.map("m".__add__), contact_id=texts)
    baskets = st.builds(Basket, st.lists(lines, max_size=3).map(tuple), discounts, members)
    tenders = st.builds(
        Tender, texts, st.sampled_from(TenderType), amounts, amounts, st.integers(0, 10**6), texts, texts
    )
    pools = st.lists(st.builds(PoolBalance, texts, amounts), max_size=2).map(tuple)
    accounts = st.none() | st.builds(MemberAccount, texts, texts, texts, amounts, amounts, amounts, texts, pools)
    return st.builds(
        OpenTransaction, st.just(header(7)), baskets, st.lists(tenders, max_size=2).map(tuple), accounts, texts
    )


@given(_open_transactions())
def test_a_sale_under_way_comes_back_from_disk_equal_in_value_and_type(transaction: OpenTransaction) -> None:
    again = from_json(OpenTransaction, to_json(transaction))
    assert again == transaction
    assert repr(again) == repr(transaction)


def test_a_sale_under_way_written_by_another_version_is_taken_up(tmp_path: Path) -> None:
    plain = json.loads(to_json(OpenTransaction(header(1), Basket())))
    plain["invented_later"] = {"a": 1}
    del plain["contact_email"], plain["account"]
    assert from_json(OpenTransaction, json.dumps(plain)) == OpenTransaction(header(1), Basket())


def test_a_sale_under_way_is_there_after_the_program_ended(tmp_path: Path) -> None:
    transaction = OpenTransaction(header(1), Basket(), contact_email="jane@example.com")
    with terminal_data(tmp_path) as data:
        assert data.storage.open_transaction() is None
        for kept in (transaction, replace(transaction, contact_email="")):
            with data.storage.unit_of_work() as work:
                work.save_open_transaction(kept)
                work.commit()
    with terminal_data(tmp_path) as data:
        assert data.storage.open_transaction() == replace(transaction, contact_email="")
        with data.storage.unit_of_work() as work:
            work.clear_open_transaction()
            work.commit()
        assert data.storage.open_transaction() is None


# --- the print queue -------------------------------------------------------------------------------------------------


def test_print_jobs_come_in_order_and_only_those_that_wait(tmp_path: Path) -> None:
    document = ReceiptDocument("Sale", (Pair("a", "b", bold=True), Cut()))
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            for job_id in ("first", "second", "third"):
                work.add_print_job(PrintJob(job_id, "t", document, open_drawer=job_id == "first"))
            work.add_print_job(PrintJob("first", "other", sale_receipt()))
            work.commit()
        queue = data.print_queue
        assert queue.next_job() == PrintJob("first", "t", document, open_drawer=True)
        queue.set_state("first", PrintState.PRINTED)
        assert queue.claim("second", 300)
        assert not queue.claim("second", 300)
        queue.set_state("third", PrintState.SENT_UNCONFIRMED, "Paper is out.", bytes_sent=120, in_doubt=True)
    with terminal_data(tmp_path) as data:
        queue = data.print_queue
        assert queue.next_job() is None
        assert [(job.job_id, job.state, job.reason, job.bytes_sent, job.bytes_total) for job in queue.unfinished()] == [
            ("second", PrintState.SENDING, "", 0, 300),
            ("third", PrintState.SENT_UNCONFIRMED, "Paper is out.", 120, 0),
        ]
        queue.set_state("third", PrintState.QUEUED)
        again = queue.next_job()
        assert again is not None
        assert again.job_id == "third"
        queue.set_state("second", PrintState.SENT_UNCONFIRMED, "This printer does not report back.")
        assert queue.unfinished() == [], "what a printer cannot say is no doubt of ours"
        assert queue.job("nothing") is None
