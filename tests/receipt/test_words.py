"""Amounts in words: the published wordings, and every wording read back to its number."""

import csv
import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from receipt.domain.errors import AmountNotWordableError
from receipt.domain.words import amount_in_words
from shared.contracts.receipt import AmountInWords
from shared.money import MAX_VND

AMOUNTS = int(os.environ.get("AMOUNTS") or 50_000)
"""``make chaos``: 1,000,000."""
SEED = int(os.environ.get("SEED") or 1)
_WORDS = Path(__file__).parent / "data" / "words.csv"
_READ = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_SCALES = {"nghìn": 10**3, "triệu": 10**6}


def read_back(text: str) -> int:
    """Read a wording by its grammar, not by our function."""
    words = text.removesuffix(" đồng").lower().split()
    if "tỷ" in words:
        place = len(words) - 1 - words[::-1].index("tỷ")
        return _below_billion(words[:place]) * 10**9 + _below_billion(words[place + 1 :])
    return _below_billion(words)


def _below_billion(words: list[str]) -> int:
    total = group = 0
    for word in words:
        if word in _SCALES:
            total, group = total + group * _SCALES[word], 0
        elif word == "trăm":
            group *= 100
        elif word == "mươi":
            group = group // 10 * 10 + group % 10 * 10 if group < 10 else _tens(group)
        elif word == "mười":
            group += 10
        elif word != "linh":
            group += _READ[word]
    return total + group


def _tens(group: int) -> int:
    return group // 100 * 100 + group % 10 * 10


@pytest.mark.parametrize("tens_of_thousands", range(10))
def test_given_every_number_below_100000_when_its_words_are_read_back_then_it_is_the_same(
    tens_of_thousands: int,
) -> None:
    for amount_vnd in range(tens_of_thousands * 10_000, (tens_of_thousands + 1) * 10_000):
        assert read_back(amount_in_words(amount_vnd)) == amount_vnd


def test_given_random_amounts_of_any_length_when_read_back_then_each_is_the_same() -> None:
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice
    for _ in range(AMOUNTS):
        amount_vnd = chance.randrange(10 ** chance.randint(1, 15))
        assert read_back(amount_in_words(amount_vnd)) == amount_vnd


def published() -> list[tuple[int, str]]:
    with _WORDS.open(encoding="utf-8", newline="") as lines:
        return [(int(row["amount_vnd"]), row["text"]) for row in csv.DictReader(lines)]


@pytest.mark.parametrize(("amount_vnd", "text"), published())
def test_given_a_published_amount_when_it_is_put_in_words_then_the_wording_is_exact(
    amount_vnd: int, text: str
) -> None:
    assert amount_in_words(amount_vnd) == text


@given(st.one_of(st.integers(0, MAX_VND), st.integers(0, 10**6), st.integers(0, 999)))
def test_given_any_amount_when_its_words_are_read_back_then_the_number_is_the_same(
    amount_vnd: int,
) -> None:
    text = amount_in_words(amount_vnd)

    assert read_back(text) == amount_vnd
    assert re.fullmatch(r"[A-ZĐ][a-zà-ỹđ ]*[a-zà-ỹđ]", text)
    assert "  " not in text
    assert TypeAdapter(AmountInWords).validate_python(text) == text


@pytest.mark.parametrize(
    ("amount_vnd", "text"),
    [
        (1, "Một đồng"),
        (44, "Bốn mươi tư đồng"),
        (111, "Một trăm mười một đồng"),
        (115, "Một trăm mười lăm đồng"),
        (405, "Bốn trăm linh năm đồng"),
        (1_000_000_001, "Một tỷ không trăm linh một đồng"),
        (1_005_000_000_000, "Một nghìn không trăm linh năm tỷ đồng"),
        (
            MAX_VND,
            "Chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ chín trăm chín mươi chín"
            " triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín đồng",
        ),
    ],
)
def test_given_a_rule_of_reading_when_it_applies_then_the_words_follow_it(
    amount_vnd: int, text: str
) -> None:
    assert amount_in_words(amount_vnd) == text


@pytest.mark.parametrize("amount_vnd", [-1, MAX_VND + 1])
def test_given_an_amount_outside_the_range_when_it_is_put_in_words_then_it_is_refused(
    amount_vnd: int,
) -> None:
    with pytest.raises(AmountNotWordableError):
        amount_in_words(amount_vnd)
