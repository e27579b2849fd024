"""Look-ups are counted for all processes together, by address, and by agency and day."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, Request
from httpx import AsyncClient
from sqlalchemy import text
from starlette.types import ASGIApp

from shared.db.database import Database
from shared.web.identity import public
from shared.web.limits import LOOK_UPS_A_MINUTE, MISSES_A_DAY, count_look_up, count_miss
from tests.shared.web.site import Site, a_client, some_settings

CODE = "H34.10-261122-0007"


def doors() -> APIRouter:
    router = APIRouter()

    @router.get("/tim/{code}", dependencies=[public()])
    async def find(request: Request, code: str, *, hit: bool = True) -> bool:
        await count_look_up(request, code)
        if not hit:
            await count_miss(request, code)
        return hit

    return router


def an_app(database: Database, **settings: str) -> ASGIApp:
    return Site(some_settings(**settings), [doors()]).app(database)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    async with a_client(an_app(database), address="203.0.113.7") as client:
        yield client


async def set_counts(database: Database, pattern: str, count: int) -> None:
    async with database.transaction() as session:
        statement = text("UPDATE rate_hit SET count = :count WHERE bucket LIKE :pattern")
        await session.execute(statement, {"count": count, "pattern": pattern})


async def test_given_the_last_look_up_of_a_minute_when_another_comes_then_it_must_wait(
    client: AsyncClient, database: Database
) -> None:
    await client.get(f"/tim/{CODE}")
    await set_counts(database, "look-up %", LOOK_UPS_A_MINUTE - 1)

    last = await client.get(f"/tim/{CODE}")
    refused = await client.get(f"/tim/{CODE}")
    async with a_client(an_app(database), address="203.0.113.7") as other_process:
        there = await other_process.get(f"/tim/{CODE}")
    async with a_client(an_app(database), address="203.0.113.8") as neighbour:
        allowed = await neighbour.get(f"/tim/{CODE}")

    assert last.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-look-ups")
    assert refused.headers["retry-after"] == "60"
    assert (there.status_code, allowed.status_code) == (429, 200)


async def test_given_too_many_misses_when_one_looks_again_then_the_day_is_over(
    client: AsyncClient, database: Database
) -> None:
    await client.get(f"/tim/{CODE}?hit=false")
    await set_counts(database, "miss %", MISSES_A_DAY - 1)
    await client.get(f"/tim/{CODE}?hit=false")

    answer = await client.get("/tim/H48.05-261122-0001")

    assert answer.status_code == 429


async def test_given_many_addresses_when_all_guess_in_one_agency_day_then_it_closes_for_all(
    client: AsyncClient, database: Database
) -> None:
    await client.get(f"/tim/{CODE}?hit=false")
    await set_counts(database, "miss near %", 600)

    async with a_client(an_app(database), address="198.51.100.9") as stranger:
        same_day = await stranger.get("/tim/H34.10-261122-9999")
        next_day = await stranger.get("/tim/H34.10-261123-0001")

    assert (same_day.status_code, next_day.status_code) == (429, 200)


async def test_given_an_ipv6_household_when_its_members_look_then_they_count_together(
    database: Database,
) -> None:
    app = an_app(database)
    async with a_client(app, address="2001:db8:1:2::1") as one:
        await one.get(f"/tim/{CODE}")
    await set_counts(database, "look-up %", LOOK_UPS_A_MINUTE)

    async with (
        a_client(app, address="2001:db8:1:2:ffff::9") as brother,
        a_client(app, address="2001:db8:1:3::1") as neighbour,
    ):
        answers = [await each.get(f"/tim/{CODE}") for each in (brother, neighbour)]

    assert [answer.status_code for answer in answers] == [429, 200]


async def test_given_forwarded_addresses_when_they_are_read_then_only_the_proxy_is_believed(
    database: Database,
) -> None:
    app = an_app(database)
    forged = {"x-forwarded-for": "10.0.0.1, 203.0.113.7"}
    async with a_client(app, address="127.0.0.1") as proxy:
        await proxy.get(f"/tim/{CODE}", headers=forged)
        await set_counts(database, "look-up %", LOOK_UPS_A_MINUTE)
        same = await proxy.get(f"/tim/{CODE}", headers={"x-forwarded-for": "1.1.1.1, 203.0.113.7"})
        other = await proxy.get(f"/tim/{CODE}", headers={"x-forwarded-for": "198.51.100.1"})
    async with a_client(app, address="203.0.113.7") as liar:
        lied = await liar.get(f"/tim/{CODE}", headers={"x-forwarded-for": "198.51.100.2"})

    assert (same.status_code, other.status_code, lied.status_code) == (429, 200, 429)


async def test_given_a_trusted_network_when_it_looks_then_nothing_is_counted(
    database: Database,
) -> None:
    app = an_app(database, RATE_LIMIT_TRUSTED="127.0.0.0/8, 10.1.0.0/16")
    async with a_client(app, address="127.0.0.1") as proxy:
        answers = [
            await proxy.get(f"/tim/{CODE}?hit=false", headers={"x-forwarded-for": "10.1.2.3"})
            for _ in range(3)
        ]

    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM rate_hit"))).scalar() == 0
    assert {answer.status_code for answer in answers} == {200}


async def test_given_counted_look_ups_when_the_table_is_read_then_it_holds_no_address(
    client: AsyncClient, database: Database
) -> None:
    await client.get(f"/tim/{CODE}?hit=false")

    async with database.transaction() as session:
        buckets = (await session.execute(text("SELECT bucket FROM rate_hit"))).scalars().all()
    assert len(buckets) == 3
    assert not any("203" in bucket for bucket in buckets if "near" not in bucket)
