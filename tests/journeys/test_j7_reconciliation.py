"""J7: the accountant's morning: the day's differences, each with its act; again changes nothing."""

import csv
import io
import re

from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from shared.clock import utc_now
from shared.days import vietnam_day
from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.payer import pay
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack

BANK = "/ngan-hang-thu/api"
KINDS = {"here_not_there": 2, "unknown": 1, "over": 1, "duplicate": 1}
"""What five planted differences are: missing, malformed; extra; another amount; double."""


async def test_given_files_that_differ_when_the_accountant_opens_the_day_then_each_has_its_act(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    for _ in range(5):
        code = a_code()
        await send(stack.kafka, a_dossier(code))
        await pay(client, code)
    wanted = {"channel": "npsp", "fault": "statement_differs", "times": 5}
    assert (await client.put(f"{BANK}/faults", json=wanted)).is_success
    today = vietnam_day(utc_now()).isoformat()

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto("/can-bo/doi-soat")
        await sign_in(desk, "ketoan")
        await picture(desk, "doi-soat-cac-ngay")
        await accessible(desk)
        await desk.get_by_label("Ngày").fill(today)
        await desk.get_by_role("button", name="Mở ngày").click()
        await expect(desk).to_have_url(re.compile(today))
        await desk.get_by_role("button", name="Đối soát lại").click()
        await shows(desk, "Bên ta có, bên kia không")
        await picture(desk, "doi-soat-ngay")
        await accessible(desk)
        first = await listed(desk, today)
        assert len(first) >= sum(KINDS.values())
        await acts(desk)

        before = await listed(desk, today)
        await desk.get_by_role("button", name="Đối soát lại").click()
        await shows(desk, "Việc chờ")
        assert await listed(desk, today) == before, "running again changes nothing"
        await picture(desk, "doi-soat-sau-khi-xu-ly")

    await client.delete(f"{BANK}/faults")
    async with a_page(browser, stack.environment["PUBLIC_URL"], javascript=False) as desk:
        await desk.goto(f"/can-bo/doi-soat/{today}")
        await sign_in(desk, "lanhdao")
        await shows(desk, "Hai bên theo kênh")
        assert await desk.get_by_role("button", name="Đối soát lại").count() == 0


async def acts(desk: Page) -> None:
    """Take in what nobody knows, and say why another difference is as it is."""
    await desk.get_by_role("button", name="Ghi nhận").first.click()
    await shows(desk, "Gán vào đúng hồ sơ, người thứ hai duyệt")
    await desk.get_by_role("button", name="Giải thích").first.click()
    await desk.get_by_label("Lý do").first.fill("Kênh hẹn gửi lại tệp")
    await picture(desk, "doi-soat-giai-thich")
    await desk.get_by_role("button", name="Lưu").first.click()
    await shows(desk, "Đã giải thích: Kênh hẹn gửi lại tệp")


async def listed(desk: Page, day: str) -> list[list[str]]:
    """Return the day's differences as the accountant exports them."""
    answer = await desk.request.get(f"/can-bo/doi-soat/{day}/chenh-lech.csv")
    assert answer.ok
    text = (await answer.text()).removeprefix("\ufeff")
    return sorted(list(csv.reader(io.StringIO(text, newline="")))[1:])
