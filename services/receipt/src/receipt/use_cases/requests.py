"""Requests of corrections that wait for a second person, of both kinds."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.repository import corrections
from receipt.use_cases import noticing, remake_day, replacing
from receipt.use_cases.acting import Acting
from shared import approvals
from shared.approvals import ApprovalNotFoundError
from shared.db.tables import ApprovalRow

_ACTS: Final = (noticing.ACT, replacing.ACT)


async def request_of(session: AsyncSession, approval_id: UUID, *, acting: Acting) -> ApprovalRow:
    """Return a request about a receipt; raise ApprovalNotFoundError."""
    for act in _ACTS:
        try:
            return await approvals.find(session, act, approval_id, agencies=acting.by.agencies)
        except ApprovalNotFoundError:
            continue
    raise ApprovalNotFoundError("no request of this id")


async def list_open(session: AsyncSession, agencies: frozenset[str]) -> list[ApprovalRow]:
    """Return what waits for a second person in ``agencies``, the oldest first."""
    found = [
        row
        for act in (*_ACTS, remake_day.ACT)
        for row in await approvals.open_requests(session, act, agencies=agencies)
    ]
    return sorted(found, key=lambda row: row.requested_at)


async def waiting_of(session: AsyncSession, receipt_id: UUID) -> Sequence[ApprovalRow]:
    """Return the open requests about one receipt."""
    return await corrections.open_requests_of(session, _ACTS, receipt_id)
