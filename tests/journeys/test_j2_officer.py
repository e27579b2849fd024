"""J2: the officer finds the dossier, sees that it is paid, and opens the receipt."""

import io
import re
from datetime import UTC, datetime

import pytest
import zxingcpp
from httpx import AsyncClient
from PIL import Image
from playwright.async_api import Browser, Page, expect
from pypdf import PdfReader

from shared.days import in_vietnam
from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.payer import pay, receipts
from tests.support.pictures import first_page
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack
from tests.support.waiting import eventually


async def test_given_a_paid_dossier_when_the_officer_looks_it_up_then_the_receipt_opens(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    name = f"Nguyễn Văn Thử {code[-4:]}"
    await send(stack.kafka, a_dossier(code, ChuHoSo=a_person(HoTen=name)))
    await receipts(client, await pay(client, code))

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto("/can-bo/ho-so")
        await sign_in(desk, "canbo")
        await desk.get_by_role("searchbox").fill(f"nguyen van thu {code[-4:]}")
        await desk.get_by_role("button", name="Tìm kiếm").click()
        await expect(desk).to_have_url(re.compile(re.escape(code)))
        await narrowed(desk, code)
        await picture(desk, "tra-cuu-ho-so")
        await accessible(desk)
        await desk.goto("/can-bo/ho-so")
        await desk.get_by_role("searchbox").fill(code)
        await desk.keyboard.press("Enter")
        await expect(desk).to_have_url(re.compile(re.escape(code)))

        await slip_is(desk, code)
        await desk.get_by_role("link", name="Lệ phí", exact=True).click()
        await shows(desk, "Đã thanh toán")
        await desk.get_by_text("Thông tin biên lai thanh toán").first.click()
        await shows(desk, "26TAA")
        await desk.locator("summary[aria-label='Thao tác']").first.click()
        await picture(desk, "ho-so-le-phi")
        await accessible(desk)
        link = desk.locator("a", has_text="Xem biên lai").first  # A live page may close the menu.
        address = await link.get_attribute("href")
        assert address is not None
        assert re.fullmatch(r"/can-bo/bien-lai/[0-9a-f-]{36}/pdf", address)

        async def file() -> bytes:
            answer = await desk.request.get(address or "", headers={"accept": "text/html"})
            return await answer.body() if answer.status == 200 else b""

        text = PdfReader(io.BytesIO(await eventually(file))).pages[0].extract_text()
        assert code in text
        await desk.get_by_role("link", name="Nhật ký").click()
        await shows(desk, "Biên lai")
        await picture(desk, "ho-so-nhat-ky")


async def narrowed(desk: Page, code: str) -> None:
    """Search "nguyen van", and narrow what is found by payment, status and day."""
    today = f"{in_vietnam(datetime.now(UTC)):%Y-%m-%d}"
    await desk.goto("/can-bo/ho-so?loc=paid")
    await desk.get_by_role("searchbox").fill("nguyen van")
    await desk.get_by_text("Lọc theo trạng thái").click()
    await desk.get_by_label("Trạng thái hồ sơ").select_option("2")
    await desk.get_by_label("Nộp từ ngày").fill(today)
    await desk.get_by_role("button", name="Tìm kiếm").click()
    await shows(desk, code)
    await expect(desk.get_by_label("Nộp từ ngày")).to_have_value(today)


async def slip_is(desk: Page, code: str) -> None:
    """Open the reception slip from the detail: the barcode is the code's."""
    address = await desk.get_by_role("link", name="Giấy tiếp nhận").get_attribute("href")
    answer = await desk.request.get(address or "", headers={"accept": "text/html"})
    page = Image.open(io.BytesIO(first_page(await answer.body())))
    found = {each.text for each in zxingcpp.read_barcodes(page.convert("L"))}
    assert code in found


async def test_given_another_agency_when_its_officer_asks_for_the_code_then_it_is_not_there(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await pay(client, code)

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto(f"/can-bo/ho-so/{code}")
        await sign_in(desk, "canbo2")
        await shows(desk, "Không tìm thấy")
        hidden = await desk.content()
        answer = await desk.request.get("/can-bo/ho-so/H34.10-261124-0000001")
        assert answer.status == 404

    assert "62.000" not in hidden


@pytest.mark.parametrize("user", ["canbo", "ketoan", "vanhanh", "congdan"])
async def test_given_a_signed_in_user_when_signing_out_then_the_page_is_closed_again(
    stack: Stack, browser: Browser, user: str
) -> None:
    async with a_page(browser, stack.environment["PUBLIC_URL"]) as page:
        start = {"vanhanh": "/van-hanh", "congdan": "/ho-so"}.get(user, "/can-bo")
        await page.goto(start)
        await sign_in(page, user)
        await expect(page).to_have_url(re.compile(re.escape(start)))
        await picture(page, f"trang-{user}")
        await accessible(page)

        await page.goto("/")
        await page.goto(start)
        await expect(page).to_have_url(re.compile(re.escape(start)))
