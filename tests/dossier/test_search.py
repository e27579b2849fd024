"""What people type, and what is found by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.domain.search import code_tokens, parse_search, people_tokens, toneless

CODE = "H34.10-261122-0007"


def finds_code(typed: str) -> bool:
    search = parse_search(typed)
    if search is None or search.code is None:
        return False
    wanted = search.code.removeprefix("'").removesuffix("':*")
    return any(token.startswith(wanted) for token in code_tokens(CODE))


def finds_person(
    typed: str, *, name: str = "Nguyễn Văn Đức", phone: str = "+84 900 000 001"
) -> bool:
    search = parse_search(typed)
    if search is None or search.people is None:
        return False
    wanted = [part[1:-3] for part in search.people.split(" & ")]
    tokens = people_tokens([name], [phone])
    return all(any(token.startswith(word) for token in tokens) for word in wanted)


@pytest.mark.parametrize(
    "typed", [CODE, "h34.10-261122-0007", " 0007 ", "261122", "261122-0007", "34.10", "1122-00"]
)
def test_given_a_code_or_a_part_when_it_is_typed_then_the_dossier_is_found(typed: str) -> None:
    assert finds_code(typed)


@pytest.mark.parametrize("typed", ["0008", "7", "", "-", "261123", "nguyen"])
def test_given_another_code_when_it_is_typed_then_the_dossier_is_not_found(typed: str) -> None:
    assert not finds_code(typed)


@pytest.mark.parametrize(
    "typed",
    ["nguyen van", "Nguyễn Văn Đức", "duc", "ĐỨC nguyen", "0900000001", "0900 000 001", "000001"],
)
def test_given_a_name_or_phone_when_it_is_typed_then_the_person_is_found(typed: str) -> None:
    assert finds_person(typed)


@pytest.mark.parametrize("typed", ["nguyen thi", "guyen", "0900000002", "--", "&", "' | '"])
def test_given_somebody_else_when_they_are_typed_then_the_person_is_not_found(typed: str) -> None:
    assert not finds_person(typed)


def test_given_decomposed_letters_when_they_are_folded_then_they_equal_composed_ones() -> None:
    assert toneless("Nguye\u0302\u0303n") == toneless("Nguyễn") == "nguyen"


@given(st.text(max_size=60))
def test_given_anything_when_it_is_typed_then_the_query_holds_only_letters_and_digits(
    typed: str,
) -> None:
    search = parse_search(typed)

    queries = [] if search is None else [search.code, search.people]
    for query in queries:
        plain = (query or "").replace("':*", "").replace("'", "").replace(" & ", "")
        assert plain == "" or (plain.isascii() and plain.isalnum())


@given(st.integers(min_value=0, max_value=13), st.integers(min_value=2, max_value=15))
def test_given_any_stretch_of_a_code_when_it_has_a_digit_then_it_is_found(
    start: int, length: int
) -> None:
    compact = "h34102611220007"
    part = compact[start : start + length]

    assert len(part) < 2 or finds_code(part)
