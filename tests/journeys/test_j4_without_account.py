"""J4: the code alone shows what is due and pays it; a receipt needs more; guesses learn nothing."""

import re

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from tests.support.browser import PHONE, a_page, accessible, at_the_bank, picture, shows
from tests.support.payer import until
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack

PHONE_NUMBER = "0905 123 457"


async def ask(page: Page, code: str, digits: str) -> None:
    """Fill *Tra cứu biên lai* and send it."""
    await page.goto("/bien-lai")
    await page.get_by_label("Số hồ sơ").fill(code)
    await page.get_by_label("Bốn số cuối điện thoại").fill(digits)
    await page.get_by_role("button", name="Tra cứu").click()


async def test_given_only_a_code_when_somebody_pays_then_the_receipt_opens_to_who_knows_the_phone(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code, nobody = a_code(), a_code()
    payer = a_person(DienThoai=PHONE_NUMBER)
    await send(stack.kafka, a_dossier(code, ChuHoSo=payer))
    await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url, width=PHONE) as phone:
        await phone.goto("/")
        await phone.get_by_label("Số hồ sơ").fill(code.lower())
        await phone.keyboard.press("Enter")
        await shows(phone, "62.000")
        assert payer["HoTen"] not in await phone.content()
        await phone.get_by_role("link", name="Thanh toán ngay trên máy này").click()
        link = phone.url
        await phone.get_by_text("BIDV").first.click()
        await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()
        await expect(phone.get_by_role("link", name="Thông tin biên lai thanh toán")).to_be_visible(
            timeout=20_000
        )

    async with a_page(browser, stack.url, width=PHONE) as stranger:
        await stranger.goto(link)
        await shows(stranger, "Đã thanh toán")
        assert "26TAA" not in await stranger.content()
        assert "/bien-lai/" not in await stranger.content()
        await stranger.goto(f"/thanh-toan/{code}")
        assert "26TAA" not in await stranger.content()

        answers: list[str] = []
        for asked, digits in ((code, "0000"), (nobody, "3457")):
            await ask(stranger, asked, digits)
            await shows(stranger, "Chưa tìm thấy biên lai")
            answers.append((await stranger.content()).replace(asked, ""))
        assert answers[0] == answers[1]
        await picture(stranger, "bien-lai-khong-thay")
        await accessible(stranger)

        await ask(stranger, f" {code.lower()} ", "3457")
        await expect(stranger).to_have_url(re.compile("/bien-lai/.+"))
        await shows(stranger, "26TAA")
        await picture(stranger, "bien-lai-tra-cuu")


async def test_given_a_code_that_nobody_has_when_it_is_searched_then_the_page_says_what_to_do(
    stack: Stack, browser: Browser
) -> None:
    async with a_page(browser, stack.url, width=PHONE, javascript=False) as phone:
        await phone.goto("/thanh-toan")
        await phone.get_by_label("Số hồ sơ").fill(a_code())
        await phone.keyboard.press("Enter")
        await shows(phone, "Chưa tìm thấy hồ sơ này")
        await picture(phone, "thanh-toan-khong-thay")
