"""Show the receipt register (sổ biên lai) of a series, by page or as a whole."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.register import LISTED_GAPS, Entry, Filter, Overview, Register
from receipt.repository import register as rows
from receipt.repository import series as series_rows


async def show_register(
    session: AsyncSession,
    series_id: UUID,
    agencies: Collection[str],
    wanted: Filter,
    *,
    page: tuple[int, int],
) -> Register:
    """Return one page of a series of ``agencies``: behind which number, and how many lines.

    Raises SeriesNotFoundError if they have no such series.
    """
    after, limit = page
    series = await series_rows.find_series(session, series_id, agencies)
    found = await rows.entries(session, series_id, wanted, after=after, limit=limit + 1)
    return Register(
        series=series,
        overview=None if after else await show_overview(session, series_id, wanted),
        entries=found[:limit],
        next_after=found[limit - 1].number if found[limit:] else None,
    )


async def show_overview(session: AsyncSession, series_id: UUID, wanted: Filter) -> Overview:
    """Return whether a series that the caller may see is whole, and the sums of ``wanted``."""
    count = await rows.count(session, series_id)
    return Overview(
        count=count,
        missing=() if count.is_whole else await rows.missing(session, series_id, limit=LISTED_GAPS),
        totals=await rows.totals(session, series_id, wanted),
        unreported=await rows.count_unreported(session, series_id),
    )


async def read_entries(
    session: AsyncSession, series_id: UUID, wanted: Filter, *, after: int, limit: int
) -> Sequence[Entry]:
    """Return the next numbers of a series that the caller may see."""
    return await rows.entries(session, series_id, wanted, after=after, limit=limit)
