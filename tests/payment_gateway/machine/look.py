"""What stands in the gateway's database since a play began: read by itself, past the gateway."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.payment_gateway.machine.gateway import NAME

Row = dict[str, Any]

_SINCE: Final = """
SELECT json_build_object(
 'payables', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT id, dossier_code, supplement_no, reference, version, status, hold_reason, amount_vnd,
     applied_vnd, held_vnd, payee->>'agency_code' AS collector, payee->'account' AS account
   FROM payable WHERE id > $1) r),
 'attempts', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT id, payable_id, channel, reference, amount_vnd, status, due_at IS NOT NULL AS is_due
   FROM attempt WHERE id > $1) r),
 'monies', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT id, channel, channel_reference, amount_vnd, applied_vnd, unmatched_vnd, refunded_vnd,
     status, problem, payable_id, attempt_id, agency_code AS agency FROM money WHERE id > $1) r),
 'refunds', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT id, money_id, payable_id, scope, amount_vnd, status, reason_code
   FROM refund WHERE id > $1) r),
 'cases', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT c.id, payable_id, dossier_code, kind, c.version, difference_vnd, c.status, outcome,
     money_id FROM payment_case c JOIN payable p ON p.id = payable_id WHERE c.id > $1) r),
 'tills', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
   SELECT id, agency_code AS agency, status, opening_vnd, counted_vnd, handed_vnd
   FROM till WHERE id > $1) r),
 'takings', (SELECT coalesce(json_agg(r ORDER BY r.till_id, r.number), '[]') FROM (
   SELECT k.till_id, number, money_id, k.amount_vnd, m.amount_vnd AS money_vnd
   FROM cash_taking k JOIN till t ON t.id = till_id JOIN money m ON m.id = money_id
   WHERE t.id > $1) r),
 'accounts', (SELECT coalesce(json_object_agg(account, total), '{}') FROM (
   SELECT account, sum(amount_vnd) AS total FROM ledger_entry
   WHERE transaction_id > $1 GROUP BY account) r),
 'unbalanced', (SELECT count(*) FROM (
   SELECT transaction_id FROM ledger_entry WHERE transaction_id > $1
   GROUP BY transaction_id HAVING sum(amount_vnd) <> 0) r),
 'booked', (SELECT json_build_array(count(*), coalesce(sum(
     hashtextextended(concat(transaction_id, account, amount_vnd), 0)), 0)::text)
   FROM ledger_entry WHERE transaction_id > $1 AND transaction_id <= $2),
 'last_booked', (SELECT id FROM ledger_transaction WHERE id > $1 ORDER BY id DESC LIMIT 1),
 'booked_now', (SELECT json_build_array(count(*), coalesce(sum(
     hashtextextended(concat(transaction_id, account, amount_vnd), 0)), 0)::text)
   FROM ledger_entry WHERE transaction_id > $1),
 'facts', (SELECT coalesce(json_agg(json_build_array(position, payload::json)
     ORDER BY position), '[]') FROM outbox WHERE position > $3))
"""
_LAST: Final = "SELECT coalesce(max(position), 0) FROM outbox"
_PIDS: Final = """SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity
 WHERE application_name = $1 AND datname = current_database()"""
_ALIVE: Final = """SELECT pg_sleep(0.001),
 (SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)) AS alive"""


@dataclass(frozen=True)
class Seen:
    """The rows of one play, and the facts said since the last look."""

    payables: list[Row]
    attempts: list[Row]
    monies: list[Row]
    refunds: list[Row]
    cases: list[Row]
    tills: list[Row]
    takings: list[Row]
    accounts: dict[str, int]
    unbalanced: int
    booked: list[Any]
    """Count and digest of the entries that stood at the last look, as they stand now."""
    booked_now: list[Any]
    last_booked: str | None
    facts: list[tuple[int, Row]]


class Eyes:
    """One connection, which no crash of the gateway touches."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection = self._runner.run(asyncpg.connect(url))
        self._position = 0
        self._booked: str | None = None
        self._since = UUID(int=0)

    def said(self) -> int:
        """Return how many facts were said here before."""
        return int(self._runner.run(self._connection.fetchval(_LAST)))

    def begin(self, since: UUID) -> None:
        """Look at what comes after ``since`` (UUIDv7: later is larger)."""
        self._since, self._booked = since, None
        self._position = self._runner.run(self._connection.fetchval(_LAST))

    def look(self) -> Seen:
        """Return what stands now."""
        last = UUID(self._booked) if self._booked else self._since
        arguments = (self._since, last, self._position)
        text = self._runner.run(self._connection.fetchval(_SINCE, *arguments))
        seen = Seen(**json.loads(text))
        if seen.facts:
            self._position = seen.facts[-1][0]
        self._booked = seen.last_booked or self._booked
        return seen

    def let_pass(self) -> None:
        """Let all that waits for its time be due now."""
        self._run(
            "UPDATE refund SET due_at = now() WHERE due_at IS NOT NULL AND id > $1", self._since
        )
        self._run(
            "UPDATE attempt SET due_at = now() WHERE due_at IS NOT NULL AND id > $1", self._since
        )

    def connections(self) -> list[int]:
        """Return PostgreSQL's processes that serve the gateway."""
        return list(self._runner.run(self._connection.fetchval(_PIDS, NAME)))

    def wait_for_the_end_of(self, pids: list[int]) -> None:
        """Return once PostgreSQL has noticed that the process of these connections died."""
        for _ in range(10_000):
            row = self._runner.run(self._connection.fetchrow(_ALIVE, pids))
            if row["alive"] == 0:
                return
        raise TimeoutError("PostgreSQL still serves a process that died")

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._connection.close())
        self._runner.close()

    def _run(self, sql: str, *arguments: object) -> None:
        self._runner.run(self._connection.execute(sql, *arguments))
