"""Bảng kê, as accountants meet it: each day's state, its lines, what was sent, sending now."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from receipt.adapters.signer.checking import check_xml
from receipt.jobs.catalogue import daily_table_jobs
from shared.clock import utc_now
from shared.days import in_vietnam, vietnam_day
from shared.service import Service
from shared.web.identity import Role
from tests.receipt.days import CLOSES_AT, Days
from tests.receipt.world import PEOPLE, World
from tests.support.tax_authority import TaxAuthority
from tests.support.web import client_of

PATH = "/can-bo/bien-lai/bang-ke"
MAKE_NOW = "/can-bo/bien-lai/bang-ke/lap"


@dataclass
class Office:
    """An accountant's office: the application, the service's own days, the authority."""

    world: World
    days: Days

    async def page(self, path: str = PATH) -> str:
        return await self.world.page(path)

    async def post(self, path: str) -> str:
        answer = await self.world.client.post(path, headers=PEOPLE)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def table_path(self) -> str:
        [(table_id,)] = await self.days.select("SELECT id::text FROM daily_table")
        return f"{PATH}/{table_id}"


@pytest.fixture
async def office(world: World, service: Service, tmp_path: Path) -> AsyncIterator[Office]:
    authority = TaxAuthority(tmp_path / "tax")
    jobs = (*service.jobs, *daily_table_jobs(authority.client, CLOSES_AT, authority.signers))
    async with client_of(replace(service, jobs=jobs), world.database) as client:
        world.client = client
        await world.sign_in(Role.ACCOUNTANT)
        yield Office(world, Days(world.database, authority, utc_now()))


async def test_given_receipts_when_the_accountant_sends_now_then_the_day_is_there_and_taken(
    office: Office,
) -> None:
    await office.days.issue(2)
    assert "Lập và gửi ngay" in await office.page()

    assert await office.post(MAKE_NOW) == PATH

    page = await office.page()
    for said in ("Đã nhận", "124.000", "Trung tâm Phục vụ hành chính công tỉnh"):
        assert said in page
    opened = await office.page(await office.table_path())
    for said in ("Lần đầu", "CT-00000001", "EBL01", "Phí chứng thực bản sao", "Biên lai liên quan"):
        assert said in opened
    assert "Gửi lại ngay" not in opened


async def test_given_a_table_when_exported_then_csv_and_what_was_sent_are_whole(
    office: Office,
) -> None:
    await office.days.issue(2)
    await office.post(MAKE_NOW)
    path = await office.table_path()

    exported = await office.world.client.get(f"{path}/bang-ke.csv")
    sent = await office.world.client.get(f"{path}/lan/0")
    missing = await office.world.client.get(f"{path}/lan/7", headers=PEOPLE)

    rows = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert [len(row) for row in rows] == [13] * 3
    assert [row[3] for row in rows[1:]] == ["1", "2"]
    assert sent.headers["content-type"] == "application/xml"
    checked = check_xml(sent.content)
    assert checked.is_whole
    [said] = await office.days.sent()
    assert f"<ma>{said['ma']}</ma>".encode() in (checked.data or b"")
    assert missing.status_code == 404


async def test_given_an_outage_when_it_is_over_then_the_page_said_since_when_and_sends_again(
    office: Office,
) -> None:
    await office.days.authority.ask_for(outage=True)
    await office.days.issue()
    await office.post(MAKE_NOW)
    path = await office.table_path()

    page, opened = await office.page(), await office.page(path)
    await office.days.authority.heal()
    await office.post(f"{path}/gui")

    assert "Đang chờ cơ quan thuế" in page
    assert "3 ngày làm việc sau khôi phục" in page
    assert "Chưa trả lời" in opened
    assert f"{in_vietnam(utc_now()):%d/%m/%Y}" in opened
    assert "Đã nhận" in await office.page(path)
    assert "Đang chờ cơ quan thuế" not in await office.page()


async def test_given_a_refusal_when_looked_at_then_its_reason_is_there(office: Office) -> None:
    await office.days.authority.ask_for(refuse=1)
    await office.days.issue()
    await office.post(MAKE_NOW)

    assert "1 bảng không được tiếp nhận" in await office.page()
    assert "THU_NGHIEM" in await office.page(await office.table_path())


async def test_given_a_day_that_is_not_sent_when_it_is_over_then_it_is_overdue(
    office: Office,
) -> None:
    await office.days.issue()
    await office.post(MAKE_NOW)
    async with office.world.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE daily_table_submission SET status = 'waiting', due_at = now(),"
                " lines_day = lines_day - 2"
            )
        )

    assert "1 bảng quá hạn gửi" in await office.page()


async def test_given_a_notice_since_when_looked_at_then_the_table_says_what_changed(
    office: Office,
) -> None:
    [receipt] = await office.days.issue()
    await office.post(MAKE_NOW)
    await office.days.notice(receipt)
    path = await office.table_path()

    before = await office.page(path)
    office.days.now = utc_now()
    await office.post(MAKE_NOW)
    after = await office.page(path)

    assert "Biên lai số 1 đã bị thay thế hoặc có thông báo sai sót" in before
    assert "Có thay đổi chưa báo" not in after
    assert "Sửa đổi, bổ sung lần thứ 1" in after
    assert "Giải trình" in after


async def test_given_others_when_they_ask_then_the_table_is_not_theirs(office: Office) -> None:
    await office.days.issue()
    await office.post(MAKE_NOW)
    path = await office.table_path()
    client: AsyncClient = office.world.client

    await office.world.sign_in(Role.ACCOUNTANT, "H34.22.08")
    foreign = [await client.get(p, headers=PEOPLE) for p in (path, f"{path}/lan/0")]
    foreign.append(await client.post(f"{path}/gui", headers=PEOPLE))
    await office.world.sign_in(Role.AUDITOR)
    auditor = await client.post(MAKE_NOW, headers=PEOPLE)

    assert [answer.status_code for answer in foreign] == [404] * 3
    assert auditor.status_code == 403
    assert "Lập và gửi ngay" not in await office.page()
    assert f"{vietnam_day(utc_now()):%d/%m/%Y}" in await office.page()
