"""A day's close in the gateway's process: the bank's file is laid beside our books."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.statements import KeptRow, Sheet, Source, StatementLine
from payment_gateway.use_cases import reconciling, statements
from payment_gateway.use_cases.reconciling import Wanted
from payment_gateway.use_cases.statements import Came
from shared.clock import utc_now
from shared.contracts.parts import PaymentChannel
from shared.db.database import Database
from tests.support.facts import NOON, a_cause

OWNER: Final = "H34.10"
_LEFT: Final = """
SELECT json_build_object(
 'differences', (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM (
   SELECT id, channel_reference, occurrence, kind, act, ours_vnd, theirs_vnd, money_id, status,
     changed_at FROM difference WHERE channel = :channel AND day_on = :day) d),
 'closes', (SELECT coalesce(json_agg(c ORDER BY c.agency_code), '[]') FROM (
   SELECT agency_code, ours_count, ours_vnd, theirs_count, theirs_vnd, matched_count, matched_vnd,
     kinds FROM day_close WHERE channel = :channel AND day_on = :day) c),
 'runs', (SELECT coalesce(json_agg(run ORDER BY agency_code), '[]')
   FROM day_close WHERE channel = :channel AND day_on = :day))"""

Order = Mapping[str, Any]


async def close(database: Database, order: Order) -> dict[str, Any]:
    """Take the file in and close its day; return what stands afterwards."""
    channel, day = PaymentChannel(order["channel"]), date.fromisoformat(order["day"])
    lines = [StatementLine(**{**line, "booked_at": NOON}) for line in order["lines"]]
    raw = json.dumps([order["lines"], order.get("kept", ())], default=str).encode()
    kept = [KeptRow(**row) for row in order.get("kept", ())]
    came = Came(channel, day, Source.BANK, None, raw, Sheet(tuple(lines), tuple(kept)))
    wanted = Wanted(channel, day, "1", fetches=False)
    async with database.transaction() as session:
        await statements.keep_file(session, came, now=utc_now())
        run_id = await reconciling.request_run(session, wanted, cause=a_cause(), now=utc_now())
    async with database.transaction() as session:
        run = await reconciling.take_due_run(session, run_id, channels=(), now=utc_now())
    assert run is not None
    async with database.transaction() as session:
        await reconciling.close_day(session, run, owner=OWNER, error=None, now=utc_now())
    async with database.transaction() as session:
        return await _left(session, channel, day)


async def _left(session: AsyncSession, channel: PaymentChannel, day: date) -> dict[str, Any]:
    found = await session.scalar(text(_LEFT), {"channel": channel.value, "day": day})
    return dict(found)
