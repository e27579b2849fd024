"""Look at daily tables: each day's state, its lines, and what was sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_states import Outage, TableSummary, Unreported
from receipt.domain.tax import TableNotFoundError
from receipt.repository import daily_table_lists as rows

ALL: Final = 1_000_000
"""More lines than a day can have."""


@dataclass(frozen=True)
class Overview:
    """What the page of all days shows."""

    tables: Sequence[TableSummary]
    open_tables: Sequence[TableSummary]
    """Those of which something is not accepted, whatever page one looks at."""
    unreported: Unreported
    outage: Outage | None


@dataclass(frozen=True)
class Opened:
    """One day's table."""

    table: TableSummary
    lines: Sequence[dict[str, Any]]
    changed: Sequence[int]
    """Numbers that changed since they were reported."""


async def overview(
    session: AsyncSession, agencies: Collection[str], *, before: date | None, limit: int
) -> Overview:
    """Return the days of ``agencies``, newest first, and what waits."""
    return Overview(
        tables=await rows.list_tables(session, agencies, before=before, limit=limit),
        open_tables=await rows.open_tables(session, agencies),
        unreported=await rows.count_unreported(session, agencies),
        outage=await rows.present_outage(session),
    )


async def open_table(
    session: AsyncSession, table_id: UUID, agencies: Collection[str], *, limit: int = ALL
) -> Opened:
    """Return one table with its lines as they count now; raise TableNotFoundError."""
    table = await rows.find_table(session, table_id, agencies)
    if table is None:
        raise TableNotFoundError
    return Opened(
        table=table,
        lines=await rows.lines_of(session, table_id, limit=limit),
        changed=await rows.changes_of(session, table_id),
    )


async def what_was_sent(
    session: AsyncSession,
    table_id: UUID,
    agencies: Collection[str],
    *,
    supplement_no: int,
    submission_id: UUID | None = None,
) -> str:
    """Return a submission's bytes as they were sent; raise TableNotFoundError.

    ``submission_id`` chooses one that was remade.
    """
    table = await rows.find_table(session, table_id, agencies)
    body = table and await rows.body_of(session, table_id, supplement_no, submission_id)
    if not body:
        raise TableNotFoundError
    return body
