"""J6: the stream or the bank is down; the counter takes cash, and says what waits since when."""

import re
import signal

from httpx import AsyncClient
from playwright.async_api import Browser, expect

from tests.journeys.test_j5_cash import at_the_till, take, with_a_till
from tests.support.browser import PHONE, a_page, accessible, picture, shows
from tests.support.payer import until
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack


async def test_given_kafka_stopped_when_cash_is_taken_then_a_slip_is_given_and_the_receipt_follows(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url) as desk:
        await at_the_till(desk, stack)
        await with_a_till(desk, "0")
        stack.signal("kafka", signal.SIGSTOP)
        try:
            await take(desk, code, "62.000")
            await shows(desk, "Biên lai đang được tạo")
            await until(client, code, "paid")
            paper = desk.get_by_role("link", name="In phiếu thu")
            slip = await desk.request.get(str(await paper.get_attribute("href")))
            assert (await slip.body()).startswith(b"%PDF")
            await shows(desk, "Biên lai và tin báo đang chờ", timeout_ms=30_000)
            await picture(desk, "phieu-thu-cho")
            await accessible(desk)
        finally:
            stack.signal("kafka", signal.SIGCONT)
        receipt = desk.get_by_role("link", name=re.compile("Xem biên lai 26TAA"))
        await expect(receipt).to_be_visible(timeout=60_000)
        await expect(desk.get_by_text("Biên lai và tin báo đang chờ")).to_have_count(0)


async def test_given_a_silent_bank_when_a_payer_chooses_it_then_the_phone_says_what_is_still_open(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    facts = await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url, width=PHONE) as phone:
        await phone.goto(facts["pay_url"].replace(stack.environment["PUBLIC_URL"], stack.url))
        stack.signal("mock-bank", signal.SIGSTOP)
        try:
            await phone.get_by_text("Vietcombank").first.click()
            await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()
            await shows(phone, "chưa trả lời")
            await shows(phone, "Chọn ngân hàng hoặc ví khác, hoặc nộp tiền mặt tại quầy")
            await picture(phone, "ngan-hang-im")
            await accessible(phone)
        finally:
            stack.signal("mock-bank", signal.SIGCONT)
