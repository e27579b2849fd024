"""Everything that people read has its English, and both languages ask for the same values."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.web.catalogue import messages_of, read_english
from shared.web.language import use_language
from shared.web.pages import duration, translate

ROOT = Path(__file__).parents[3]
VALUES = re.compile(r"%(?:\(\w+\))?[a-z%]")


@pytest.fixture
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language(None)


def test_given_all_code_and_templates_when_texts_are_collected_then_each_has_its_english() -> None:
    catalogue = {message.id: message.string for message in read_english(ROOT) if message.id}

    used = set(messages_of(ROOT))

    how = "run `python -m shared.web.catalogue` and write the English"
    assert {text for text in used if not catalogue.get(text)} == set(), how
    assert set(catalogue) - used == set(), how


def test_given_the_catalogue_when_languages_are_compared_then_they_ask_for_the_same_values() -> (
    None
):
    for message in read_english(ROOT):
        if message.id:
            expected = sorted(VALUES.findall(str(message.id)))
            assert sorted(VALUES.findall(str(message.string))) == expected, message.id


def test_given_no_english_when_a_text_is_shown_then_it_stays_vietnamese(
    english: None,  # noqa: ARG001 -- sets the language
) -> None:
    assert translate("Chưa ai dịch câu này") == "Chưa ai dịch câu này"


def test_given_english_when_values_are_put_in_then_they_stand_in_the_english_text(
    english: None,  # noqa: ARG001 -- sets the language
) -> None:
    assert translate("Đang chờ %(who)s", who="A") == "Waiting for A"
    assert duration(timedelta(minutes=12, seconds=5)) == "12 min"
