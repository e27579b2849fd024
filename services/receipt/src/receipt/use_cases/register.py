"""Show the receipt register (sổ biên lai) of a series, by page or as a whole."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.register import LISTED_GAPS, Entry, Period, Register
from receipt.repository import register as rows
from receipt.repository import series as series_rows


async def show_register(
    session: AsyncSession,
    series_id: UUID,
    agencies: Collection[str],
    period: Period,
    *,
    page: tuple[int, int],
) -> Register:
    """Return one page of a series of ``agencies``: behind which number, and how many lines.

    Raises SeriesNotFoundError if they have no such series.
    """
    after, limit = page
    series = await series_rows.find_series(session, series_id, agencies)
    count = await rows.count(session, series_id)
    found = await rows.entries(session, series_id, period, after=after, limit=limit + 1)
    return Register(
        series=series,
        count=count,
        missing=() if count.is_whole else await rows.missing(session, series_id, limit=LISTED_GAPS),
        totals=await rows.totals(session, series_id, period),
        entries=found[:limit],
        next_after=found[limit - 1].number if found[limit:] else None,
    )


async def read_entries(
    session: AsyncSession, series_id: UUID, period: Period, *, after: int, limit: int
) -> Sequence[Entry]:
    """Return the next numbers of a series that the caller may see."""
    return await rows.entries(session, series_id, period, after=after, limit=limit)
