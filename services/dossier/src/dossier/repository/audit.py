"""Who did what: rows are only ever inserted."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.tables import AuditRow


def insert_audit(session: AsyncSession, row: AuditRow) -> None:
    """Record what a person did."""
    session.add(row)
