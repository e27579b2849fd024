"""From the province's message to the page: a fee is corrected, a dossier stops and comes back."""

import json
from typing import Any

from httpx import AsyncClient
from playwright.async_api import Browser

from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.payer import pay, payable, receipts, until
from tests.support.personal_data import in_topics
from tests.support.province import a_code, a_dossier, a_fee, send
from tests.support.stack import Stack
from tests.support.waiting import eventually


async def due(client: AsyncClient, code: str, amount_vnd: int) -> dict[str, Any]:
    """Wait until ``amount_vnd`` is due for ``code``; return what the public reads."""

    async def look() -> dict[str, Any] | None:
        found = await payable(client, code)
        return found if found and found["amount_vnd"] == amount_vnd else None

    found = await eventually(look)
    assert found is not None
    return found


async def page_of(client: AsyncClient, code: str) -> str:
    answer = await client.get(f"/thanh-toan/{code}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


async def told(stack: Stack, code: str) -> list[tuple[str, int]]:
    """Return the amounts that the province was told of ``code``, in order."""
    found = await in_topics(stack.kafka, ["tthc.fact"])
    bodies = [what[what.index(b"{") :] for _, what in found if what.startswith(code.encode())]
    events = [json.loads(body) for body in bodies]
    return [
        (str(event["type"]).split(".")[3], int(event["data"]["SoTien"]))
        for event in events
        if "SoTien" in event["data"]
    ]


async def test_given_a_dossier_when_the_province_corrects_and_stops_it_then_the_page_follows(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code, filed = a_code(), a_dossier("x")["data"]["NgayNop"]

    def stated(status: str, pages: int, whose: str = code) -> dict[str, Any]:
        fees = [a_fee(SoTrang=pages)]
        return a_dossier(
            whose, TrangThaiHoSo=status, DanhSachLePhi=fees, NgayNop=filed, NgayHenTra=filed
        )

    qr = f"/thanh-toan/{code}/qr.svg"
    await send(stack.kafka, stated("2", 60))
    first = await until(client, code, "awaiting_payment")
    picture_before = (await client.get(qr)).content

    await send(stack.kafka, stated("4", 10))
    amended = await due(client, code, 12_000)
    assert amended["pay_url"] == first["pay_url"]
    assert (await client.get(qr)).content == picture_before
    assert "12.000" in await page_of(client, code)

    await send(stack.kafka, stated("8", 10))
    await until(client, code, "cancelled")
    assert "Không còn phải nộp" in await page_of(client, code)
    assert (await client.get(qr)).status_code == 404

    await send(stack.kafka, stated("4", 10))
    again = await until(client, code, "awaiting_payment")
    assert again["pay_url"] != first["pay_url"]
    await receipts(client, await pay(client, code))

    await send(stack.kafka, stated("9", 60))
    other = a_code()
    await send(stack.kafka, stated("10", 60, other))
    await until(client, other, "awaiting_payment")
    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto("/can-bo/thu-tien/cho-xu-ly")
        await sign_in(desk, "ketoan")

        async def listed(address: str, *parts: str) -> bool:
            await desk.goto(address)
            words = await desk.inner_text("main")
            return all(part in words for part in parts)

        await eventually(
            lambda: listed("/can-bo/thu-tien/cho-xu-ly", "Phải thu thêm", code), pause=0.5
        )
        await accessible(desk)
        await picture(desk, "thu-tien-cho-xu-ly")
        await eventually(lambda: listed("/can-bo/thu-tien", other), pause=0.5)
        await shows(desk, "Đã trả kết quả, còn phải thu")
        await accessible(desk)
        await picture(desk, "thu-tien-viec-va-no")
    assert (await until(client, code, "paid"))["amount_vnd"] == 12_000
    amounts = [("PhaiThu", 62_000), ("PhaiThu", 12_000), ("PhaiThu", 12_000), ("DaThu", 12_000)]
    assert (await told(stack, code))[:4] == amounts
