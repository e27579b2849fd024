"""The ledger read back: balances and statements of any account, at any past instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver

_MINE: Final = "(t.agency_code IS NULL OR t.agency_code = ANY($1::text[]))"
_BALANCES: Final = f"""
SELECT e.account, sum(e.amount_vnd)::bigint AS balance_vnd,
  coalesce(sum(e.amount_vnd) FILTER (WHERE e.amount_vnd > 0), 0)::bigint AS debit_vnd,
  coalesce(-sum(e.amount_vnd) FILTER (WHERE e.amount_vnd < 0), 0)::bigint AS credit_vnd,
  count(*) AS entries
FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE {_MINE} AND t.at <= $2 GROUP BY e.account ORDER BY e.account
"""  # noqa: S608 -- constants only
_BALANCE: Final = f"""
SELECT coalesce(sum(e.amount_vnd), 0)::bigint
FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE {_MINE} AND e.account = $2 AND t.at < $3
"""  # noqa: S608 -- constants only
_STATEMENT: Final = f"""
SELECT t.at, t.id, t.event_id, e.amount_vnd, ($4 + sum(e.amount_vnd) OVER
  (ORDER BY t.at, t.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))::bigint AS balance_vnd,
  (SELECT string_agg(o.account, ' ' ORDER BY o.account) FROM ledger_entry o
   WHERE o.transaction_id = t.id AND o.account <> $2) AS against
FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE {_MINE} AND e.account = $2 AND t.at >= $3 AND t.at <= $5
ORDER BY t.at, t.id LIMIT $6
"""  # noqa: S608 -- constants only


@dataclass(frozen=True)
class Balance:
    """Where one account stood."""

    account: str
    balance_vnd: int
    """Debit above zero, credit below."""
    debit_vnd: int
    credit_vnd: int
    entries: int


@dataclass(frozen=True)
class Booked:
    """One line of a statement."""

    at: datetime
    transaction_id: UUID
    event_id: UUID
    """The fact that caused it."""
    amount_vnd: int
    balance_vnd: int
    """After it."""
    against: str
    """The other accounts of the same booking."""


async def balances_at(
    session: AsyncSession, agencies: Sequence[str], at: datetime
) -> Sequence[Balance]:
    """Return every account with its balance at ``at``, that instant included."""
    return [Balance(*row) for row in await driver.fetch(session, _BALANCES, list(agencies), at)]


async def balance_before(
    session: AsyncSession, agencies: Sequence[str], account: str, at: datetime
) -> int:
    """Return where an account stood before ``at``, that instant left out."""
    return int(await driver.fetchval(session, _BALANCE, list(agencies), account, at))


async def statement_of(
    session: AsyncSession,
    agencies: Sequence[str],
    account: str,
    span: tuple[datetime, datetime],
    *,
    limit: int,
) -> tuple[int, Sequence[Booked]]:
    """Return the opening balance, and the bookings of ``span`` (both ends included), in order."""
    since, until = span
    opening = await balance_before(session, agencies, account, since)
    rows = await driver.fetch(
        session, _STATEMENT, list(agencies), account, since, opening, until, limit
    )
    return opening, [
        Booked(
            row["at"], row["id"], row["event_id"], row["amount_vnd"], row["balance_vnd"],
            row["against"] or "",
        )
        for row in rows
    ]  # fmt: skip
