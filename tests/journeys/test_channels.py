"""A citizen pays by each channel, from the list on the phone to the receipt."""

import re

import pytest
from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from tests.support.browser import PHONE, a_page, accessible, at_the_bank, picture, shows
from tests.support.payer import until
from tests.support.pictures import decoded
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack


async def opened(stack: Stack, client: AsyncClient) -> str:
    """Send a dossier; return the pay link as this machine reaches it."""
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    facts = await until(client, code, "awaiting_payment")
    return str(facts["pay_url"]).replace(stack.environment["PUBLIC_URL"], stack.url)


async def choose(phone: Page, link: str, typed: str, name: str) -> None:
    """Find a bank or wallet by some letters, and press THANH TOÁN."""
    await phone.goto(link)
    await phone.get_by_placeholder(re.compile("Tìm")).fill(typed)
    await phone.get_by_text(name).first.click()
    await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()


@pytest.mark.parametrize(
    "way",
    [
        ("npsp", "vietin", "VietinBank"), ("momo", "momo", "Ví MoMo"),
        ("zalopay", "zalo", "Ví ZaloPay"), ("vnpay", "vnpay", "Ví VNPAY"),
    ],
)  # fmt: skip
async def test_given_a_citizen_when_they_choose_a_channel_then_its_page_takes_the_money(
    stack: Stack, browser: Browser, client: AsyncClient, way: tuple[str, str, str]
) -> None:
    channel, typed, name = way
    link = await opened(stack, client)

    async with a_page(browser, stack.url, width=PHONE) as phone:
        await choose(phone, link, typed, name)
        await expect(phone).to_have_url(re.compile(f"/ngan-hang-thu/{channel}/"))
        await picture(phone, f"kenh-{channel}")
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()

        await shows(phone, "Thanh toán thành công")
        await expect(phone.get_by_role("link", name="Thông tin biên lai thanh toán")).to_be_visible(
            timeout=20_000
        )


async def test_given_a_citizen_when_they_make_a_transfer_then_our_page_turns_by_itself(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    link = await opened(stack, client)

    async with (
        a_page(browser, stack.url, width=PHONE) as phone,
        a_page(browser, stack.url, width=PHONE) as app,
    ):
        await phone.goto(link)
        await picture(phone, "kenh-danh-sach")
        await choose(phone, link, "techcom", "Techcombank")
        await shows(phone, "Quét mã này trong ứng dụng ngân hàng")
        await picture(phone, "kenh-vietqr")
        await accessible(phone)

        png = await client.get(f"{link}/vietqr.png")
        await app.goto("/ngan-hang-thu/chuyen-khoan")
        await app.get_by_label("Nội dung mã VietQR đã quét").fill(decoded(png.content))
        await picture(app, "kenh-chuyen-khoan")
        await app.get_by_role("button", name="Tiếp tục").click()
        await app.get_by_role("button", name="Techcombank").click()
        await at_the_bank(app)
        await shows(app, "Giao dịch thành công")
        await picture(app, "kenh-chuyen-khoan-xong")

        await shows(phone, "Thanh toán thành công")
        await expect(phone.get_by_role("link", name="Thông tin biên lai thanh toán")).to_be_visible(
            timeout=20_000
        )
