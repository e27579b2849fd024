"""Money that does not fit: topped up on a phone, assigned by two persons, asked for once more."""

import re

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from tests.journeys.test_channels import choose, opened
from tests.support.browser import PHONE, a_page, accessible, at_the_bank, picture, shows, sign_in
from tests.support.payer import pay, until
from tests.support.province import a_code, a_dossier, a_fee, send
from tests.support.stack import Stack
from tests.support.waiting import eventually

TODO = "/can-bo/thu-tien/cho-xu-ly"
FAULTS = "/ngan-hang-thu/api/faults"


async def asked(desk: Page, reason: str, button: str) -> str:
    """Write the reason and send; return the address of the request."""
    await desk.get_by_label("Lý do", exact=True).fill(reason)
    await desk.get_by_role("button", name=button, exact=True).click()
    await shows(desk, "Người đề nghị không được tự duyệt")
    await expect(desk.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    return desk.url


async def approved(browser: Browser, url: str, request: str, name: str) -> None:
    """Let a supervisor look at a request and approve it."""
    async with a_page(browser, url) as desk:
        await desk.goto(request)
        await sign_in(desk, "lanhdao")
        await shows(desk, "Quyết định của người thứ hai")
        await picture(desk, name)
        await accessible(desk)
        await desk.get_by_role("button", name="Duyệt", exact=True).click()
        await shows(desk, "Đã duyệt")


async def in_row(desk: Page, words: str) -> Page:
    """Open the list and what its row with ``words`` leads to."""

    async def listed() -> bool:
        await desk.goto(TODO)
        return words in await desk.inner_text("main")

    await eventually(listed, pause=0.5)
    await picture(desk, "cho-xu-ly")
    await accessible(desk)
    row = desk.get_by_role("row").filter(has_text=words)
    await row.get_by_role("link", name=re.compile("^Mở")).click()
    return desk


async def test_given_a_bank_that_sent_less_when_the_payer_looks_then_they_pay_the_rest_on_the_phone(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    link = await opened(stack, client)
    wanted = {"channel": "npsp", "fault": "wrong_amount", "times": 1}
    assert (await client.put(FAULTS, json=wanted)).is_success

    async with a_page(browser, stack.url, width=PHONE) as phone:
        await choose(phone, link, "vietin", "VietinBank")
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()
        await shows(phone, "Còn thiếu")
        await picture(phone, "nop-thieu")
        await accessible(phone)

        await choose(phone, link, "momo", "Ví MoMo")
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()
        await shows(phone, "Thanh toán thành công")
        await picture(phone, "nop-du")


async def test_given_money_nobody_knows_when_two_persons_assign_it_then_the_dossier_is_paid(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment")
    reference = f"FT{code[-4:]}{code[7:13]}"
    transfer = {"content": "CHI ANH NOP TIEN", "amount_vnd": 62_000, "bank_reference": reference}
    assert (await client.post("/ngan-hang-thu/api/transfers", json=transfer)).is_success

    url = stack.environment["PUBLIC_URL"]
    async with a_page(browser, url) as desk:
        await desk.goto(TODO)
        await sign_in(desk, "ketoan")
        await in_row(desk, reference)
        await desk.get_by_label("Số hồ sơ").fill(code)
        await picture(desk, "tien-chua-gan")
        await accessible(desk)
        request = await asked(desk, "Người nộp gọi, khớp sao kê", "Đề nghị gán")

    await approved(browser, url, request, "de-nghi-gan")

    await until(client, code, "paid")


async def test_given_a_paid_dossier_when_more_is_due_then_the_supplement_is_asked_for_and_paid(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code, filed = a_code(), a_dossier("x")["data"]["NgayNop"]
    first = a_dossier(code, NgayNop=filed, NgayHenTra=filed)
    more = a_dossier(code, NgayNop=filed, NgayHenTra=filed, DanhSachLePhi=[a_fee(SoTrang=100)])
    await send(stack.kafka, first)
    await pay(client, code)
    await send(stack.kafka, more)

    url = stack.environment["PUBLIC_URL"]
    async with a_page(browser, url) as desk:
        await desk.goto(TODO)
        await sign_in(desk, "ketoan")
        await in_row(desk, code)
        await picture(desk, "viec-thu-them")
        await accessible(desk)
        request = await asked(desk, "Bổ sung 40 trang", "Gửi")

    await approved(browser, url, request, "de-nghi-thu-them")

    due = await until(client, code, "awaiting_payment")
    assert due["amount_vnd"] == 40_000
    await pay(client, code)
    assert (await until(client, code, "paid"))["amount_vnd"] == 40_000
