"""A mistyped domain is asked about; an address is never changed by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.email_hint import likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jo@gmial.com", "jo@gmail.com"),
        ("jo@gmail.co", "jo@gmail.com"),
        ("jo@gmaill.com", "jo@gmail.com"),
        ("jo@hotnail.com", "jo@hotmail.com"),
        ("jo@ahoo.com", "jo@yahoo.com"),
        ("jo@gmail.com", ""),
        ("jo@example.com", ""),
        ("jo@gm.com", ""),
    ],
)
def test_a_slip_in_a_well_known_domain_is_asked_about(typed: str, meant: str) -> None:
    assert likely_meant(typed) == meant


@given(st.text(alphabet="gmailoy.com", min_size=1, max_size=12))
def test_the_question_keeps_the_name_and_differs_from_what_was_typed(domain: str) -> None:
    meant = likely_meant(f"jo@{domain}")
    assert not meant or (meant.startswith("jo@") and meant != f"jo@{domain}")
