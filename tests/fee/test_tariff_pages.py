"""The book of tariffs in the browser's hands: drafted, sent, approved by a second person, ended."""

from collections.abc import AsyncIterator
from html import unescape

import pytest

from shared.contracts.fee import TariffPublished
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.fee.application import PEOPLE, Fee, asking_fee
from tests.fee.drafts import a_form
from tests.fee.facts import hear, received, with_tariffs
from tests.fee.tariff_file import a_line
from tests.fee.two_persons import (
    APPROVER,
    ASK,
    BOOK,
    FILE,
    IMPORT,
    ONE,
    REQUESTS,
    WRITER,
    approved,
    drafted_and_sent,
    published,
)
from tests.support.facts import emitted


@pytest.fixture
async def fee(database_of: NewDatabase) -> AsyncIterator[Fee]:
    database = await with_tariffs(await database_of("fee"), "PHI-CHUNGTHUC-BS")
    async with asking_fee(database) as fee:
        await fee.sign_in_person(WRITER, Role.ADMINISTRATOR)
        yield fee


async def test_given_a_new_amount_when_two_persons_act_then_it_is_in_force_and_all_is_on_record(
    fee: Fee,
) -> None:
    address = await drafted_and_sent(fee)
    own = await fee.page(address)
    own_try = await fee.post(f"{address}/duyet", {"plan": "x"})
    before = await published(fee)

    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)
    listed = await fee.page(BOOK)
    answer = await approved(fee, address)
    page = await fee.page(ONE)

    assert address.startswith(REQUESTS)
    assert "Người đề nghị không được tự duyệt" in own
    assert "Rút lại đề nghị" in own
    assert "/duyet" not in own
    assert (own_try.status_code, before) == (403, [])
    assert "Đang chờ người thứ hai duyệt: TF-0128" in listed
    assert answer.status_code == 303
    assert await published(fee) == ["TF-0128"]
    for said in (
        "Đang có hiệu lực",
        "Soạn bản nháp",
        "Đề nghị đưa vào áp dụng",
        "Đã duyệt",
        "Người quan-tri",
        "Người lanh-dao",
        ASK["reason"],
    ):
        assert said in page
    assert "TF-0128" in await fee.page(f"{BOOK}?trang_thai=in_force&tim=le+phi+moi")


async def test_given_one_person_with_both_roles_when_approving_alone_then_it_is_refused(
    fee: Fee,
) -> None:
    await fee.sign_in_person("ca-hai", Role.ADMINISTRATOR, Role.SUPERVISOR)
    address = await drafted_and_sent(fee)

    page = await fee.page(address)
    answer = await fee.post(f"{address}/duyet", {"plan": ""})
    declined = await fee.post(f"{address}/tu-choi", ASK)

    assert "/duyet" not in page
    assert answer.status_code in {403, 409}
    assert declined.status_code == 403
    assert "Người đề nghị không được tự duyệt" in unescape(declined.text)
    assert await published(fee) == []


async def test_given_another_plan_on_screen_when_approved_then_nothing_is_published(
    fee: Fee,
) -> None:
    address = await drafted_and_sent(fee)
    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)

    answer = await fee.post(f"{address}/duyet", {"plan": "0" * 64})

    assert answer.status_code == 409
    assert "Nội dung đề nghị đã thay đổi" in unescape(answer.text)
    assert await published(fee) == []


async def test_given_a_request_when_declined_with_a_reason_then_the_draft_can_be_corrected(
    fee: Fee,
) -> None:
    address = await drafted_and_sent(fee)
    waiting = await fee.client.get(f"{ONE}/sua", headers=PEOPLE)
    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)
    mute = await fee.post(f"{address}/tu-choi", {"reason": " "})
    declined = await fee.post(f"{address}/tu-choi", {"reason": "thiếu số hiệu"})

    await fee.sign_in_person(WRITER, Role.ADMINISTRATOR)
    page = await fee.page(ONE)
    edited = await fee.post(f"{ONE}/sua", a_form(amount_vnd="45.000"))

    assert waiting.status_code == 409
    assert mute.status_code == 422
    assert "Ghi lý do, ít nhất 3 ký tự." in unescape(mute.text)
    assert declined.status_code == 303
    assert "thiếu số hiệu" in page
    assert "Bản nháp" in page
    assert edited.status_code == 303
    assert "45.000" in await fee.page(ONE)
    assert await published(fee) == []


async def test_given_a_request_when_its_author_takes_it_back_then_the_draft_may_be_discarded(
    fee: Fee,
) -> None:
    address = await drafted_and_sent(fee)

    taken_back = await fee.post(f"{address}/rut")
    discarded = await fee.post(f"{ONE}/bo")

    assert (taken_back.status_code, discarded.status_code) == (303, 303)
    assert "Đã rút lại" in await fee.page(address)
    assert "Đã bỏ" in await fee.page(ONE)
    assert "TF-0128" not in await fee.page(BOOK)
    assert "Không có mức thu nào khớp" in await fee.page(f"{BOOK}?trang_thai=draft")


async def test_given_a_tariff_in_force_when_its_end_is_approved_then_the_list_shows_its_last_day(
    fee: Fee,
) -> None:
    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)
    other = "/can-bo/bieu-phi/muc/TF-0001"
    await fee.sign_in_person(WRITER, Role.ADMINISTRATOR)
    wrong = await fee.post(f"{other}/ket-thuc", {"valid_to": "2016-01-01", **ASK})
    none = await fee.post(f"{other}/ket-thuc", {"valid_to": "mai", **ASK})
    asked = await fee.post(f"{other}/ket-thuc", {"valid_to": "2027-06-30", **ASK})
    address = asked.headers["location"]

    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)
    shown = await fee.page(address)
    await approved(fee, address)

    assert (wrong.status_code, none.status_code, asked.status_code) == (422, 422, 303)
    assert "Ngày cuối sớm hơn ngày đầu." in unescape(wrong.text)
    assert "Ghi ngày có thật" in unescape(none.text)
    assert "kết thúc hết 30/06/2027" in shown
    page = await fee.page(other)
    assert "Đề nghị kết thúc vào hết ngày 30/06/2027" in page
    assert 'Nạp từ danh mục đã công bố</p> <p class="note"><time' in page
    assert "30/06/2027" in await fee.page(f"{BOOK}?tim=TF-0001")


async def test_given_dossiers_when_a_request_is_read_then_it_shows_whom_it_touches_and_that_none(
    fee: Fee,
) -> None:
    await hear(fee.database, received())
    waits = received(dossier_code="H34.10-261122-0008", fee_lines=(a_line("LP-MOI"),))
    await hear(fee.database, waits)

    book = await fee.page(BOOK)
    form = await fee.page(
        unescape(book.partition('href="/can-bo/bieu-phi/moi?')[2].partition('"')[0]).join(
            ("/can-bo/bieu-phi/moi?", "")
        )
    )
    page = await fee.page(await drafted_and_sent(fee))

    assert "Hồ sơ đang chờ biểu phí" in book
    assert 'value="LP-MOI"' in form
    assert 'value="2026-11-22"' in form
    rows = page.partition("Hồ sơ bị ảnh hưởng")[2]
    assert "<dt>Hồ sơ đang mở có khoản thu này</dt><dd>1</dd>" in rows
    assert "<dt>Đã xác định số phải thu, giữ nguyên</dt><dd>0</dd>" in rows
    assert "<dt>Hồ sơ bị đổi số phải thu</dt><dd>0</dd>" in rows
    assert "<dt>Đang chờ biểu phí, được xem lại khi duyệt</dt><dd>1</dd>" in rows


async def test_given_a_draft_when_its_reason_is_missing_or_it_is_a_lone_tier_then_it_is_not_sent(
    fee: Fee,
) -> None:
    await fee.post(f"{BOOK}/moi", a_form(rule="tier", unit="page", from_quantity="3"))

    mute = await fee.post(f"{ONE}/gui-duyet", {"reason": "x"})
    lone = await fee.post(f"{ONE}/gui-duyet", ASK)

    assert (mute.status_code, lone.status_code) == (422, 422)
    assert "phải nối nhau từ trang 1" in unescape(lone.text)
    assert ASK["reason"] in unescape(lone.text)


@pytest.mark.parametrize(
    "path", [f"{BOOK}/muc/KHONG-CO", f"{REQUESTS}0192f3c4-7a10-7c3e-8a55-00000000dead"]
)
async def test_given_what_is_not_there_when_asked_for_then_the_page_says_so(
    fee: Fee, path: str
) -> None:
    answer = await fee.client.get(path, headers=PEOPLE)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BOOK}?tim=%00%07", 200),
        (f"{BOOK}?sau=%00", 200),
        (f"{BOOK}?ngay=%00&trang_thai=%00&xac_minh=%00", 200),
        (f"{FILE}?tim=%00", 200),
        (f"{BOOK}/moi?fee_code=%00", 200),
        (f"{BOOK}/muc/%00", 422),
        (f"{BOOK}/muc/%00/sua", 422),
        (f"{REQUESTS}khong-phai-ma", 422),
    ],
)
async def test_given_characters_that_no_text_holds_when_asked_for_then_it_is_no_failure_of_ours(
    fee: Fee, path: str, status: int
) -> None:
    answer = await fee.client.get(path, headers=PEOPLE)

    assert answer.status_code == status


async def test_given_an_auditor_when_reading_then_everything_is_shown_and_nothing_offered(
    fee: Fee,
) -> None:
    address = await drafted_and_sent(fee)
    await fee.sign_in_person("thanh-tra", Role.AUDITOR)

    pages = [await fee.page(path) for path in (BOOK, ONE, address)]

    assert all('method="post" action="/can-bo' not in page for page in pages)
    assert f'href="{IMPORT}"' not in pages[0]
    assert f'href="{FILE}"' in pages[0]


async def test_given_english_when_the_pages_are_read_then_no_fact_is_said_in_between(
    fee: Fee,
) -> None:
    fee.client.cookies.set("lephi_language", "en")

    page = await fee.page(f"{BOOK}/moi")

    assert "Legal basis" in page
    assert set(await emitted(fee.database)) == {TariffPublished.type}
