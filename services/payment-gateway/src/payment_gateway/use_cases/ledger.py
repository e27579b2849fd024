"""The ledger (sổ cái) as staff read it: balances and statements at any past instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.repository import ledger as rows
from payment_gateway.repository.ledger import Balance, Booked

SHOWN: Final = 500
EXPORTED: Final = 100_000


@dataclass(frozen=True)
class Statement:
    """The bookings of one account between two instants."""

    account: str
    opening_vnd: int
    lines: Sequence[Booked]
    is_cut: bool
    """There are more lines than were asked for."""

    @property
    def closing_vnd(self) -> int:
        """Return the balance after the last line."""
        return self.lines[-1].balance_vnd if self.lines else self.opening_vnd

    @property
    def debit_vnd(self) -> int:
        """Return the sum of the debits."""
        return sum(line.amount_vnd for line in self.lines if line.amount_vnd > 0)

    @property
    def credit_vnd(self) -> int:
        """Return the sum of the credits, above zero."""
        return -sum(line.amount_vnd for line in self.lines if line.amount_vnd < 0)


async def balances_at(
    session: AsyncSession, agencies: Sequence[str], at: datetime
) -> Sequence[Balance]:
    """Return every account of ``agencies`` with its balance at ``at``; they sum to zero."""
    return await rows.balances_at(session, agencies, at)


async def statement_of(
    session: AsyncSession,
    agencies: Sequence[str],
    account: str,
    span: tuple[datetime, datetime],
    *,
    limit: int = SHOWN,
) -> Statement:
    """Return what was booked on an account in ``span``, with the balance after each line."""
    opening, lines = await rows.statement_of(session, agencies, account, span, limit=limit + 1)
    return Statement(account, opening, lines[:limit], len(lines) > limit)
