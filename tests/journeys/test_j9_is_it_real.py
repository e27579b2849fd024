"""J9: anyone learns whether a receipt is real, by its QR or by its file; nobody is named."""

import base64

from httpx import AsyncClient
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.support.browser import PHONE, a_page, accessible, picture, shows
from tests.support.payer import pay, pdf_of, receipts
from tests.support.pictures import decoded, first_page
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack

_CARRIED = """data => {
  const carried = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  carried.items.add(new File([bytes], "bien-lai.pdf", { type: "application/pdf" }));
  return carried;
}"""


async def drop(page: Page, content: bytes) -> None:
    """Drop a file on the page as a hand does."""
    carried = await page.evaluate_handle(_CARRIED, base64.b64encode(content).decode())
    zone = page.locator("[data-drop]")
    await zone.dispatch_event("dragover", {"dataTransfer": carried})
    await expect(zone).to_have_attribute("data-over", "")
    await zone.dispatch_event("drop", {"dataTransfer": carried})


async def hand_in(page: Page, content: bytes) -> None:
    """Choose a file and send it."""
    file: FilePayload = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
    await page.goto("/xac-minh")
    await page.get_by_label("Tệp PDF hoặc XML").set_input_files(file)
    await page.get_by_role("button", name="Xác minh tệp").click()


async def is_nobody_named(page: Page, *words: str) -> bool:
    """Tell that none of ``words`` stands on the page, seen or unseen."""
    content = await page.content()
    return not any(word in content for word in words)


async def test_given_a_receipt_when_its_qr_or_file_is_checked_then_anyone_sees_if_it_is_real(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code, payer = a_code(), a_person()
    await send(stack.kafka, a_dossier(code, ChuHoSo=payer))
    [receipt] = await receipts(client, await pay(client, code))
    pdf = await pdf_of(client, receipt)
    number = str(receipt["number"])

    async with a_page(browser, stack.url, width=PHONE) as phone:
        await phone.goto(receipt["url"])
        await shows(phone, "Xem biên lai (PDF)")
        await picture(phone, "bien-lai")
        await accessible(phone)
        await phone.goto(decoded(first_page(pdf)))
        await shows(phone, "Biên lai hợp lệ")
        for shown in ("EBL01", "26TAA", number, "62.000"):
            await expect(phone.locator("dl").first).to_contain_text(shown)
        assert await is_nobody_named(phone, payer["HoTen"], code)
        await picture(phone, "xac-minh-hop-le")
        await accessible(phone)

    async with a_page(browser, stack.url) as desk:
        await desk.goto("/xac-minh")
        await picture(desk, "xac-minh")
        await accessible(desk)
        await drop(desk, pdf)
        await shows(desk, "Biên lai hợp lệ")
        await shows(desk, "đúng là tệp gốc")
        assert await is_nobody_named(desk, payer["HoTen"], code)
        await picture(desk, "xac-minh-tep")
        await hand_in(desk, pdf.replace(b"%PDF-1.7", b"%PDF-1.6"))
        await shows(desk, "Tệp đã bị sửa đổi")
        await shows(desk, "62.000")
        await picture(desk, "xac-minh-sua")
        await accessible(desk)
        await desk.goto("/xac-minh?mst=123&mau=EBL01&ky_hieu=26TAI&so=1")
        await accessible(desk)

    async with a_page(browser, stack.url, width=PHONE, javascript=False) as stranger:
        await hand_in(stranger, b"PK\x03\x04")
        await shows(stranger, "Không phải tệp biên lai của hệ thống này")
        await picture(stranger, "xac-minh-khac")
        await stranger.goto("/xac-minh")
        await stranger.get_by_label("Mã số thuế").fill("123")
        await stranger.get_by_label("Ký hiệu").fill("26TAI")
        await stranger.get_by_label("Số", exact=True).fill("1")
        await stranger.get_by_role("button", name="Xác minh", exact=True).click()
        await shows(stranger, "Chưa đọc được ký hiệu hoặc số")
        await picture(stranger, "xac-minh-sai")
