"""J12: the province loses a day; the operator sends what is missing again, and it is whole."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import asyncpg
import pytest
from httpx import AsyncClient
from playwright.async_api import Browser, Page, expect

from shared.days import vietnam_day
from tests.support.browser import a_page, accessible, picture, shows, sign_in
from tests.support.made_up_province import (
    are_answered,
    asked_partner,
    is_quiet,
    state_totals,
    told,
)
from tests.support.payer import pay, receipts
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack
from tests.support.waiting import eventually


@pytest.fixture
async def dossiers(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """What dossier's own database says."""
    connection = await asyncpg.connect(stack.environment["DOSSIER_DATABASE_URL"])
    yield connection
    await connection.close()


async def compare(page: Page) -> None:
    """Press *So sánh lại* once the province's totals are here."""
    button = page.get_by_role("button", name="So sánh lại")
    await expect(button).to_be_visible(timeout=20_000)
    await button.click()


async def test_given_a_forgotten_day_when_the_operator_sends_what_is_missing_then_it_is_whole(
    stack: Stack, browser: Browser, client: AsyncClient, dossiers: asyncpg.Connection
) -> None:
    code, day = a_code(), vietnam_day(datetime.now(UTC)).isoformat()
    await send(stack.kafka, a_dossier(code))
    await receipts(client, await pay(client, code))
    await eventually(partial(are_answered, dossiers, code, facts=3))
    await eventually(partial(is_quiet, dossiers))

    lost = (await told(client, "POST", f"days/{day}/forgotten"))["forgotten"]
    assert len(lost) >= 3
    await state_totals(client, dossiers, day)

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as page:
        await page.goto("/van-hanh")
        await sign_in(page, "vanhanh")
        await page.get_by_role("link", name="Đối tác", exact=True).click()
        await accessible(page)
        await page.get_by_role("link", name=f"{day[8:]}/{day[5:7]}/{day[:4]}").click()
        await compare(page)
        await shows(page, f"Tỉnh thiếu: {len(lost)} tin")
        await picture(page, "doi-tac-ngay-thieu")
        await accessible(page)
        assert {fact["fact_id"] for fact in asked_partner(stack, "missing", day)["there"]} == set(
            lost
        )

        await page.get_by_role("button", name=re.compile("tin còn thiếu")).click()
        await page.get_by_label("Lý do").fill("tỉnh mất dữ liệu của ngày này")
        await page.get_by_role("button", name="Gửi lại", exact=True).click()
        await shows(page, "Đã gửi lại đủ các tin tỉnh thiếu")
        await eventually(partial(is_quiet, dossiers))
        await state_totals(client, dossiers, day)
        await page.reload()
        await compare(page)
        await shows(page, "khớp")
        await picture(page, "doi-tac-ngay-khop")

        await page.goto("/van-hanh/doi-tac")
        await picture(page, "doi-tac")

    assert asked_partner(stack, "missing", day)["day"]["state"] == "whole"
    sent = await dossiers.fetch("SELECT actor, reason FROM audit WHERE act = 'partner.resend'")
    assert [row["reason"] for row in sent][-1] == "tỉnh mất dữ liệu của ngày này"
    assert "vanhanh" not in {row["actor"] for row in sent}


async def test_given_a_refused_fact_when_staff_look_then_officer_and_operator_see_why(
    stack: Stack, browser: Browser, client: AsyncClient, dossiers: asyncpg.Connection
) -> None:
    code = a_code()
    await eventually(partial(is_quiet, dossiers))
    refusal = {"fault": "refuse", "times": 1, "reason": "HO_SO_DA_DONG", "dossier_code": code}
    await told(client, "PUT", "faults", **refusal)
    await send(stack.kafka, a_dossier(code))

    async def refused() -> bool:
        rows = "SELECT count(*) FROM partner_fact WHERE dossier_code = $1 AND state = 'refused'"
        return bool(await dossiers.fetchval(rows, code))

    await eventually(refused)

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as page:
        await page.goto(f"/can-bo/ho-so/{code}")
        await sign_in(page, "canbo")
        await shows(page, "Hệ thống tỉnh báo lỗi")
        await shows(page, "HO_SO_DA_DONG")
        await picture(page, "ho-so-tinh-bao-loi")
        await accessible(page)
        await page.goto("/can-bo/ho-so?loc=refused")
        await shows(page, code)

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as page:
        await page.goto("/van-hanh/doi-tac")
        await sign_in(page, "vanhanh")
        row = page.get_by_role("row").filter(has_text=code)
        await expect(row).to_contain_text("HO_SO_DA_DONG")
        await picture(page, "doi-tac-bao-loi")
        await row.get_by_role("button", name="Gửi lại").click()
        await expect(page.get_by_role("row").filter(has_text=code)).to_have_count(0, timeout=30_000)

    await eventually(partial(are_answered, dossiers, code, facts=1))
