"""J5: cash at the counter, from the float to the accountant's confirmation."""

import re

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.payer import until
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack

TILLS = "/can-bo/thu-tien/quy"


async def at_the_till(page: Page, stack: Stack, user: str = "canbo") -> None:
    """Sign in and open the page of tills."""
    await page.goto(f"{stack.environment['PUBLIC_URL']}{TILLS}")
    await sign_in(page, user)
    await shows(page, "Quỹ tiền mặt")


async def with_a_till(page: Page, opening: str = "200.000") -> None:
    """Open a till unless one is open."""
    float_field = page.get_by_label("Tiền lẻ đầu ngày")
    if await float_field.count():
        await float_field.fill(opening)
        await page.get_by_role("button", name="Mở quỹ").click()
    await shows(page, "Phải có trong quỹ")


async def take(page: Page, code: str, given: str) -> None:
    """Type the code as a barcode reader does, and what the payer hands over."""
    await page.get_by_label("Số hồ sơ thu tiền mặt").fill(code)
    await page.keyboard.press("Enter")
    await page.get_by_label("Khách đưa").fill(given)
    await page.get_by_role("button", name="Thu tiền mặt").click()
    await shows(page, "Đã thu tiền mặt")


async def test_given_an_open_till_when_cash_is_taken_counted_and_handed_over_then_all_is_recorded(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url) as desk, a_page(browser, stack.url) as accountant:
        await at_the_till(desk, stack)
        await picture(desk, "quy-mo")
        await with_a_till(desk)
        await picture(desk, "quy")
        await accessible(desk)
        await take(desk, code, "100.000")
        await shows(desk, "Trả lại khách 38.000 ₫")
        receipt = desk.get_by_role("link", name=re.compile("Xem biên lai 26TAA"))
        await expect(receipt).to_be_visible(timeout=20_000)
        await picture(desk, "phieu-thu")
        await accessible(desk)
        await until(client, code, "paid")

        await desk.goto(f"{stack.environment['PUBLIC_URL']}{TILLS}/thu?ma={code}")
        await shows(desk, "Không còn phải thu")
        await desk.goto(f"{stack.environment['PUBLIC_URL']}{TILLS}")
        await desk.get_by_role("link", name="Xem và đóng quỹ").click()
        till = desk.url
        await desk.get_by_label("100.000 ₫", exact=True).fill("2")
        await desk.get_by_label("50.000 ₫", exact=True).fill("1")
        await desk.get_by_role("button", name="Đóng quỹ").click()
        await shows(desk, "Tiền đếm được thiếu 12.000 ₫")
        await picture(desk, "dong-quy")
        await accessible(desk)
        await desk.get_by_label("Lý do chênh lệch").fill("Trả thừa cho khách")
        await desk.get_by_role("button", name="Đóng quỹ").click()
        await shows(desk, "Đang chờ kế toán nhận tiền")
        await picture(desk, "quy-dong")

        await at_the_till(accountant, stack, "ketoan")
        await picture(accountant, "quy-co-quan")
        await accountant.goto(till)
        await accountant.get_by_label("Số tiền thực nhận").fill("250.000")
        await accountant.get_by_role("button", name="Xác nhận đã nhận tiền").click()
        await shows(accountant, "Đã bàn giao")
        await picture(accountant, "quy-ban-giao")
        await accessible(accountant)
        slip = await accountant.request.get(f"{till}/ban-giao.pdf")
        assert (await slip.body()).startswith(b"%PDF")
