"""J3: a citizen who filed online finds their dossier, pays it, and has the receipt at any time."""

import io
import re

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect
from pypdf import PdfReader

from tests.support.browser import PHONE, a_page, accessible, at_the_bank, picture, shows, sign_in
from tests.support.payer import until
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack
from tests.support.waiting import eventually

CITIZEN = "062090000001"


async def headed(page: Page, words: str) -> None:
    """Wait for a heading: the menu of a phone holds the same words, hidden."""
    await expect(page.get_by_role("heading", name=words)).to_be_visible()


async def row_of(page: Page, code: str) -> str:
    """Return what the list of own dossiers says of ``code``; empty when it is not there."""
    await page.reload()
    rows = page.get_by_role("row").filter(has_text=code)
    return await rows.first.inner_text() if await rows.count() else ""


async def test_given_an_online_dossier_when_its_owner_signs_in_then_they_pay_and_keep_the_receipt(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    owner = a_person(HoTen="Y Thử Nghiệm", SoDinhDanh=CITIZEN)
    await send(stack.kafka, a_dossier(code, KenhTiepNhan="truc_tuyen", ChuHoSo=owner))
    await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.environment["PUBLIC_URL"], width=PHONE) as phone:
        await phone.goto("/ho-so")
        await sign_in(phone, "congdan")
        await headed(phone, "Quản lý hồ sơ")
        listed = await eventually(lambda: row_of(phone, code))
        assert "62.000" in listed
        assert "Chờ thanh toán" in listed
        await picture(phone, "quan-ly-ho-so")
        await accessible(phone)
        copied = phone.get_by_role("button", name=f"Chép {code}")
        await copied.click()
        await expect(phone.get_by_text("Đã chép").first).to_be_visible()
        row = phone.get_by_role("row").filter(has_text=code)
        await row.get_by_role("link", name="Thanh toán").click()

        await expect(phone).to_have_url(re.compile(f"/thanh-toan/{re.escape(code)}$"))
        await phone.get_by_role("link", name="Thanh toán ngay trên máy này").click()
        await phone.get_by_text("BIDV").first.click()
        await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()
        await shows(phone, "Thanh toán thành công")

        await phone.goto("/ho-so")
        paid = await eventually(lambda: row_when(phone, code, "Đã thanh toán"))
        assert "Chờ thanh toán" not in paid
        row = phone.get_by_role("row").filter(has_text=code)
        await expect(row.get_by_role("link", name="Biên lai")).to_be_visible()
        await row.get_by_role("link", name="Biên lai").click()
        await headed(phone, "Biên lai của tôi")
        await picture(phone, "bien-lai-cua-toi")
        await accessible(phone)
        mine = phone.get_by_role("row").filter(has_text=code)
        await mine.get_by_role("link", name="Xem").click()
        await shows(phone, "26TAA")
        await expect(phone.get_by_role("link", name="Xem biên lai (PDF)")).to_be_visible(
            timeout=30_000
        )
        address = await phone.get_by_role("link", name="Xem biên lai (PDF)").get_attribute("href")
        file = await (await phone.request.get(address or "")).body()
        assert code in PdfReader(io.BytesIO(file)).pages[0].extract_text()

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as other:
        await other.goto("/ho-so")
        await sign_in(other, "congdan2")
        await headed(other, "Quản lý hồ sơ")
        assert code not in await other.content()
        await other.goto("/bien-lai")
        assert code not in await other.content()


async def row_when(page: Page, code: str, words: str) -> str:
    """Return the row of ``code`` once it says ``words``."""
    found = await row_of(page, code)
    return found if words in found and "Biên lai" in found else ""
