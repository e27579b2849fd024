"""A POST that is repeated has one effect and one answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from httpx import AsyncClient
from pydantic import BaseModel
from sqlalchemy import text
from starlette.responses import Response

from shared.db.database import Database
from shared.errors import DomainError
from shared.web.idempotency import Idempotent
from shared.web.identity import public
from shared.web.request import Transaction
from tests.shared.web.site import Site, a_client, some_settings


class Wish(BaseModel):
    """What is sent."""

    name: str


class RefusedError(DomainError):
    """The work fails."""

    code = "refused"
    title = "Không được"


class Slow:
    """Lets a test hold the first request while others come."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()


def doors(slow: Slow) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/viec", dependencies=[public()])
    async def act(session: Transaction, once: Idempotent, wish: Wish) -> Response:
        if (answer := await once.earlier(session)) is not None:
            return answer
        slow.entered.set()
        await slow.go.wait()
        await session.execute(
            text(
                "INSERT INTO rate_hit VALUES (:name, now(), 1)"
                " ON CONFLICT (bucket, window_start) DO NOTHING"
            ),
            {"name": wish.name},
        )
        if wish.name == "bad":
            raise RefusedError("bad")
        return await once.keep(session, {"name": wish.name})

    return router


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def client(database: Database, slow: Slow) -> AsyncIterator[AsyncClient]:
    async with a_client(Site(some_settings(), [doors(slow)]).app(database)) as client:
        yield client


async def post(client: AsyncClient, name: str, key: str | None) -> tuple[int, object]:
    headers = {} if key is None else {"idempotency-key": key}
    answer = await client.post("/v1/viec", json={"name": name}, headers=headers)
    return answer.status_code, answer.json().get("code", answer.json())


async def effects(database: Database) -> int:
    async with database.transaction() as session:
        found = await session.execute(text("SELECT count(*) FROM rate_hit"))
        return int(found.scalar_one())


async def test_given_a_kept_answer_when_the_request_is_repeated_then_it_is_given_again(
    client: AsyncClient, database: Database
) -> None:
    first = await post(client, "a", "key-1")
    again = await post(client, "a", "key-1")
    other_key = await post(client, "a", "key-2")

    assert first == again == other_key == (201, {"name": "a"})
    assert await effects(database) == 2


async def test_given_no_key_or_a_key_with_another_body_when_posted_then_it_is_refused(
    client: AsyncClient, database: Database
) -> None:
    await post(client, "a", "key-1")

    assert await post(client, "a", None) == (400, "idempotency-key-missing")
    assert await post(client, "b", "key-1") == (422, "idempotency-key-reused")
    assert await effects(database) == 1


async def test_given_the_first_request_still_runs_when_it_is_repeated_then_it_must_wait(
    client: AsyncClient, slow: Slow, database: Database
) -> None:
    slow.go.clear()
    first = asyncio.create_task(post(client, "a", "key-1"))
    async with asyncio.timeout(10):
        await slow.entered.wait()

    assert await post(client, "a", "key-1") == (409, "idempotency-key-in-use")
    slow.go.set()
    assert await first == (201, {"name": "a"})
    assert await effects(database) == 1


async def test_given_a_request_that_failed_when_it_is_repeated_then_it_is_tried_again(
    client: AsyncClient, database: Database
) -> None:
    assert await post(client, "bad", "key-1") == (422, "refused")
    assert await post(client, "bad", "key-1") == (422, "refused")
    assert await effects(database) == 0
