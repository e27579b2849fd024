"""How far behind the making of files is."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.file_backlog import FileBacklog
from receipt.tables import ReceiptFileRow, ReceiptRow


async def read_backlog(
    session: AsyncSession, collectors: Collection[str] | None, *, late_before: datetime
) -> FileBacklog:
    """Return what waits of ``collectors``, or of all: issued before ``late_before``, or failing."""
    is_late = ReceiptFileRow.issued_at < late_before
    is_failing = ReceiptFileRow.error_code.is_not(None)
    statement = (
        select(
            func.count().filter(is_late),
            func.count().filter(is_failing),
            func.min(ReceiptFileRow.issued_at),
            func.mode().within_group(ReceiptFileRow.error_code),
        )
        .join(ReceiptRow, ReceiptRow.id == ReceiptFileRow.receipt_id)
        .where(
            ReceiptFileRow.due_at.is_not(None),
            is_late | is_failing,
        )
    )
    if collectors is not None:
        statement = statement.where(ReceiptRow.collector_code.in_(collectors))
    late, failing, oldest_at, reason = (await session.execute(statement)).one()
    return FileBacklog(late, failing, oldest_at, reason)
