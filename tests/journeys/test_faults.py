"""Faults while people pay: nothing is lost, nothing happens twice, and all catches up."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import asyncpg
from httpx import AsyncClient, HTTPError

from shared.trust import authorities
from tests.support.payer import Attempt, receipts, start, status_of, tap, until
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import Stack
from tests.support.waiting import eventually

KILLS = int(os.environ.get("SERVICE_KILLS") or 1)
"""How often each service is killed; ``make chaos`` asks for more."""
SEED = int(os.environ.get("SEED") or 10)
"""With 10 receipt dies half way: a file that it was making is taken up again 90 s later."""
BATCH = 30
"""So many pay while one is killed."""
SERVICES = ("dossier", "fee", "payment-gateway", "receipt", "notifier", "ops", "mock-bank")


async def opened(stack: Stack, client: AsyncClient, count: int) -> list[str]:
    """Send ``count`` dossiers and wait until each is payable."""
    codes = [a_code() for _ in range(count)]
    await send(stack.kafka, *[a_dossier(code) for code in codes])
    for code in codes:
        await until(client, code, "awaiting_payment", timeout_seconds=60)
    return codes


async def insist(step: Callable[[], Awaitable[object]]) -> None:
    """Do ``step`` as a person would: again, until it goes through."""

    async def once() -> bool:
        with suppress(HTTPError, AssertionError, OSError):
            await step()
            return True
        return False

    await eventually(once, timeout_seconds=240, pause=0.3)


async def paid_stubbornly(client: AsyncClient, code: str) -> None:
    """Pay ``code`` whatever happens: look first, and start anew only while it is due."""

    async def step() -> None:
        if await status_of(client, code) == "paid":
            return
        attempt = await start(client, code)
        await tap(client, attempt)
        await until(client, code, "paid", timeout_seconds=8)

    await insist(step)


async def proof(stack: Stack) -> str:
    """Return what ``lephi verify --quiet`` says once it is content, or its complaint."""
    answer = await asyncio.to_thread(stack.lephi, "verify", "--quiet")
    return "" if answer.returncode == 0 else answer.stdout + answer.stderr


async def are_files_made(stack: Stack) -> bool:
    """Tell whether every receipt and notice has its file."""
    connection = await connected(stack.environment["RECEIPT_DATABASE_URL"])
    try:
        waiting = "SELECT count(*) FROM receipt_file WHERE due_at IS NOT NULL"
        return bool(await connection.fetchval(waiting) == 0)
    finally:
        await connection.close()


async def all_proved(stack: Stack) -> None:
    """Wait until proof finds everything where it should be.

    It looks once the files are made: a look of its own costs as much as some of them.
    """
    await eventually(partial(are_files_made, stack), timeout_seconds=240, pause=0.5)
    last = ""

    async def look() -> bool:
        nonlocal last
        last = await proof(stack)
        return not last

    try:
        await eventually(look, timeout_seconds=120, pause=1)
    except AssertionError:
        raise AssertionError(last) from None


async def connected(url: str) -> asyncpg.Connection:
    """Connect as soon as PostgreSQL, which may have been killed just now, is back."""

    async def look() -> asyncpg.Connection | None:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return None

    return await eventually(look, timeout_seconds=60)


async def all_receipted(stack: Stack, codes: Sequence[str]) -> None:
    """Wait until each of ``codes`` has its one settled payable and its one receipt with a file."""
    gateway = await connected(stack.environment["PAYMENT_GATEWAY_DATABASE_URL"])
    receipt = await connected(stack.environment["RECEIPT_DATABASE_URL"])
    try:
        settled = await gateway.fetch(
            "SELECT dossier_code, count(*) AS n FROM payable"
            " WHERE dossier_code = ANY($1) AND status = 'settled' GROUP BY 1",
            codes,
        )
        assert {row["dossier_code"]: row["n"] for row in settled} == dict.fromkeys(codes, 1)

        async def issued() -> bool:
            rows = await receipt.fetch(
                "SELECT dossier_code, count(*) AS n FROM receipt"
                " WHERE dossier_code = ANY($1) GROUP BY 1",
                codes,
            )
            return {row["dossier_code"]: row["n"] for row in rows} == dict.fromkeys(codes, 1)

        await eventually(issued, timeout_seconds=120, pause=0.5)
        series = await receipt.fetch(
            "SELECT series_id, count(*) AS n, max(number) AS top, count(DISTINCT number) AS d"
            " FROM receipt GROUP BY 1"
        )
        assert all(row["n"] == row["top"] == row["d"] for row in series)
    finally:
        await gateway.close()
        await receipt.close()


async def paid_while_it_dies(
    stack: Stack, client: AsyncClient, name: str, chance: random.Random
) -> list[str]:
    """Let a batch of dossiers come and be paid, and kill a service at some point of it.

    Returns their codes when all are paid and the service is back.
    """
    codes = [a_code() for _ in range(BATCH)]
    left = chance.randrange(1, BATCH + 1)
    moment = asyncio.Event()

    async def pay(code: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            moment.set()
        await paid_stubbornly(client, code)

    async def kill() -> None:
        await moment.wait()
        stack.signal(name, signal.SIGKILL)
        await eventually(partial(is_ready, stack, name), timeout_seconds=120, pause=0.2)

    await send(stack.kafka, *[a_dossier(code) for code in codes])
    async with asyncio.TaskGroup() as group:
        group.create_task(kill())
        group.create_task(in_turn(codes, pay, width=6))
    return codes


async def is_ready(stack: Stack, name: str) -> bool:
    """Tell whether a service says that it is ready."""
    port = stack.environment[f"{name.upper().replace('-', '_')}_PORT"]
    with suppress(HTTPError):
        async with AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=2, verify=authorities()
        ) as client:
            return (await client.get(f"/api/{name}/health/ready")).is_success
    return False


async def in_turn(
    codes: Sequence[str], pay: Callable[[str], Awaitable[None]], *, width: int
) -> None:
    """Let ``width`` people pay at once."""
    waiting = asyncio.Semaphore(width)

    async def one(code: str) -> None:
        async with waiting:
            await pay(code)

    async with asyncio.TaskGroup() as group:
        for code in codes:
            group.create_task(one(code))


async def test_given_kafka_stopped_when_people_pay_then_pages_answer_and_all_catches_up(
    stack: Stack, client: AsyncClient
) -> None:
    codes = await opened(stack, client, 15)
    attempts: dict[str, Attempt] = {}
    loop = asyncio.get_running_loop()

    stack.signal("kafka", signal.SIGSTOP)
    begun = loop.time()
    try:
        for code in codes:
            attempts[code] = await start(client, code)
            await tap(client, attempts[code])
            await until(client, code, "paid")
            assert (await client.get(f"/thanh-toan/{code}")).status_code == 200
        await eventually(lambda: _is(loop.time() - begun >= 30), timeout_seconds=40)
    finally:
        stack.signal("kafka", signal.SIGCONT)

    for attempt in attempts.values():
        assert await receipts(client, attempt, timeout_seconds=60)
    await all_receipted(stack, codes)
    await all_proved(stack)


async def test_given_postgresql_killed_when_people_pay_then_nothing_is_lost_and_nothing_is_twice(
    stack: Stack, client: AsyncClient
) -> None:
    codes = await opened(stack, client, 20)

    async def kill_twice() -> None:
        for _ in range(2):
            await asyncio.sleep(2)
            stack.signal("postgres", signal.SIGKILL)

    async with asyncio.TaskGroup() as group:
        group.create_task(kill_twice())
        group.create_task(in_turn(codes, lambda code: paid_stubbornly(client, code), width=4))

    await all_receipted(stack, codes)
    await all_proved(stack)


async def test_given_each_service_killed_at_random_when_200_pay_then_each_is_settled_once(
    stack: Stack, client: AsyncClient
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    victims = [name for _ in range(KILLS) for name in chance.sample(SERVICES, len(SERVICES))]

    codes = [
        code for name in victims for code in await paid_while_it_dies(stack, client, name, chance)
    ]

    assert len(codes) >= 200
    await all_receipted(stack, codes)
    await all_proved(stack)


async def test_given_all_is_proved_when_a_receipt_row_is_deleted_by_hand_then_verify_goes_red(
    stack: Stack, client: AsyncClient
) -> None:
    codes = await opened(stack, client, 1)
    await paid_stubbornly(client, codes[0])
    await all_receipted(stack, codes)
    await all_proved(stack)
    connection = await asyncpg.connect(stack.environment["RECEIPT_DATABASE_URL"])
    async with _deleted_receipt(connection, codes[0]):
        assert "I7" in await proof(stack)

    await all_proved(stack)


@asynccontextmanager
async def _deleted_receipt(connection: asyncpg.Connection, code: str) -> AsyncIterator[None]:
    """Take a receipt's row and its file's away, and put them back at the end."""
    receipt = await connection.fetchval("SELECT id FROM receipt WHERE dossier_code = $1", code)
    kept: list[tuple[str, str]] = []
    try:
        for table, key in (("receipt_file", "receipt_id"), ("receipt", "id")):
            row = await connection.fetchval(
                f"DELETE FROM {table} AS gone WHERE {key} = $1 RETURNING to_jsonb(gone)::text",  # noqa: S608 - two names of ours
                receipt,
            )
            kept.append((table, row))
        yield
    finally:
        for table, row in reversed(kept):
            await connection.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1)",  # noqa: S608 - two names of ours
                row,
            )
        await connection.close()


async def _is(condition: bool) -> bool:  # noqa: FBT001 - a value, not a switch
    return condition
