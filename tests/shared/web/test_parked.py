"""What an operator does with messages that wait: read, release, discard; each act is recorded."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared import parked
from shared.db.database import Database
from shared.ids import new_id
from tests.shared.web.provider import StubProvider
from tests.shared.web.site import Site, a_client, serving, some_settings

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PATH = "/api/desk/v1/parked"


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    provider = StubProvider()
    token = provider.id_token(aud="lephi-api", sub="operator-1", roles=["operator"])
    async with serving(provider.app()) as address:
        app = Site(some_settings(OIDC_INTERNAL_URL=address)).app(database)
        async with a_client(app, authorization=f"Bearer {token}") as client:
            yield client


async def given_parked(database: Database, *offsets: int) -> None:
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE parked, audit"))
        for offset in offsets:
            record = parked.Record("lephi.fee", 0, offset, "H34.10-261122-0007", b"\xff", {}, NOW)
            reason = parked.Reason("unreadable", "data.amount_vnd")
            await parked.park(session, "desk", record, reason, now=NOW)


async def decisions(database: Database) -> list[tuple[str, str | None]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT state, decided_by FROM parked ORDER BY id"))
        return [(row.state, row.decided_by) for row in rows]


async def test_given_parked_messages_when_they_are_listed_then_page_by_page(
    client: AsyncClient, database: Database
) -> None:
    await given_parked(database, 1, 2, 3)

    first = (await client.get(PATH, params={"limit": 2})).json()
    second = (await client.get(PATH, params={"limit": 2, "after": first["after"]})).json()

    assert [item["offset"] for item in first["items"] + second["items"]] == [1, 2, 3]
    assert "body" not in first["items"][0]
    assert second["after"] is None


async def test_given_a_parked_message_when_it_is_opened_then_its_reader_is_recorded(
    client: AsyncClient, database: Database
) -> None:
    await given_parked(database, 1)
    parked_id = (await client.get(PATH)).json()["items"][0]["id"]

    opened = await client.get(f"{PATH}/{parked_id}")
    unknown = await client.get(f"{PATH}/{new_id()}")

    assert (opened.json()["body"], opened.json()["offset"]) == ("/w==", 1)
    assert unknown.status_code == 404
    async with database.transaction() as session:
        audit = (await session.execute(text("SELECT actor, act, subject FROM audit"))).one()
    assert tuple(audit) == ("operator-1", "parked.read", parked_id)


@pytest.mark.parametrize(("act", "state"), [("release", "release"), ("discard", "discard")])
async def test_given_a_parked_message_when_a_person_decides_then_who_and_why_is_recorded(
    client: AsyncClient, database: Database, act: str, state: str
) -> None:
    await given_parked(database, 1)
    parked_id = (await client.get(PATH)).json()["items"][0]["id"]

    without_reason = await client.post(f"{PATH}/{parked_id}/{act}", json={"reason": ""})
    decided = await client.post(f"{PATH}/{parked_id}/{act}", json={"reason": "Seen by hand"})

    assert (without_reason.status_code, decided.status_code) == (422, 204)
    assert await decisions(database) == [(state, "operator-1")]
    async with database.transaction() as session:
        audit = (await session.execute(text("SELECT actor, act, subject, reason FROM audit"))).one()
    assert tuple(audit) == ("operator-1", f"parked.{act}", parked_id, "Seen by hand")


async def test_given_no_such_message_when_a_person_decides_then_it_is_not_found(
    client: AsyncClient, database: Database
) -> None:
    await given_parked(database)
    unknown: UUID = new_id()

    answer = await client.post(f"{PATH}/{unknown}/release", json={"reason": "Seen by hand"})

    assert (answer.status_code, answer.json()["code"]) == (404, "parked-message-not-found")
