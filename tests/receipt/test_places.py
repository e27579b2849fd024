"""Symbols and numbers as people type them: today's grammar, and that of older receipts."""

import pytest

from receipt.domain.places import Place, PlaceField, read_place

NEW = ("6101234567", "EBL01", "26TAA", "1024")
OLD = ("6101234567", "01BLP0-001", "AA-22E", "0000017")


def wide(text: str) -> str:
    """Return ``text`` in the full-width letters of some keyboards."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        (NEW, Place("6101234567", "EBL01", "26TAA", 1024)),
        ((" 6101 234 567 ", "ebl01", "26 taa", "0001024"), Place(*NEW[:3], 1024)),
        ((wide("6101234567"), wide("EBL01"), wide("26TAA"), wide("1024")), Place(*NEW[:3], 1024)),
        (("6101234567–001", "EBL02", "26TXY", "99999999"),  # noqa: RUF001
         Place("6101234567-001", "EBL02", "26TXY", 99_999_999)),
        (("\u202e6101234567\u202c", "EBL\u00ad01", "26T\u200bAA", "1"), Place(*NEW[:3], 1)),
        (OLD, Place("6101234567", "01BLP0-001", "AA-22E", 17)),
        (("6101234567", "02blp0—001", "bi/23t", "9999999"),
         Place("6101234567", "02BLP0-001", "BI-23T", 9_999_999)),
    ],
)  # fmt: skip
def test_given_symbols_as_people_write_them_when_read_then_they_are_the_printed_ones(
    typed: tuple[str, str, str, str], place: Place
) -> None:
    assert read_place(*typed) == place


FIELDS = {
    PlaceField.TAX_CODE: ["", "\u0661" * 10, "610123456", "61012345678", "6101234567-01", "=1+1"],
    PlaceField.FORM_SYMBOL: ["", "EBL03", "EBL1", "01BLP", "'--", "<b>", "E" * 500],
    PlaceField.SERIAL_SYMBOL: ["", "26TAI", "26TAJ", "6TAA", "26TAAA", "AA-22E", "26RAA"],
    PlaceField.NUMBER: ["", "0", "-1", "1.5", "1e5", "100000000", "một", wide("9") * 40, "0x10"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("at", "text"),
    [(list(FIELDS).index(field), text) for field in FIELDS for text in FIELDS[field]],
)
def test_given_one_wrong_field_when_read_then_that_one_is_named(at: int, text: str) -> None:
    typed = [*NEW]
    typed[at] = text

    wrong = read_place(*typed)

    assert not isinstance(wrong, Place)
    assert list(FIELDS)[at] in wrong
    assert len(wrong) == 1


def test_given_the_symbols_of_one_law_when_mixed_with_anothers_then_no_place_is_read() -> None:
    assert read_place(*NEW[:2], *OLD[2:]) == frozenset({PlaceField.SERIAL_SYMBOL})
    assert read_place(*OLD[:2], *NEW[2:]) == frozenset({PlaceField.SERIAL_SYMBOL})
    assert read_place(*OLD[:3], "10000000") == frozenset({PlaceField.NUMBER})
