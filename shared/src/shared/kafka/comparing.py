"""Two tables of a view, line by line and byte by byte."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver
from shared.views import View

_SHOWN: Final = 20
"""Differences that are named, per table."""


@dataclass(frozen=True)
class Difference:
    """One line that is not as the facts say; None where there is no line."""

    table: str
    key: str
    columns: Mapping[str, tuple[str | None, str | None]]
    """What is live, and what the facts say."""


async def compare(
    session: AsyncSession, view: View, live: str, fresh: str
) -> tuple[int, Sequence[Difference]]:
    """Return how many lines the facts make, and the first lines in which the schemas differ."""
    lines = 0
    differences: list[Difference] = []
    for row in view.rows:
        table = cast("Table", row.__table__)
        count = await driver.fetchval(session, f"SELECT count(*) FROM {fresh}.{table.name}")  # noqa: S608 - names of our own tables
        lines += int(count)
        found = await driver.fetch(session, _statement(table, live, fresh), _SHOWN)
        differences += [_difference(table, each) for each in found]
    return lines, differences


def _statement(table: Table, live: str, fresh: str) -> str:
    keys = [column.name for column in table.primary_key]
    columns = ", ".join(f"{column.name}::text" for column in table.columns)
    said = f"SELECT {', '.join(keys)}, ARRAY[{columns}] AS line FROM"
    same = " AND ".join(f"a.{key} = b.{key}" for key in keys)
    key = ", ".join(f"coalesce(a.{key}, b.{key})::text" for key in keys)
    return (
        f"SELECT concat_ws(' ', {key}) AS key, a.line AS live, b.line AS fresh"  # noqa: S608 - as above
        f" FROM ({said} {live}.{table.name}) a FULL JOIN ({said} {fresh}.{table.name}) b"
        f" ON {same} WHERE a.line IS DISTINCT FROM b.line ORDER BY 1 LIMIT $1"
    )


def _difference(table: Table, found: Any) -> Difference:  # noqa: ANN401 - a record of asyncpg
    names = [column.name for column in table.columns]
    live = found["live"] or [None] * len(names)
    fresh = found["fresh"] or [None] * len(names)
    pairs = zip(names, zip(live, fresh, strict=True), strict=True)
    return Difference(
        table.name, found["key"], {name: pair for name, pair in pairs if pair[0] != pair[1]}
    )
