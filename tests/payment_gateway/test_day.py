"""The day of many payments closes: every đồng explained, a second run changes nothing.

DAY_PAYMENTS sets how many (`make chaos`: 5,000); 3 % of them go wrong. `ARGS=--junitxml=FILE` keeps
the figures.
"""

import math
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from time import perf_counter

import pytest

from tests.payment_gateway.a_day import CHANNELS, Day
from tests.payment_gateway.both_sides import BothSides, both_sides
from tests.support.databases import Databases

PAYMENTS = int(os.environ.get("DAY_PAYMENTS") or 200)
FAULTS = 11
"""Ways in which a day goes wrong, each once per turn."""
TURNS = max(1, math.ceil(PAYMENTS * 0.03 / FAULTS))
TRANSFERS = ("over", "duplicate", "late", "unknown")
KINDS = {"short", "over", "duplicate", "late", "unknown", "here_not_there"}
_SIDES = """SELECT json_agg(x ORDER BY x)::text FROM (
  SELECT json_build_array(agency_code, channel, day_on, ours_count, ours_vnd, theirs_count,
    theirs_vnd, matched_count, matched_vnd, kinds)::text AS x FROM day_close) y"""
_KEPT = """SELECT json_agg(x ORDER BY x)::text FROM (
  SELECT to_jsonb(d)::text AS x FROM difference d
  UNION ALL SELECT to_jsonb(l)::text FROM statement_line l
  UNION ALL SELECT to_jsonb(k)::text FROM statement_kept k
  UNION ALL SELECT (to_jsonb(f) - 'raw')::text FROM statement_file f
  UNION ALL SELECT (to_jsonb(m) - 'raw')::text FROM money m
  UNION ALL SELECT to_jsonb(p)::text FROM payable p
  UNION ALL SELECT to_jsonb(e)::text FROM ledger_entry e
  UNION ALL SELECT to_jsonb(r)::text FROM refund r) y"""
_SAID = "SELECT count(*) FROM outbox WHERE type NOT LIKE '%.DayReconciled.%'"


@pytest.fixture
async def both(templates: Databases) -> AsyncIterator[BothSides]:
    async with both_sides(templates) as running:
        yield running


async def a_day_of(both: BothSides, payments: int) -> Day:
    """Let people pay; 3 % of it goes wrong, in every way there is."""
    day = Day(both)
    await day.pay(payments - FAULTS * TURNS)
    for turn in range(TURNS):
        await day.lose(CHANNELS[turn % 5])
        await day.pay_short(CHANNELS[(turn + 1) % 5])
        for kind in TRANSFERS:
            await day.transfer(kind)
    spoiled = CHANNELS if TURNS >= 5 else CHANNELS[:1]
    for channel in spoiled:
        await day.spoil(channel, 5 * TURNS // len(spoiled))
    return day


async def assert_every_dong_is_explained(both: BothSides) -> None:
    """Statement = receivable of the channel ± the listed differences (I4)."""
    apart = await both.gateway.run(
        """SELECT c.channel FROM (
          SELECT channel, sum(ours_vnd) AS ours, sum(theirs_vnd) AS theirs
          FROM day_close GROUP BY 1) c
        LEFT JOIN (
          SELECT channel, sum(coalesce(theirs_vnd, 0) - coalesce(ours_vnd, 0)) AS apart
          FROM difference WHERE status <> 'gone' GROUP BY 1) d ON d.channel = c.channel
        LEFT JOIN (
          SELECT replace(account, 'receivable/', '') AS channel, sum(amount_vnd) AS booked
          FROM ledger_entry WHERE account LIKE 'receivable/%' GROUP BY 1) e ON e.channel = c.channel
        WHERE c.ours + coalesce(d.apart, 0) <> c.theirs OR c.ours <> coalesce(e.booked, 0)"""
    )
    assert apart == [], "statement = receivable of the channel ± the listed differences"
    files = await both.gateway.run(
        """SELECT f.channel FROM statement_file f JOIN day_close c ON c.file_id = f.id
        GROUP BY f.id HAVING sum(c.theirs_vnd) <> f.sum_vnd"""
    )
    assert files == [], "what the files say is what was compared"


async def test_given_a_day_of_payments_with_faults_when_it_closes_then_the_list_is_what_was_planted(
    both: BothSides, record_property: Callable[[str, object], None]
) -> None:
    day = await a_day_of(both, PAYMENTS)

    begin = perf_counter()
    await day.reconcile()
    first_seconds = perf_counter() - begin

    planted = await day.planted()
    assert len(planted) + len(day.lost) == FAULTS * TURNS
    assert set(planted.values()) == KINDS
    assert await day.listed() == planted
    await assert_every_dong_is_explained(both)
    for paying in day.lost:
        assert await both.status(paying) == "paid", "asked at its bank, taken in by the normal door"

    before, figures = await both.gateway.run(_KEPT), await both.gateway.run(_SIDES)
    said, runs = await both.gateway.run(_SAID), await _runs(both)
    begin = perf_counter()
    await day.reconcile()
    again_seconds = perf_counter() - begin

    assert await both.gateway.run(_KEPT) == before, "a second run changes no row"
    assert await both.gateway.run(_SIDES) == figures, "nor a figure"
    assert await both.gateway.run(_SAID) == said, "and says nothing but DayReconciled"
    assert await _runs(both) == [run + 1 for run in runs]
    record_property("faults", FAULTS * TURNS)
    record_property("listed", str(Counter(planted.values())))
    record_property("lost_and_found", len(day.lost))
    record_property("first_and_second_run_seconds", f"{first_seconds:.1f} {again_seconds:.1f}")
    record_property("sides", str(figures))


async def _runs(both: BothSides) -> list[int]:
    return await both.gateway.run(
        "SELECT run FROM day_close WHERE day_on = (SELECT max(day_on) FROM day_close)"
        " ORDER BY channel, agency_code"
    )
