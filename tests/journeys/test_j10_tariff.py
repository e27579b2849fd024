"""J10: a fee changes. One person drafts it, a second one approves it, and it explains itself."""

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.fee.application import a_file
from tests.fee.drafts import a_form
from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.province import a_code, a_dossier, a_fee, send
from tests.support.stack import Stack
from tests.support.waiting import eventually

BOOK = "/can-bo/bieu-phi"


async def open_book(page: Page, user: str) -> None:
    await page.goto(BOOK)
    await sign_in(page, user)
    await expect(page.get_by_role("heading", name="Biểu phí", exact=True)).to_be_visible()


async def explained(page: Page, code: str) -> None:
    """Open the explanation once the dossier does not wait for its tariff any more."""

    async def has_amount() -> bool:
        await page.goto(f"/thanh-toan/{code}/vi-sao")
        return await page.get_by_text("92.000").count() > 0

    await eventually(has_amount, pause=0.3)


async def waiting_row(page: Page, fee_code: str) -> Locator:
    """Return the line of the fee that dossiers wait for, once it is heard of."""
    row = page.get_by_role("row", name=re.compile(fee_code))

    async def is_there() -> bool:
        await page.goto(BOOK)
        return await row.count() > 0

    await eventually(is_there, pause=0.3)
    return row


async def test_given_a_dossier_without_a_tariff_when_two_persons_act_then_its_amount_is_explained(
    stack: Stack, browser: Browser
) -> None:
    code, fee_code = a_code(), f"LP-{a_code()[-7:]}"
    line = a_fee(MaPhiLePhi=fee_code, TenPhiLePhi="Lệ phí cấp thẻ mới", LoaiPhiLePhi="le_phi")
    await send(stack.kafka, a_dossier(code, DanhSachLePhi=[a_fee(), line]))
    url = stack.environment["PUBLIC_URL"]

    async with a_page(browser, url) as desk:
        await open_book(desk, "quantri")
        row = await waiting_row(desk, fee_code)
        await picture(desk, "bieu-phi")
        await accessible(desk)
        await row.get_by_role("link", name="Soạn mức thu").click()
        await expect(desk.get_by_label("Mã khoản thu")).to_have_value(fee_code)
        await desk.get_by_label("Mức thu (đồng)").fill("30.000")
        await desk.get_by_label("Căn cứ pháp lý").fill("")
        await desk.get_by_role("button", name="Lưu bản nháp").click()
        await shows(desk, "Cần điền ô này.")
        await picture(desk, "bieu-phi-soan-loi")
        await accessible(desk)
        await desk.get_by_label("Căn cứ pháp lý").fill("NQ 31/2026/NQ-HĐND Điều 2")
        await desk.get_by_role("button", name="Lưu bản nháp").click()
        await shows(desk, "Bản nháp")
        await picture(desk, "bieu-phi-ban-nhap")
        await accessible(desk)
        await desk.get_by_label("Lý do").first.fill("Nghị quyết mới của HĐND tỉnh")
        await desk.get_by_role("button", name="Gửi người thứ hai duyệt").first.click()
        await shows(desk, "Người đề nghị không được tự duyệt")
        await expect(desk.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
        request = desk.url

    async with a_page(browser, url) as desk:
        await desk.goto(request)
        await sign_in(desk, "lanhdao")
        await shows(desk, "Hồ sơ bị đổi số phải thu")
        await picture(desk, "bieu-phi-de-nghi")
        await accessible(desk)
        await desk.get_by_role("button", name="Duyệt", exact=True).click()
        await shows(desk, "Đã duyệt")
        await desk.get_by_role("link", name=re.compile("^TF-")).click()
        await shows(desk, "Đang có hiệu lực")
        await picture(desk, "bieu-phi-hieu-luc")

        await explained(desk, code)
        await shows(desk, "Đầy đủ, dành cho cán bộ")
        await picture(desk, "vi-sao-can-bo")
        await accessible(desk)

    async with a_page(browser, url) as phone:
        await explained(phone, code)
        for said in ("92.000", "58 trang, mỗi trang 1.000 ₫", "NQ 31/2026/NQ-HĐND Điều 2"):
            await shows(phone, said)
        await expect(phone.get_by_text("Đầy đủ, dành cho cán bộ")).to_have_count(0)
        await picture(phone, "vi-sao")
        await accessible(phone)
        await phone.goto(f"/thanh-toan/{code}")
        await shows(phone, "92.000")


async def test_given_a_file_with_errors_when_handed_in_then_lines_are_named_and_none_is_taken(
    stack: Stack, browser: Browser
) -> None:
    number = a_code()[-7:]
    rows = [a_form(tariff_code=f"X-{number}-{n}", fee_code=f"PHI-{number}-{n}") for n in range(3)]
    bad = [
        rows[0],
        rows[1] | {"amount_vnd": "50%", "valid_from": "30/2/2026"},
        rows[2] | {"fee_kind": "gia_dich_vu"},
    ]

    url = stack.environment["PUBLIC_URL"]
    async with a_page(browser, url) as desk:
        await open_book(desk, "quantri")
        await desk.get_by_role("link", name="Nhập từ tệp").click()
        await picture(desk, "bieu-phi-nhap")
        await accessible(desk)
        await hand_in(desk, a_file(*bad))
        await shows(desk, "Chưa nhận dòng nào: 2 trong 3 dòng còn lỗi")
        await shows(desk, "Giá dịch vụ (đo đạc, bưu chính…) không phải phí, lệ phí")
        await picture(desk, "bieu-phi-nhap-loi")
        await accessible(desk)

    async with a_page(browser, url, javascript=False) as desk:
        await open_book(desk, "quantri")
        await desk.get_by_role("link", name="Nhập từ tệp").click()
        await hand_in(desk, a_file(*rows))
        await shows(desk, "Đang chờ người thứ hai duyệt")
        await expect(desk.get_by_role("row")).to_have_count(4)
        await picture(desk, "bieu-phi-nhap-xong")


async def hand_in(page: Page, data: bytes) -> None:
    await page.get_by_label("Tệp CSV").set_input_files(
        {"name": "bieu-phi.csv", "mimeType": "text/csv", "buffer": data}
    )
    await page.get_by_label("Lý do").fill("Nghị quyết mới của HĐND tỉnh")
    await page.get_by_role("button", name="Nhập và gửi duyệt").click()
