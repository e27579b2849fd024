"""Files for spreadsheets: what people typed is never a formula, and numbers stay numbers."""

import csv
import io

import pytest

from shared.web.sheets import sheet_of


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_given_a_text_that_would_run_when_written_then_it_is_a_text(begin: str) -> None:
    answer = sheet_of("so.csv", [[f"{begin}cmd|' /C calc'!A0", f"a{begin}b"]])

    assert read(bytes(answer.body)) == [[f"'{begin}cmd|' /C calc'!A0", f"a{begin}b"]]


def test_given_rows_when_written_then_the_file_is_marked_named_and_keeps_numbers() -> None:
    answer = sheet_of("so.csv", [['Đặng, "Ánh"', -5, None, 0], ("Ơ 🇻🇳", 1)])

    assert bytes(answer.body).startswith(b"\xef\xbb\xbf")
    assert read(bytes(answer.body)) == [['Đặng, "Ánh"', "-5", "", "0"], ["Ơ 🇻🇳", "1"]]
    assert answer.headers["content-disposition"] == 'attachment; filename="so.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
