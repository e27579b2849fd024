"""Jobs by the clock: who waits for what follows from a fact does not wait for the clock."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.payment import CloseReason, PaymentClosed
from shared.db.database import Database
from shared.ids import new_id
from shared.jobs import Job, run_by_clock
from shared.outbox import emit
from tests.conftest import NewDatabase
from tests.support.facts import NOON, a_cause
from tests.support.province import a_code
from tests.support.waiting import eventually


async def said(database: Database) -> None:
    fact = PaymentClosed(dossier_code=a_code(), payment_id=new_id(), reason=CloseReason.WITHDRAWN)
    async with database.transaction() as session:
        await emit(session, fact, cause=a_cause(), agency="H34.10", now=NOON)


@pytest.mark.parametrize("after_facts", [True, False])
async def test_given_a_long_pause_when_a_fact_is_stored_then_the_job_that_asks_for_it_looks_at_once(
    database_of: NewDatabase, *, after_facts: bool
) -> None:
    database, looks = await database_of("shared"), 0

    async def look(_: Database, __: UUID | None) -> bool:
        nonlocal looks
        looks += 1
        return False

    job = Job("look", look, pause=timedelta(hours=1), after_facts=after_facts)
    other = Job("other", look, pause=timedelta(hours=1), after_facts=True)
    running = [asyncio.create_task(run_by_clock(database, each)) for each in (job, other)]
    await eventually(lambda: looked(looks, 2))

    await said(database)

    await eventually(lambda: looked(looks, 4 if after_facts else 3))
    await asyncio.sleep(0)
    assert looks == (4 if after_facts else 3)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def looked(looks: int, wanted: int) -> bool:
    return looks >= wanted
