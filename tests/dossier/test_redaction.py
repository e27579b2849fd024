"""Forgetting the people of a dossier: everything of them goes, and nothing brings them back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import Response
from sqlalchemy import select, text

from dossier import handlers
from dossier.main import make_service
from dossier.repository import dossiers
from dossier.tables import PartnerFactRow, PartyRow
from dossier.use_cases import redact
from dossier.use_cases.redact import Request
from shared import parked
from shared.contracts.dossier import DossierChanged, PartyRedacted
from shared.contracts.party import PartyStated
from shared.db.database import Database
from shared.db.tables import AuditRow, OutboxRow
from shared.kafka.messages import of_parked
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    a_body,
    a_message,
    a_person,
    an_exemption,
    answer,
    fold_said,
    hear,
    hear_dossier,
)
from tests.dossier.test_pages import Desk
from tests.support.facts import NOON, a_cause, an_envelope, emitted, facts
from tests.support.web import client_of

TOKENS = ("'nguyen'", "'duc'", "'0900000001'")
LATER = "2026-11-22T09:00:00+07:00"
OTHER = "H34.10-261122-0008"
NAMES = ("Nguyễn Văn Đức", "062090000001", "0900 000 001", "duc@example.vn", "Số 1 Trần Phú")
PATH = f"/api/dossier/v1/dossiers/{CODE}/party/redaction"
WHY = {"reason": "Chủ thể dữ liệu yêu cầu"}


@pytest.fixture
async def desk(database_of: NewDatabase) -> AsyncIterator[Desk]:
    """A desk at which two dossiers of two people are known."""
    database = await database_of("dossier")
    service = make_service()
    await hear_dossier(database)
    someone_else = a_person(
        "Trần Thị Bình", SoDinhDanh="062090000002", DienThoai="0911222333", Email=None, DiaChi=None
    )
    await hear_dossier(database, MaHoSo=OTHER, ChuHoSo=someone_else)
    await fold_said(database)
    async with client_of(service, database) as client:
        yield Desk(client, service, database)


async def forget(database: Database, code: str = CODE) -> redact.Redacted:
    async with database.transaction() as session:
        request = Request(by="operator-1", reason="asked", agencies=None)
        return await redact.redact_party(session, code, request, cause=a_cause(), now=NOON)


async def asked(desk: Desk, path: str = PATH) -> Response:
    return await desk.client.post(path, json=WHY, headers={"origin": "http://lephi.test"})


async def everything(database: Database) -> str:
    """Return all decision tables and views of dossier as text, bodies of parked rows in hex."""
    async with database.transaction() as session:
        names = await session.scalars(
            text(
                "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name)"
                " FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
                " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
                " AND table_name NOT IN ('session', 'outbox')"
            )
        )
        whole = "SELECT coalesce(string_agg(t::text, ' '), '') FROM {} t"
        found = [await session.scalar(text(whole.format(name))) for name in names]
    return " ".join(str(each) for each in found)


async def tombstones(database: Database) -> list[OutboxRow]:
    async with database.transaction() as session:
        rows = select(OutboxRow).where(OutboxRow.payload.is_(None))
        return list(await session.scalars(rows))


async def test_given_a_dossier_when_its_people_are_redacted_then_no_table_holds_them(
    desk: Desk,
) -> None:
    before = await everything(desk.database)

    await forget(desk.database)

    after = await everything(desk.database)
    assert [name for name in (*NAMES, *TOKENS) if name not in before] == []
    assert [name for name in (*NAMES, *TOKENS) if name in after] == []
    async with desk.database.transaction() as session:
        assert list(await session.scalars(select(PartyRow.dossier_code))) == [OTHER]


async def test_given_a_redaction_when_it_is_said_then_the_fact_and_a_tombstone_leave_once(
    desk: Desk,
) -> None:
    first, again = await forget(desk.database), await forget(desk.database)

    assert (first.is_new, again.is_new, again.redacted_at) == (True, False, NOON)
    (fact,) = await facts(desk.database, PartyRedacted)
    assert (fact.data.by, fact.agency) == ("operator-1", "H34.10")
    (tombstone,) = await tombstones(desk.database)
    assert (tombstone.topic, tombstone.aggregateid) == ("lephi.party", CODE)
    assert (await emitted(desk.database))[-2:] == [PartyRedacted.type, "tombstone"]


async def test_given_twenty_askers_at_once_when_they_meet_then_it_is_said_once(desk: Desk) -> None:
    done = await asyncio.gather(*[forget(desk.database) for _ in range(20)])

    assert [each.is_new for each in done].count(True) == 1
    assert len(await facts(desk.database, PartyRedacted)) == 1
    assert len(await tombstones(desk.database)) == 1


async def test_given_a_redacted_dossier_when_the_province_states_it_again_then_only_facts_change(
    desk: Desk,
) -> None:
    await forget(desk.database)

    await hear_dossier(
        desk.database, NgayCapNhat=LATER, TrangThaiHoSo="4", NguoiNop=a_person("Lê Thị Mới")
    )

    assert len(await facts(desk.database, PartyStated)) == 2
    assert (await facts(desk.database, DossierChanged))[0].data.status == 4
    assert "Lê Thị Mới" not in await everything(desk.database)
    async with desk.database.transaction() as session:
        assert await dossiers.find_party(session, CODE) is None


async def test_given_a_refused_message_when_its_people_are_redacted_then_its_body_is_gone(
    desk: Desk,
) -> None:
    bad = a_message(a_body(NgayNop="hôm qua"))
    await hear(desk.database, bad)
    await forget(desk.database)

    await hear(desk.database, a_message(a_body(NgayNop="hôm kia")))

    async with desk.database.transaction() as session:
        rows = await parked.list_parked(session)
        assert [(row.body, row.state) for row in rows] == [(None, "discard")] * 2
        assert of_parked(rows[0], None).key == CODE


async def test_given_the_provinces_words_when_the_people_are_redacted_then_only_the_code_is_left(
    desk: Desk,
) -> None:
    async with desk.database.transaction() as session:
        await handlers.tell_exempted(session, [an_envelope(an_exemption())])
        fact_id = await session.scalar(select(PartnerFactRow.id))
        await answer(session, fact_id, "loi", LyDo="Sai tên ông Nguyễn Văn Đức")

    await forget(desk.database)

    async with desk.database.transaction() as session:
        row = (await session.scalars(select(PartnerFactRow))).one()
    assert (row.reason_code, row.reason_text) == ("other", None)


async def test_given_a_redacted_dossier_when_the_province_answers_in_words_then_they_are_not_kept(
    desk: Desk,
) -> None:
    async with desk.database.transaction() as session:
        await handlers.tell_exempted(session, [an_envelope(an_exemption())])
        fact_id = await session.scalar(select(PartnerFactRow.id))
    await forget(desk.database)

    async with desk.database.transaction() as session:
        await answer(session, fact_id, "loi", LyDo="Sai tên ông Nguyễn Văn Đức")

    async with desk.database.transaction() as session:
        row = (await session.scalars(select(PartnerFactRow))).one()
    assert (row.state, row.reason_code, row.reason_text) == ("refused", "other", None)


async def test_given_a_redacted_dossier_when_it_is_looked_for_then_only_its_code_finds_it(
    desk: Desk,
) -> None:
    await forget(desk.database)
    await fold_said(desk.database)
    await desk.sign_in(Role.OFFICER)

    for typed in ("nguyen van duc", "0900 000 001"):
        page = await desk.client.get("/can-bo/ho-so", params={"tim": typed})
        assert CODE not in page.text, typed
    detail = await desk.page(f"/can-bo/ho-so/{CODE}")
    diary = await desk.page(f"/can-bo/ho-so/{CODE}?tab=nhat-ky")

    assert "Thông tin cá nhân đã được xóa theo yêu cầu." in detail
    assert "Đã xóa thông tin cá nhân" in diary
    assert [name for name in NAMES if name in detail + diary] == []
    await desk.sign_in(Role.CITIZEN, id_number="062090000001", agency_code=None)
    assert CODE not in await desk.page("/ho-so")


@pytest.mark.parametrize(
    ("role", "agency_code", "status"),
    [
        (Role.OPERATOR, "H34.22.08", 200),
        (Role.ADMINISTRATOR, "H34.10", 200),
        (Role.ADMINISTRATOR, "H34.22.08", 404),
        (Role.OFFICER, "H34.10", 403),
        (Role.SUPERVISOR, "H34.10", 403),
    ],
)
async def test_given_a_role_when_it_asks_to_redact_then_only_who_may_is_heard(
    desk: Desk, role: Role, agency_code: str, status: int
) -> None:
    await desk.sign_in(role, agency_code=agency_code)

    answered = await asked(desk)

    assert answered.status_code == status, answered.text
    assert len(await facts(desk.database, PartyRedacted)) == (1 if status == 200 else 0)


async def test_given_an_operator_when_redacting_then_who_and_why_is_on_record(desk: Desk) -> None:
    await desk.sign_in(Role.OPERATOR)

    first, again = await asked(desk), await asked(desk)

    assert (first.json()["is_new"], again.json()["is_new"]) == (True, False)
    async with desk.database.transaction() as session:
        (row,) = (await session.scalars(select(AuditRow))).all()
    assert (row.actor, row.act, row.subject) == ("someone", "party.redact", CODE)
    assert row.reason == WHY["reason"]
    assert row.details == {}


async def test_given_no_such_dossier_when_it_is_redacted_then_it_is_not_found(desk: Desk) -> None:
    await desk.sign_in(Role.OPERATOR)

    unknown = await asked(desk, PATH.replace("0007", "9999"))
    unreadable = await asked(desk, PATH.replace(CODE, "H34"))

    assert (unknown.status_code, unreadable.status_code) == (404, 422)
