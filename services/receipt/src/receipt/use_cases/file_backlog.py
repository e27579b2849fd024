"""Tell how late files are; whoever looks need not ask anybody."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.file_backlog import LATE, FileBacklog
from receipt.repository import file_backlog as rows


async def show_backlog(
    session: AsyncSession, agencies: Collection[str] | None, *, now: datetime
) -> FileBacklog:
    """Return how many files of ``agencies`` (None: all) are late or failing, since when, why."""
    return await rows.read_backlog(session, agencies, late_before=now - LATE)
