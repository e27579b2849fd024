"""A refund by two people, up to the citizen's e-mail and the public state of the dossier."""

from httpx import AsyncClient
from playwright.async_api import Browser, expect

from tests.journeys.test_channels import choose
from tests.support.browser import (
    PHONE,
    a_page,
    accessible,
    at_the_bank,
    picture,
    shows,
    sign_in,
)
from tests.support.payer import until
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack
from tests.support.waiting import eventually

NEW = "/can-bo/thu-tien/hoan-tien-moi"


async def letter_about_refund(client: AsyncClient, address: str, code: str) -> str:
    answer = await client.get("/thu-thu/api/messages")
    told = [str(m) for m in answer.json() if address in str(m) and code in str(m)]
    return next((each for each in told if "hoàn trả" in each), "")


async def test_given_a_withdrawn_dossier_when_two_people_agree_then_the_payer_is_told(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code, address = a_code(), "hoan.tra@example.vn"
    payer = a_person(Email=address)
    await send(stack.kafka, a_dossier(code, ChuHoSo=payer))
    facts = await until(client, code, "awaiting_payment")
    link = str(facts["pay_url"]).replace(stack.environment["PUBLIC_URL"], stack.url)
    async with a_page(browser, stack.url, width=PHONE) as phone:
        await choose(phone, link, "momo", "Ví MoMo")
        await at_the_bank(phone)
    await until(client, code, "paid")

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto(f"{NEW}?ma={code}")
        await sign_in(desk, "ketoan")
        await shows(desk, "Còn hoàn được")
        await picture(desk, "hoan-tra-de-nghi")
        await accessible(desk)
        await desk.get_by_label("Vì sao hoàn").select_option("withdrawn")
        await desk.get_by_label("Ghi chú cho người duyệt").fill("Công dân rút hồ sơ trước khi làm")
        await desk.get_by_role("button", name="Gửi duyệt").click()
        await shows(desk, "Người đề nghị không được tự duyệt")
        await expect(desk.get_by_role("button", name="Duyệt hoàn trả")).to_have_count(0)
        request = desk.url
        await desk.goto("/can-bo/thu-tien/hoan-tien")
        await picture(desk, "hoan-tra")
        await accessible(desk)

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto(request)
        await sign_in(desk, "lanhdao")
        await picture(desk, "hoan-tra-duyet")
        await accessible(desk)
        await desk.get_by_role("button", name="Duyệt hoàn trả").click()
        await shows(desk, "Mã giao dịch hoàn")
        await picture(desk, "hoan-tra-xong")
        await desk.goto("/can-bo/thu-tien/so-cai")
        await picture(desk, "so-cai")
        await accessible(desk)
        await desk.get_by_role("link", name="Kênh thanh toán còn phải chuyển về: momo").click()
        await picture(desk, "so-cai-tai-khoan")
        await accessible(desk)

    refunded = await until(client, code, "refunded")
    assert (refunded["paid_vnd"], refunded["remaining_vnd"]) == (0, 0)
    subject = await eventually(lambda: letter_about_refund(client, address, code))
    assert code in subject
