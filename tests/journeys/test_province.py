"""Both sides count the same, what is missing is found exactly, and it heals: in disorder, at size.

``PROVINCE_DOSSIERS`` says how many; ``make chaos`` asks for 20,000.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any

import asyncpg
import pytest
from httpx import AsyncClient

from lephi.province.dossiers import make_dossiers
from shared.days import vietnam_day
from tests.support.made_up_province import asked_partner, is_quiet, state_totals, told
from tests.support.payer import pay, receipts
from tests.support.stack import Stack
from tests.support.waiting import eventually

COUNT = int(os.environ.get("PROVINCE_DOSSIERS", "600"))
PATIENCE = 60 + COUNT / 20
"""Seconds for a step of the whole crowd, on a busy machine."""
LOOKS = 5
"""So many looks in a row, a second apart, must find nothing new."""
DAYS_AGO = 9
SEED = 77


@pytest.fixture
async def dossiers(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """What dossier's own database says."""
    connection = await asyncpg.connect(stack.environment["DOSSIER_DATABASE_URL"])
    yield connection
    await connection.close()


async def are_here(dossiers: asyncpg.Connection, day: datetime, count: int) -> bool:
    found = "SELECT count(*) FROM dossier WHERE counted_on = $1"
    return bool(await dossiers.fetchval(found, vietnam_day(day)) == count)


async def versions(dossiers: asyncpg.Connection, day: datetime) -> dict[str, tuple[int, int]]:
    """Return status and number of fee lines of each dossier of ``day``."""
    rows = await dossiers.fetch(
        "SELECT dossier_code, status, jsonb_array_length(fee_lines) AS lines FROM dossier"
        " WHERE counted_on = $1",
        vietnam_day(day),
    )
    return {row["dossier_code"]: (row["status"], row["lines"]) for row in rows}


def made(day: datetime) -> dict[str, tuple[int, int]]:
    """Return the same of what the province made up."""
    dossiers = make_dossiers(COUNT, seed=SEED, now=day)
    data = {each.code: each.message["data"] for each in dossiers}
    return {
        code: (int(each["TrangThaiHoSo"]), len(each["DanhSachLePhi"]))
        for code, each in data.items()
    }


async def publish(client: AsyncClient) -> dict[str, Any]:
    """Publish the crowd with everything that can be wrong, except losses."""
    for fault in ("twice", "out_of_order", "old_versions", "rubbish"):
        await told(client, "PUT", "faults", fault=fault)
    published: dict[str, Any] = await told(
        client, "POST", "dossiers",
        count=COUNT, seed=SEED, days_ago=DAYS_AGO, withhold=max(COUNT // 100, 3),
    )  # fmt: skip
    await told(client, "DELETE", "faults")
    return published


async def pay_some(client: AsyncClient, dossiers: asyncpg.Connection, day: datetime) -> None:
    """Pay a few of the dossiers of ``day`` that owe one kind: each has one receipt."""
    rows = await dossiers.fetch(
        "SELECT b.dossier_code FROM view.board AS b JOIN dossier AS d USING (dossier_code)"
        " WHERE d.counted_on = $1 AND b.payment_state = 'due'"
        " AND jsonb_array_length(d.fee_lines) = 1 ORDER BY 1 LIMIT 3",
        vietnam_day(day),
    )
    assert rows
    for row in rows:
        attempt = await pay(client, row["dossier_code"])
        await receipts(client, attempt, timeout_seconds=PATIENCE)


async def all_told(dossiers: asyncpg.Connection) -> None:
    """Wait until nothing new is told any more, and the province owes no answer.

    Quiet alone is not enough: between two of fee's transactions it is quiet, too.
    """
    told_then: list[int] = []

    async def is_over() -> bool:
        told_then.append(await dossiers.fetchval("SELECT count(*) FROM partner_fact"))
        return len(told_then) >= LOOKS and len(set(told_then[-LOOKS:])) == 1

    await eventually(is_over, timeout_seconds=PATIENCE, pause=1)
    await eventually(partial(is_quiet, dossiers), timeout_seconds=PATIENCE)


async def test_given_a_crowd_in_disorder_when_both_sides_count_then_what_was_lost_heals(
    stack: Stack, client: AsyncClient, dossiers: asyncpg.Connection
) -> None:
    client.timeout = PATIENCE
    now = datetime.now(UTC)
    day, today = now - timedelta(days=DAYS_AGO), vietnam_day(now).isoformat()
    filed = vietnam_day(day).isoformat()
    begun = perf_counter()

    published = await publish(client)
    withheld = published["withheld"]
    await eventually(
        partial(are_here, dossiers, day, COUNT - len(withheld)), timeout_seconds=PATIENCE
    )
    taken = perf_counter() - begun
    assert published["rubbish"] == (COUNT - len(withheld)) // 100
    assert await versions(dossiers, day) == {
        code: each for code, each in made(day).items() if code not in withheld
    }

    await all_told(dossiers)
    await pay_some(client, dossiers, day)
    await all_told(dossiers)
    await state_totals(client, dossiers, filed)
    lost_here = asked_partner(stack, "missing", filed, "--compare")
    assert (lost_here["here"], lost_here["there"]) == (withheld, [])

    await eventually(partial(are_here, dossiers, day, COUNT), timeout_seconds=PATIENCE)
    await all_told(dossiers)
    await state_totals(client, dossiers, filed)
    whole = asked_partner(stack, "missing", filed, "--compare")["day"]
    assert (whole["state"], whole["ours"], whole["theirs"]["dossier_count"]) == (
        "whole", whole["theirs"], COUNT,
    )  # fmt: skip

    forgotten = (await told(client, "POST", f"days/{today}/forgotten", most=max(COUNT // 20, 5)))[
        "forgotten"
    ]
    await state_totals(client, dossiers, today)
    lost_there = asked_partner(stack, "missing", today, "--compare")
    assert sorted(fact["fact_id"] for fact in lost_there["there"]) == forgotten

    sent = asked_partner(stack, "resend", "--day", today, "--reason", "tỉnh mất dữ liệu")
    assert sent == {"sent": len(forgotten)}
    await eventually(partial(is_quiet, dossiers), timeout_seconds=PATIENCE)
    await state_totals(client, dossiers, today)
    healed = asked_partner(stack, "missing", today, "--compare")
    assert (healed["there"], healed["day"]["pending"]) == ([], 0)
    assert healed["day"]["theirs"]["paid_count"] >= 3
    paid = [
        {name: each[name] for name in ("paid_count", "paid_vnd")}
        for each in (healed["day"]["ours"], healed["day"]["theirs"])
    ]
    assert paid[0] == paid[1]
    print(  # noqa: T201 - the figures of a big run
        f"{COUNT} dossiers, {published['messages']} messages ({published['rubbish']} rubbish):"
        f" all here after {taken:.1f} s, whole after {perf_counter() - begun:.1f} s;"
        f" missing here {len(withheld)}, missing there {len(forgotten)}"
    )
