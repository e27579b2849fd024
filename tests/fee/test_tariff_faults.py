"""What is typed or handed in wrongly: the exact field, the exact words, and nothing taken in."""

from collections.abc import AsyncIterator
from html import unescape

import pytest
from sqlalchemy import func, select

from fee.domain.checking import Fault, FaultCode, check, check_all, pages_left_open
from fee.domain.tariff import TariffInvalidError
from fee.pages.tariff_words import fault_words
from fee.schemas.tariff_lines import MAX_ROWS, read_file, read_line, read_tariffs, write_file
from fee.tables import TariffRow
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.fee.application import Fee, a_file, asking_fee
from tests.fee.bad_lines import CASE_IDS, CASES, CHOSEN
from tests.fee.drafts import A_FORM, a_form
from tests.fee.facts import with_tariffs
from tests.fee.tariff_file import all_tariffs
from tests.support.facts import emitted

NEW = "/can-bo/bieu-phi/moi"


@pytest.fixture
async def fee(database_of: NewDatabase) -> AsyncIterator[Fee]:
    database = await with_tariffs(
        await database_of("fee"), "PHI-CHUNGTHUC-BS", "PHI-CHUNGTHUC-CK", "LP-HOCHIEU"
    )
    async with asking_fee(database) as fee:
        await fee.sign_in(Role.ADMINISTRATOR)
        yield fee


async def drafts_in(fee: Fee) -> int:
    async with fee.database.transaction() as session:
        counted = await session.scalar(
            select(func.count()).select_from(TariffRow).where(TariffRow.status == "draft")
        )
        return counted or 0


def field_error(page: str, field: str) -> str:
    """Return what the page says under ``field``."""
    return unescape(page.partition(f'id="{field}-error">')[2].partition("</p>")[0])


async def test_given_bad_forms_when_sent_then_the_field_says_what_is_wrong_and_keeps_the_text(
    fee: Fee,
) -> None:
    wrong = []

    for changes, field, code in CASES:
        typed = a_form(**changes)
        answer = await fee.post(NEW, typed)
        expected = fault_words(Fault(field, code))
        said = field_error(answer.text, field)
        if answer.status_code != 422 or said != expected:
            wrong.append((changes, field, said, expected))
        kept = [text for name, text in typed.items() if text and name not in CHOSEN]
        assert all(f'value="{text}"' in unescape(answer.text) for text in kept)

    assert len(CASES) >= 25
    assert wrong == []
    assert await drafts_in(fee) == 0


async def test_given_a_file_of_bad_rows_when_handed_in_then_each_is_named_and_none_is_taken(
    fee: Fee,
) -> None:
    rows = [
        a_form(**{"tariff_code": f"X-{n}", "fee_code": f"LP-{n}", **changes})
        for n, (changes, _, _) in enumerate(CASES)
    ]
    good = a_form(tariff_code="X-GOOD")

    answer = await fee.hand_in(a_file(good, *rows))

    page = unescape(" ".join(answer.text.split()))
    missing = [
        (n, field, code)
        for n, (_, field, code) in enumerate(CASES)
        if f">{n + 3}</td>" not in page or fault_words(Fault(field, code)) not in page
    ]
    assert answer.status_code == 422
    assert f"Chưa nhận dòng nào: {len(CASES)} trong {len(CASES) + 1} dòng còn lỗi" in page
    assert missing == []
    assert await drafts_in(fee) == 0
    assert "vn.lephi.TariffPublished.v1" in set(await emitted(fee.database))


@pytest.mark.parametrize(("changes", "field", "code"), CASES, ids=CASE_IDS)
def test_given_a_bad_field_when_read_then_only_that_field_has_that_fault(
    changes: dict[str, str], field: str, code: FaultCode
) -> None:
    line = read_line(a_form(**changes))

    by_book = {FaultCode.PUBLISHED, FaultCode.KIND_DIFFERS, FaultCode.KEY_KNOWN}
    expected = () if code in by_book else (Fault(field, code),)
    assert line.faults == expected


BAD_FILES = [
    (b"", "", FaultCode.NO_ROWS),
    (b"\r\n , ,\r\n", "", FaultCode.NO_ROWS),
    (b'tariff_code,"fee_code', "", FaultCode.NOT_CSV),
    ("tariff_code,tên\n".encode("cp1258", errors="replace") + b"\xff\xfe", "", FaultCode.NOT_UTF8),
    (",".join(A_FORM).encode(), "", FaultCode.NO_ROWS),
    (a_file({**A_FORM, "ghi_chu": "x"}), "ghi_chu", FaultCode.COLUMN_UNKNOWN),
    (
        a_file({name: text for name, text in A_FORM.items() if name != "legal_basis"}),
        "legal_basis",
        FaultCode.COLUMN_MISSING,
    ),
    (a_file(A_FORM, columns=[*A_FORM, "fee_code"]), "fee_code", FaultCode.COLUMN_TWICE),
    (a_file(*[A_FORM] * (MAX_ROWS + 1)), "", FaultCode.TOO_MANY_ROWS),
]


@pytest.mark.parametrize(
    ("data", "field", "code"), BAD_FILES, ids=[str(code) for _, _, code in BAD_FILES]
)
async def test_given_a_file_that_is_no_list_when_handed_in_then_the_page_says_why(
    fee: Fee, data: bytes, field: str, code: FaultCode
) -> None:
    answer = await fee.hand_in(data)

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "Chưa nhận dòng nào: tệp chưa đúng" in page
    assert field in page
    assert fault_words(Fault(field, code)) in page
    assert await drafts_in(fee) == 0


async def test_given_rows_that_clash_in_one_file_when_handed_in_then_the_later_one_is_named(
    fee: Fee,
) -> None:
    first = a_form(tariff_code="A-1")
    rows = (
        first,
        a_form(tariff_code="A-1", fee_code="LP-KHAC"),
        a_form(tariff_code="A-3"),
        a_form(tariff_code="A-4", fee_kind="phi", valid_from="2027-01-01"),
        {**a_form(tariff_code="A-5", fee_code="LP-5"), "exemption_reason_code": "x,y,z"},
    )

    answer = await fee.hand_in(a_file(*rows).replace(b'"x,y,z"', b"x,y,z"))

    page = unescape(answer.text)
    for code in (
        FaultCode.CODE_TWICE,
        FaultCode.KEY_TWICE,
        FaultCode.KIND_DIFFERS,
        FaultCode.EXTRA_CELLS,
    ):
        assert fault_words(Fault("", code)) in page
    assert "4 trong 5 dòng còn lỗi" in page
    assert await drafts_in(fee) == 0


async def test_given_a_published_row_with_a_last_day_when_handed_in_then_its_page_is_named(
    fee: Fee,
) -> None:
    tariff = next(each for each in all_tariffs() if each.code == "TF-0001")
    row = read_file(write_file([tariff])).lines[0]
    data = write_file([tariff]).replace(b"2017-01-01,,", b"2017-01-01,2026-12-31,")

    answer = await fee.hand_in(data)

    assert row.faults == ()
    assert fault_words(Fault("valid_to", FaultCode.END_ELSEWHERE)) in unescape(answer.text)


@pytest.mark.parametrize("reason", ["", "  x ", "x" * 501, "vì\x00sao"])
async def test_given_no_proper_reason_when_a_file_is_handed_in_then_the_field_says_so(
    fee: Fee, reason: str
) -> None:
    answer = await fee.hand_in(a_file(A_FORM), reason=reason)

    assert answer.status_code == 422
    assert "Lý do" in field_error(answer.text, "reason") or "lý do" in field_error(
        answer.text, "reason"
    )
    assert await drafts_in(fee) == 0


async def test_given_too_large_a_file_when_handed_in_then_it_is_refused_unread(fee: Fee) -> None:
    answer = await fee.hand_in(b"x" * (1024 * 1024 + 8192))

    assert answer.status_code == 413


def test_given_every_fault_when_worded_then_each_has_words_of_its_own() -> None:
    words = [fault_words(Fault("", code)) for code in FaultCode]

    assert "Chưa đúng." not in words
    assert len(set(words)) == len(words)


def test_given_the_published_list_when_written_and_read_then_it_is_the_same() -> None:
    read = read_tariffs(write_file(all_tariffs()))

    plain = [check(each) for each in read]
    assert [(each.code, each.key, each.amount_vnd, each.legal_basis) for each in read] == [
        (each.code, each.key, each.amount_vnd, each.legal_basis) for each in all_tariffs()
    ]
    assert plain == [()] * len(read)
    assert pages_left_open(read) == []


def test_given_semicolons_and_days_as_excel_writes_them_when_read_then_nothing_is_wrong() -> None:
    cells = a_form(valid_from="1/7/2026", amount_vnd="30.000", legal_basis="NQ 1, Điều 2")
    data = ";".join(cells) + "\r\n" + ";".join(cells.values()) + "\r\n;;\r\n"

    (line,) = read_file(b"\xef\xbb\xbf" + data.encode()).lines

    assert line.tariff is not None
    assert (line.tariff.valid_from.isoformat(), line.tariff.amount_vnd) == ("2026-07-01", 30_000)
    assert line.faults == ()


def test_given_two_rows_of_one_code_when_checked_together_then_the_list_is_refused() -> None:
    row = all_tariffs()[0]

    with pytest.raises(TariffInvalidError):
        check_all([row, row])
