"""Amounts are whole đồng, strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.money import MAX_VND, PositiveVnd, Vnd, grouped

_VND: TypeAdapter[int] = TypeAdapter(Vnd)
_POSITIVE: TypeAdapter[int] = TypeAdapter(PositiveVnd)


@pytest.mark.parametrize("amount", [1, 135_000, MAX_VND])
def test_given_whole_dong_when_checked_then_they_pass(amount: int) -> None:
    assert _VND.validate_python(amount) == _POSITIVE.validate_python(amount) == amount


def test_given_zero_when_checked_then_it_is_an_amount_but_no_payment() -> None:
    assert _VND.validate_python(0) == 0
    with pytest.raises(ValidationError):
        _POSITIVE.validate_python(0)


@pytest.mark.parametrize("amount", [-1, MAX_VND + 1, 150_000.0, "150000", 1.5, True, None])
def test_given_anything_else_when_checked_then_it_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        _VND.validate_python(amount)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.000"), (135_000, "135.000"), (9_420_000, "9.420.000")],
)
def test_given_an_amount_when_grouped_then_people_can_read_it(amount: int, text: str) -> None:
    assert grouped(amount) == text


@given(st.integers(min_value=0, max_value=MAX_VND))
def test_given_any_amount_when_grouped_then_its_digits_are_unchanged(amount: int) -> None:
    groups = grouped(amount).split(".")

    assert int("".join(groups)) == amount
    assert all(len(group) == 3 for group in groups[1:])
