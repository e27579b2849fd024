"""J8: a wrong receipt. Notice of error, then a replacement, each by two people; what went back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from tests.support.browser import PHONE, a_page, accessible, picture, shows, sign_in
from tests.support.payer import receipts, start, tap, until
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack

STAFF = "/can-bo/bien-lai"


@asynccontextmanager
async def at_desk(browser: Browser, stack: Stack, user: str) -> AsyncIterator[Page]:
    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto(STAFF)
        await sign_in(desk, user)
        await shows(desk, "Biên lai đã cấp")
        yield desk


async def agreed(lead: Page, address: str) -> None:
    """Let the second person approve what is on screen."""
    await lead.goto(address)
    await lead.get_by_role("button", name="Duyệt", exact=True).click()
    await shows(lead, "Đã duyệt")


async def noticed(desk: Page, lead: Page, receipt: str) -> None:
    await desk.goto(receipt)
    await desk.get_by_role("link", name="Lập thông báo sai sót").click()
    await desk.get_by_label("Họ tên người nộp").fill("Đặng Thị Ngọc Ảnh")
    await desk.get_by_label("Vì sao sai").fill("Gõ nhầm dấu khi nhận hồ sơ")
    await picture(desk, "j8-thong-bao")
    await accessible(desk)
    await desk.get_by_role("button", name="Gửi duyệt").click()
    await shows(desk, "Người đề nghị không được tự duyệt")
    await expect(desk.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    await lead.goto(STAFF)
    await shows(lead, "Chờ người thứ hai duyệt")
    await picture(lead, "j8-danh-sach")
    await lead.goto(desk.url)
    await picture(lead, "j8-duyet")
    await accessible(lead)
    await agreed(lead, desk.url)


async def replaced(desk: Page, lead: Page, receipt: str) -> str:
    """Replace the receipt; return the address of the new one at the desk."""
    await desk.goto(receipt)
    await desk.get_by_role("link", name="Lập biên lai thay thế").click()
    await desk.get_by_label("Mã số thuế người nộp").fill("6100123456")
    await desk.get_by_label("Ghi chú cho người duyệt").fill("Người nộp là doanh nghiệp")
    await picture(desk, "j8-thay-the")
    await accessible(desk)
    await desk.get_by_role("button", name="Gửi duyệt").click()
    await shows(desk, "Người đề nghị không được tự duyệt")
    await lead.goto(desk.url)
    await picture(lead, "j8-thay-the-duyet")
    await agreed(lead, desk.url)
    await desk.goto(receipt)
    await shows(desk, "Biên lai này đã bị thay thế")
    await picture(desk, "j8-chi-tiet")
    await accessible(desk)
    await desk.get_by_role("link", name=re.compile("Mở biên lai thay thế")).click()
    await shows(desk, "Biên lai này thay thế một biên lai trước")
    return desk.url


async def given_back(desk: Page, lead: Page, code: str) -> None:
    await desk.goto(f"/can-bo/thu-tien/hoan-tien-moi?ma={code}")
    await desk.get_by_label("Vì sao hoàn").select_option("withdrawn")
    await desk.get_by_label("Ghi chú cho người duyệt").fill("Công dân rút hồ sơ")
    await desk.get_by_role("button", name="Gửi duyệt").click()
    await shows(desk, "Người đề nghị không được tự duyệt")
    await lead.goto(desk.url)
    await lead.get_by_role("button", name="Duyệt hoàn trả").click()
    await shows(lead, "Chờ chi bằng tay")
    await desk.reload()
    await desk.get_by_label("Mã giao dịch của ngân hàng").fill("FT26332001")
    await desk.get_by_role("button", name="Đã chi bằng tay").click()
    await shows(desk, "Mã giao dịch hoàn")


async def test_given_a_wrong_receipt_when_two_people_correct_it_then_every_page_points_onward(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    attempt = await start(client, code)
    await tap(client, attempt)
    [paid] = await receipts(client, attempt)
    held = str(paid["url"]).replace(stack.environment["PUBLIC_URL"], stack.url)

    async with (
        at_desk(browser, stack, "ketoan") as desk,
        at_desk(browser, stack, "lanhdao") as lead,
        a_page(browser, stack.url, width=PHONE) as phone,
    ):
        await phone.goto(held)
        await shows(phone, "Xem biên lai (PDF)", timeout_ms=30_000)
        row = desk.get_by_role("row").filter(has_text=code)
        await desk.reload()
        await row.get_by_role("link", name=str(paid["number"]), exact=True).click()
        receipt = desk.url

        await noticed(desk, lead, receipt)
        await shows(phone, "Có thông báo sai sót")
        successor = await replaced(desk, lead, receipt)
        await shows(phone, "Biên lai này đã bị thay thế")
        await picture(phone, "j8-nguoi-nop")
        await accessible(phone)
        await phone.get_by_role("link", name="Kiểm tra biên lai này").click()
        await shows(phone, "Biên lai đã bị thay thế")
        await picture(phone, "j8-xac-minh-cu")
        await phone.get_by_role("link", name="Xem biên lai thay thế").click()
        await shows(phone, "Biên lai hợp lệ")
        await accessible(phone)
        await expect(
            phone.get_by_role("link", name=re.compile("Biên lai bị thay thế"))
        ).to_be_visible()

        await given_back(desk, lead, code)
        await until(client, code, "refunded")
        await desk.goto(successor)
        await expect(desk.get_by_text("Đã hoàn", exact=True).first).to_be_visible()
        await picture(desk, "j8-da-hoan")
        await phone.reload()
        await shows(phone, "Số tiền đã hoàn trả")
        await picture(phone, "j8-xac-minh-moi")
