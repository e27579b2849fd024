"""The stack's made-up province, and what dossier's database says of the exchange with it."""

import json
from typing import Any

import asyncpg
from httpx import AsyncClient

from tests.support.stack import Stack
from tests.support.waiting import eventually


async def told(client: AsyncClient, method: str, path: str, **body: object) -> Any:  # noqa: ANN401 - JSON
    """Tell the made-up province what to do."""
    answer = await client.request(method, f"/tinh-thu/api/{path}", json=body or None)
    assert answer.is_success, answer.text
    return answer.json()


def asked_partner(stack: Stack, *words: str) -> Any:  # noqa: ANN401 - JSON
    """Return what ``lephi partner …`` says."""
    done = stack.lephi("partner", *words, "--json", timeout_seconds=600)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


async def is_quiet(dossiers: asyncpg.Connection) -> bool:
    """Tell whether the province owes no answer, and nothing waits to be sent."""
    waiting = "SELECT count(*) FROM partner_fact WHERE state IN ('sent', 'late', 'escalated')"
    unsent = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
    return not await dossiers.fetchval(waiting) and not await dossiers.fetchval(unsent)


async def are_answered(dossiers: asyncpg.Connection, code: str, *, facts: int) -> bool:
    """Tell whether the province has acknowledged at least ``facts`` facts about a dossier."""
    rows = await dossiers.fetch("SELECT state FROM partner_fact WHERE dossier_code = $1", code)
    return len(rows) >= facts and {row["state"] for row in rows} == {"acknowledged"}


async def state_totals(client: AsyncClient, dossiers: asyncpg.Connection, day: str) -> None:
    """Let the province tell its totals of ``day``, and wait until they are here."""
    before = await dossiers.fetchval("SELECT now()")
    await told(client, "POST", f"days/{day}/totals")

    async def are_here() -> bool:
        newest = (
            "SELECT count(*) FROM partner_day WHERE day_on = $1::text::date AND stated_at >= $2"
        )
        return bool(await dossiers.fetchval(newest, day, before))

    await eventually(are_here)
