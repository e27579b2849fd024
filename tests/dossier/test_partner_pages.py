"""*Đối tác* and its JSON: days of both sides, what is missing, and sending it again."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from dossier.main import make_service
from dossier.tables import PartnerFactRow
from shared.db.database import Database
from shared.db.tables import AuditRow, OutboxRow
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, answer, fold_said
from tests.dossier.days import DAY, OTHER, a_day, compared, paid_ids, state_day
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

PAGE = "/van-hanh/doi-tac"
API = "/api/dossier/v1/partners/tthc"
DAY_API = f"{API}/days/{DAY}"
NOBODYS = "0192f3c4-7c1e-7cc2-9a54-0f2a9b1c7d14"
AS_PAGE = {"accept": "text/html"}
WHY = {"reason": "tỉnh mất dữ liệu"}


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A day of which the province lacks one payment, and we one dossier."""
    made = await database_of("dossier")
    await a_day(made)
    kept, _ = await paid_ids(made)
    await state_day(
        made, SoDaThu=1, TongTien=62_000, MaSuKien=[str(kept)], SoHoSo=3,
        MaHoSo=[CODE, OTHER, "H34.10-261122-0009"],
    )  # fmt: skip
    await compared(made)
    return made


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    """An operator at the doors of dossier."""
    service = make_service()
    async with client_of(service, database) as made:
        await sign_in_as(Role.OPERATOR, client=made, service=service, database=database)
        yield made


async def page(client: AsyncClient, address: str, status: int = 200) -> str:
    answer = await client.get(address, headers=AS_PAGE)
    assert answer.status_code == status, answer.text
    return answer.text


async def test_given_a_compared_day_when_the_operator_looks_then_both_sides_are_told(
    client: AsyncClient,
) -> None:
    whole, day = await page(client, PAGE), await page(client, f"{PAGE}/tthc/{DAY}")

    assert "ta thiếu 1 hồ sơ" in whole
    assert "tỉnh thiếu 1 tin" in whole
    assert "124.000" in day
    assert "62.000" in day
    assert "H34.10-261122-0009" in day
    assert OTHER in day
    assert "Gửi lại 1 tin còn thiếu" in day


async def test_given_missing_facts_when_they_are_sent_again_then_the_page_waits_for_the_province(
    client: AsyncClient, database: Database
) -> None:
    answer = await client.post(f"{PAGE}/tthc/{DAY}/gui-lai", data=WHY)

    assert answer.status_code == 303
    assert "Đã gửi lại đủ các tin tỉnh thiếu" in await page(client, answer.headers["location"])
    async with database.transaction() as session:
        audit = (await session.scalars(select(AuditRow))).all()
    assert [(row.act, row.subject, row.reason, row.details) for row in audit] == [
        ("partner.resend", f"{DAY}/1", "tỉnh mất dữ liệu", {"facts": "1"})
    ]


async def test_given_a_page_of_the_day_when_it_is_compared_again_then_the_run_is_new(
    client: AsyncClient,
) -> None:
    answer = await client.post(f"{PAGE}/tthc/{DAY}/so-sanh")

    assert answer.status_code == 303
    assert "so sánh lần 2" in await page(client, answer.headers["location"])


async def test_given_a_refused_fact_when_it_is_sent_again_then_it_awaits_its_answer_anew(
    client: AsyncClient, database: Database
) -> None:
    fact_id, _ = await paid_ids(database)
    async with database.transaction() as session:
        values = {"state": "refused", "reason_code": "TRE", "reason_text": "Ông Đức chưa có"}
        await session.execute(
            update(PartnerFactRow).where(PartnerFactRow.id == fact_id).values(values)
        )
    assert "Ông Đức chưa có" in await page(client, PAGE)

    answer = await client.post(f"/van-hanh/doi-tac/tin/{fact_id}/gui-lai", data=WHY)

    assert answer.status_code == 303
    shown = await page(client, PAGE)
    assert "Ông Đức chưa có" not in shown
    assert "đã gửi 2 lần" in shown


async def test_given_the_days_counts_when_a_machine_asks_then_each_missing_thing_is_named(
    client: AsyncClient, database: Database
) -> None:
    _, lost = await paid_ids(database)
    status, missing = await client.get(API), await client.get(DAY_API)

    line = next(day for day in status.json()["days"] if day["day_on"] == str(DAY))
    assert (line["state"], line["missing_here"], line["missing_there"], line["to_send"]) == (
        "missing", 1, 1, 1,
    )  # fmt: skip
    assert missing.json()["here"] == ["H34.10-261122-0009"]
    assert [fact["fact_id"] for fact in missing.json()["there"]] == [str(lost)]


async def test_given_missing_facts_when_a_machine_sends_them_then_it_is_told_what_is_left(
    client: AsyncClient,
) -> None:
    first = await client.post(f"{DAY_API}/resends", json=WHY)
    second = await client.post(f"{DAY_API}/resends", json=WHY)
    run = await client.post(f"{DAY_API}/comparisons", json={})

    assert (first.json(), second.json()) == ({"sent": 1, "left": 0}, {"sent": 0, "left": 0})
    assert run.json() == {"run": 2}


@pytest.mark.parametrize(
    ("wish", "body", "status", "code"),
    [
        ("GET /api/dossier/v1/partners/nobody", None, 404, "partner-unknown"),
        (f"GET {API}/days/2026-02-31", None, 422, None),
        (f"GET {DAY_API}?limit=201", None, 422, None),
        (f"POST {API}/days/2026-01-01/comparisons", {}, 409, "day-not-stated"),
        (f"POST {API}/days/2026-01-01/resends", WHY, 409, "day-not-stated"),
        (f"POST {DAY_API}/resends", {"reason": "x"}, 422, None),
        (f"POST {DAY_API}/resends", {**WHY, "partner": "x"}, 422, None),
        (f"POST /api/dossier/v1/partner-facts/{NOBODYS}/resends", WHY, 404, "fact-unknown"),
        ("POST /api/dossier/v1/partner-facts/x/resends", WHY, 422, None),
    ],
)
async def test_given_a_wrong_wish_when_it_is_made_then_it_is_refused_in_words(
    client: AsyncClient, wish: str, body: object, status: int, code: str | None
) -> None:
    method, address = wish.split(" ")
    answered = await client.request(method, address, json=body)

    assert answered.status_code == status, answered.text
    assert code is None or answered.json()["code"] == code


async def test_given_a_fact_whose_bytes_are_gone_when_it_is_sent_again_then_that_is_said(
    client: AsyncClient, database: Database
) -> None:
    fact_id, _ = await paid_ids(database)
    async with database.transaction() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.id == fact_id).values(payload=None))

    answered = await client.post(f"/api/dossier/v1/partner-facts/{fact_id}/resends", json=WHY)

    assert (answered.status_code, answered.json()["code"]) == (410, "fact-gone")


@pytest.mark.parametrize(("role", "words"), [(Role.OFFICER, True), (Role.OPERATOR, False)])
async def test_given_a_refused_fact_when_staff_open_the_dossier_then_they_see_why(
    database: Database, role: Role, *, words: bool
) -> None:
    service, fact_ids = make_service(), await paid_ids(database)
    async with database.transaction() as session:
        await session.execute(update(PartnerFactRow).values(state="sent"))
        await answer(session, fact_ids[0], "loi", LyDo="Ông Đức chưa có")
    await fold_said(database)
    async with client_of(service, database) as client:
        await sign_in_as(role, client=client, service=service, database=database)

        shown = await page(client, f"/can-bo/ho-so/{CODE}")
        listed = await page(client, "/can-bo/ho-so?loc=refused")
        today = await page(client, "/can-bo")

        diary = await page(client, f"/can-bo/ho-so/{OTHER}?tab=nhat-ky")

    assert "Hệ thống tỉnh thiếu tin về hồ sơ này" in diary
    assert "so sánh ngày 22/11/2026" in diary
    assert "Hệ thống tỉnh báo lỗi: đã thu" in shown
    assert ("Ông Đức chưa có" in shown) is words
    assert CODE in listed
    assert OTHER not in listed
    assert "Tỉnh báo lỗi" in today
