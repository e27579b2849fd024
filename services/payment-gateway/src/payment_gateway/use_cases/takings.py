"""Thu tiền: what came in, and what has found no owner, for the agency's accountants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.repository import decisions, lists
from payment_gateway.repository.lists import LooseMoney, OpenCase, PaidLine

_PAGE = 50
_SHORT = 50


@dataclass(frozen=True)
class Kept:
    """A genuine message that nobody could act on."""

    reason_code: str
    received_at: datetime


@dataclass(frozen=True)
class Takings:
    """What the page of *Thu tiền* shows."""

    paid: Sequence[PaidLine]
    next_after: UUID | None
    loose: Sequence[LooseMoney]
    cases: Sequence[OpenCase]
    kept: Sequence[Kept]


async def takings_of(
    session: AsyncSession, agencies: Sequence[str], *, after: UUID | None
) -> Takings:
    """Return the payments of ``agencies``, a page at a time, and what waits for a person."""
    paid = await lists.paid_lines(session, agencies, after=after, limit=_PAGE)
    return Takings(
        paid=paid,
        next_after=paid[-1].id if len(paid) == _PAGE else None,
        loose=await lists.loose_monies(session, agencies, limit=_SHORT),
        cases=await lists.open_cases(session, agencies, limit=_SHORT),
        kept=[
            Kept(row.reason_code, row.received_at)
            for row in await decisions.kept_callbacks(session, limit=_SHORT)
        ],
    )
