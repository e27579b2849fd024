"""What payers and staff are shown; the real application on real PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from shared.contracts.dossier import DossierWithdrawn
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.fee.application import PEOPLE, Fee, asking_fee
from tests.fee.facts import CODE, CONTEXT, changed, hear, received, with_tariffs
from tests.fee.tariff_file import a_line

WHY = f"/thanh-toan/{CODE}/vi-sao"
LIST = "/can-bo/bieu-phi"
JSON = f"/api/fee/v1/assessments/{CODE}"
USED = ("PHI-CHUNGTHUC-BS", "LP-HOTICH-KHAISINH", "PHI-LYLICH-TUPHAP")


@pytest.fixture
async def fee(database_of: NewDatabase) -> AsyncIterator[Fee]:
    database = await with_tariffs(await database_of("fee"), *USED)
    async with asking_fee(database) as fee:
        yield fee


@pytest.fixture
async def whole_list(fee: Fee) -> Fee:
    await with_tariffs(fee.database)
    return fee


async def test_given_a_due_fee_when_a_payer_asks_why_then_steps_day_channel_and_law_are_told(
    fee: Fee,
) -> None:
    await hear(fee.database, received(fee_lines=(a_line(copies=2, pages=60),)))

    page = await fee.page(WHY)

    for said in (
        CODE,
        "124.000",
        "22/11/2026",
        "Tại quầy",
        "4 trang, mỗi trang 2.000 ₫",
        "Từ trang thứ 3: 116 trang, mỗi trang 1.000 ₫",
        "TT 226/2016/TT-BTC Điều 4",
        "TF-0001, TF-0002",
    ):
        assert said in page


async def test_given_a_capped_fee_when_a_payer_asks_why_then_the_cap_is_told(fee: Fee) -> None:
    await hear(fee.database, received(fee_lines=(a_line(copies=2, pages=250),)))

    page = await fee.page(WHY)

    assert "một bản là 252.000 ₫" in page
    assert "Mức tối đa: 2 bản, mỗi bản 200.000 ₫" in page


async def test_given_an_exempt_group_when_the_public_page_is_shown_then_the_group_is_not_told(
    fee: Fee,
) -> None:
    poor = a_line("LP-HOTICH-KHAISINH", variant="QUA_HAN", payer_group="HO_NGHEO")
    context = CONTEXT.model_copy(update={"procedure_code": "1.001193"})
    await hear(fee.database, received(context=context, fee_lines=(poor,)))

    page = await fee.page(WHY)

    assert "Hồ sơ này không phải nộp phí, lệ phí" in page
    assert "Được miễn theo quy định của pháp luật." in page
    assert "HO_NGHEO" not in page
    assert "DOI_TUONG" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fee_lines": (a_line("PHI-CHUA-BIET"),)}, "Chưa có biểu phí phù hợp"),
        ({"payee": None}, "Thông tin đơn vị thu chưa đủ"),
        ({"fee_lines": ()}, "chưa được khai đủ"),
        ({"payment_timing": "free"}, "diện miễn phí"),
    ],
    ids=["no tariff", "no payee", "no lines", "free"],
)
async def test_given_nothing_to_pay_yet_when_a_payer_asks_why_then_the_page_says_what_is_so(
    fee: Fee, changes: dict[str, object], said: str
) -> None:
    await hear(fee.database, received(**changes))

    assert said in await fee.page(WHY)


async def test_given_an_ended_assessment_when_a_payer_asks_why_then_the_reason_is_told(
    fee: Fee,
) -> None:
    ended = DossierWithdrawn(dossier_code=CODE, status=7)
    await hear(fee.database, received(), ended)

    assert "Hồ sơ đã được rút theo yêu cầu." in await fee.page(WHY)


async def test_given_a_wrong_or_missing_code_when_asked_then_both_are_answered_alike(
    fee: Fee,
) -> None:
    answers = [
        await fee.client.get(f"/thanh-toan/{code}/vi-sao", headers=PEOPLE)
        for code in ("H34.10-261122-9999", "khong-phai-ma")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Chưa tìm thấy hồ sơ này" in answers[0].text
    assert answers[0].text.replace("H34.10-261122-9999", "khong-phai-ma") == answers[1].text


async def test_given_a_code_typed_in_small_letters_when_asked_then_it_is_found(fee: Fee) -> None:
    await hear(fee.database, received())

    assert CODE in await fee.page(f"/thanh-toan/{CODE.lower()}/vi-sao")


async def test_given_staff_when_they_read_the_assessment_then_everything_that_decided_is_there(
    fee: Fee,
) -> None:
    student = a_line("PHI-LYLICH-TUPHAP", copies=4, payer_group="HSSV", declared_vnd=100_000)
    context = CONTEXT.model_copy(update={"procedure_code": "2.000488"})
    await hear(fee.database, received(context=context))
    await hear(fee.database, changed(fee_lines=(student,)), first=2)
    await fee.sign_in(Role.ACCOUNTANT)

    answer = (await fee.client.get(JSON)).json()

    (line,) = answer["lines"]
    assert (answer["status"], answer["version"], answer["total_vnd"]) == ("assessed", 2, 110_000)
    assert (line["payer_group"], line["declared_vnd"]) == ("HSSV", 100_000)
    assert [(s["tariff_code"], s["quantity"], s["amount_vnd"]) for s in line["steps"]] == [
        ("TF-0066", 1, 100_000),
        ("TF-0069", 2, 10_000),
    ]
    assert line["steps"][0]["certainty"] == "known"


@pytest.mark.parametrize(
    ("role", "links"), [(Role.OFFICER, 0), (Role.ACCOUNTANT, 0), (Role.AUDITOR, 1)]
)
async def test_given_staff_when_they_ask_why_then_the_page_tells_all_that_decided(
    fee: Fee, role: Role, links: int
) -> None:
    student = a_line("PHI-LYLICH-TUPHAP", copies=4, payer_group="HSSV", declared_vnd=100_000)
    context = CONTEXT.model_copy(update={"procedure_code": "2.000488"})
    await hear(fee.database, received(context=context))
    await hear(fee.database, changed(fee_lines=(student,)), first=2)
    public = await fee.page(WHY)
    await fee.sign_in(role)

    page = await fee.page(WHY)

    for said in (
        "thủ tục 2.000488 · địa bàn H34 · học sinh, sinh viên · Tại quầy · nộp 22/11/2026",
        "4 bản, 1 trang",
        "100.000 ₫, khác số đã xác định",
        "Thu thêm từ bản thứ n",
        "Xác định số phải thu: 62.000 ₫",
        "Xác định số phải thu: 110.000 ₫",
        "lần 2",
    ):
        assert said in page
        assert said not in public
    assert page.count('href="/can-bo/bieu-phi/muc/TF-0066"') == links


@pytest.mark.parametrize(
    ("role", "agency"), [(Role.OFFICER, "H34.22.08"), (Role.CITIZEN, "H34.10")]
)
async def test_given_others_who_are_signed_in_when_they_ask_why_then_they_see_what_payers_see(
    fee: Fee, role: Role, agency: str
) -> None:
    poor = a_line("LP-HOTICH-KHAISINH", variant="QUA_HAN", payer_group="HO_NGHEO")
    context = CONTEXT.model_copy(update={"procedure_code": "1.001193"})
    await hear(fee.database, received(context=context, fee_lines=(poor,)))
    await fee.sign_in(role, agency)

    page = await fee.page(WHY)

    assert "Được miễn theo quy định của pháp luật." in page
    assert "hộ nghèo" not in page
    assert "Những lần xác định" not in page


async def test_given_staff_of_another_agency_when_they_ask_then_the_dossier_is_missing_to_them(
    fee: Fee,
) -> None:
    await hear(fee.database, received())

    anonymous = await fee.client.get(JSON)
    await fee.sign_in(Role.OFFICER, "H34.22.08")
    stranger = await fee.client.get(JSON)

    assert (anonymous.status_code, stranger.status_code) == (401, 404)
    assert stranger.json()["code"] == "assessment-not-found"


async def test_given_the_list_when_an_auditor_searches_then_uncertain_rows_are_marked(
    whole_list: Fee,
) -> None:
    await whole_list.sign_in(Role.AUDITOR)

    page = await whole_list.page(
        f"{LIST}?tim=giay+phep+xay+dung&xac_minh=to_confirm&ngay=2026-11-24"
    )

    assert "127 mức thu đã công bố, 82 mức cần xác minh" in page
    assert page.count("Cần xác minh</span>") == 16
    assert "TF-0083" not in page


async def test_given_the_list_when_paged_then_every_row_is_shown_once(
    whole_list: Fee,
) -> None:
    await whole_list.sign_in(Role.SUPERVISOR)

    seen: list[str] = []
    path: str | None = LIST
    while path is not None:
        page = await whole_list.page(path)
        seen += [part[:7] for part in page.split(f'class="row-link" href="{LIST}/muc/')[1:]]
        after = page.partition('href="/can-bo/bieu-phi?sau=')[2].partition('"')[0]
        path = f"{LIST}?sau={after}" if after else None

    assert seen == [f"TF-{n:04}" for n in range(1, 128)]


@pytest.mark.parametrize("day", ["mai", "2026-02-30"])
async def test_given_a_day_that_is_none_when_filtered_then_the_field_says_so(
    fee: Fee, day: str
) -> None:
    await fee.sign_in(Role.ADMINISTRATOR)

    assert "Ghi ngày như" in await fee.page(f"{LIST}?ngay={day}")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CITIZEN, Role.OPERATOR, Role.ACCOUNTANT])
async def test_given_a_role_without_the_right_when_the_list_is_asked_for_then_it_is_refused(
    fee: Fee, role: Role
) -> None:
    await fee.sign_in(role)

    answer = await fee.client.get(LIST, headers=PEOPLE)

    assert answer.status_code == 403
