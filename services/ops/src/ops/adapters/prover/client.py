"""Reads every database as it is at one moment, read only; only jobs use it.

The one named exception to "none reads another's tables" (architecture: Proof). Column names are
those of reliability.md 2.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from ops.domain.alarms import misses_next_year
from ops.domain.evidence import (
    Deliveries,
    LedgerState,
    MoneyState,
    OutboxEntry,
    PayableState,
    Place,
    RefundedMoney,
    RefundState,
    SeriesCounter,
    StoredFile,
)
from ops.domain.figures import HeldUp, Unanswered, Unsent, WorkKind
from ops.domain.told import Issued
from shared.contracts.catalogue import KEPT_TOPICS
from shared.days import vietnam_day
from shared.errors import DomainError, Kind

PAYMENT_GATEWAY: Final = "payment-gateway"
RECEIPT: Final = "receipt"
OPS: Final = "ops"
DOSSIER: Final = "dossier"


_HELD_UP: Final = {
    WorkKind.RECEIPT_NUMBER: "SELECT count(*), 0, min(since),"
    " mode() WITHIN GROUP (ORDER BY why) FROM awaiting_number",
    WorkKind.RECEIPT_FILE: "SELECT count(*), count(error_code), min(issued_at),"
    " mode() WITHIN GROUP (ORDER BY error_code) FROM receipt_file WHERE due_at IS NOT NULL",
    WorkKind.DAILY_TABLE: "SELECT count(*), count(error_code), min(made_at),"
    " mode() WITHIN GROUP (ORDER BY error_code) FROM daily_table_submission"
    " WHERE due_at IS NOT NULL",
}
_MISSING_SERIES: Final = """
SELECT count(*) FROM series s LEFT JOIN agency a ON a.code = s.agency_code
WHERE s.year = $1 AND s.status = 'open'
  AND (a.valid_to IS NULL OR a.valid_to >= make_date($1::int + 1, 1, 1))
  AND NOT EXISTS (SELECT FROM series n WHERE n.tax_code = s.tax_code AND n.kind = s.kind
                    AND n.year = $1 + 1 AND n.status <> 'registered')
"""


class DatabaseUnavailableError(DomainError):
    """A database that the proof must read is not named, or does not answer."""

    kind = Kind.UNAVAILABLE
    code = "proof-database-unavailable"
    title = "Chưa đọc được cơ sở dữ liệu để chứng minh"


class Snapshots:
    """All databases, each in one REPEATABLE READ transaction that may only read."""

    def __init__(self, connections: Mapping[str, asyncpg.Connection]) -> None:
        self._connections = connections

    @property
    def services(self) -> list[str]:
        """Return whose databases are open."""
        return sorted(self._connections)

    async def outbox(self, service: str) -> list[OutboxEntry]:
        """Return what ``service`` said on kept streams, pruned rows excepted."""
        rows = await self._fetch(
            service,
            "SELECT id, type, topic, created_at, kafka_partition, kafka_offset,"
            " sha256(convert_to(payload, 'UTF8')) AS digest"
            " FROM outbox WHERE topic = ANY ($1::text[])",
            list(KEPT_TOPICS),
        )
        return [
            OutboxEntry(
                row["id"], row["type"], row["topic"], row["created_at"], _place(row), row["digest"]
            )
            for row in rows
        ]

    async def deliveries(self, service: str) -> Deliveries:
        """Return what the handlers of ``service`` have heard."""
        offsets = await self._fetch(
            service,
            "SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = $1",
            service,
        )
        heard = await self._fetch(
            service, "SELECT event_id FROM inbox WHERE consumer = $1", service
        )
        parked = await self._fetch(
            service,
            'SELECT topic, partition, "offset" FROM parked WHERE consumer = $1',
            service,
        )
        return Deliveries(
            {(row["topic"], row["partition"]): row["next_offset"] for row in offsets},
            frozenset(row["event_id"] for row in heard),
            frozenset((row["topic"], row["partition"], row["offset"]) for row in parked),
        )

    async def receipts(self) -> list[Issued]:
        """Return every receipt of the table."""
        rows = await self._fetch(
            RECEIPT,
            "SELECT id, payment_id, kind, series_id, number, total_vnd, issued_at,"
            " replaces, NULL::uuid AS causation_id, status = 'replaced' FROM receipt",
        )
        return [Issued(*row.values()) for row in rows]

    async def awaiting_numbers(self) -> frozenset[tuple[UUID, str]]:
        """Return the payments and kinds whose receipt waits for an open series."""
        rows = await self._fetch(RECEIPT, "SELECT payment_id, kind FROM awaiting_number")
        return frozenset((row["payment_id"], row["kind"]) for row in rows)

    async def series(self) -> list[SeriesCounter]:
        """Return every series with the last number that it gave."""
        rows = await self._fetch(
            RECEIPT,
            "SELECT id, concat_ws('/', tax_code, form_symbol, serial_symbol), year, last_number"
            " FROM series",
        )
        return [SeriesCounter(*row.values()) for row in rows]

    async def payables(self) -> list[PayableState]:
        """Return every payable with what its money was applied to it."""
        rows = await self._fetch(
            PAYMENT_GATEWAY,
            "SELECT p.id, p.dossier_code, p.status, p.amount_vnd,"
            " coalesce(sum(m.applied_vnd), 0)::bigint, p.settled_at"
            " FROM payable p LEFT JOIN money m ON m.payable_id = p.id GROUP BY p.id",
        )
        return [PayableState(*row.values()) for row in rows]

    async def monies(self) -> list[MoneyState]:
        """Return every money with the sum of its three parts."""
        rows = await self._fetch(
            PAYMENT_GATEWAY,
            "SELECT id, amount_vnd, applied_vnd + unmatched_vnd + refunded_vnd FROM money",
        )
        return [MoneyState(*row.values()) for row in rows]

    async def refunds(self) -> list[RefundState]:
        """Return every refund."""
        rows = await self._fetch(
            PAYMENT_GATEWAY, "SELECT id, money_id, status, amount_vnd, ended_at FROM refund"
        )
        return [RefundState(*row.values()) for row in rows]

    async def refunded_monies(self) -> list[RefundedMoney]:
        """Return money of which something went back, or has to by rule."""
        rows = await self._fetch(
            PAYMENT_GATEWAY,
            "SELECT id, refunded_vnd, unmatched_vnd > 0"
            " AND problem IN ('late', 'duplicate', 'over') AS must FROM money"
            " WHERE refunded_vnd > 0 OR problem IN ('late', 'duplicate', 'over')",
        )
        return [RefundedMoney(*row.values()) for row in rows]

    async def files(self) -> list[StoredFile]:
        """Return the stored files of receipts, with what reading them back found."""
        rows = await self._fetch(
            RECEIPT,
            "SELECT receipt_id, render_sha256, pdf_sha256, xml_sha256, stored_at, checked_at, fault"
            " FROM receipt_file WHERE stored_at IS NOT NULL",
        )
        return [
            StoredFile(
                row["receipt_id"],
                (row["render_sha256"], row["pdf_sha256"], row["xml_sha256"]),
                row["stored_at"], row["checked_at"], row["fault"],
            )
            for row in rows
        ]  # fmt: skip

    async def ledger(self) -> LedgerState:
        """Return the ledger in figures, with what does not sum to zero."""
        counted = await self._fetch(
            PAYMENT_GATEWAY,
            "SELECT (SELECT count(*) FROM ledger_transaction), (SELECT count(*) FROM ledger_entry)",
        )
        wrong = await self._fetch(
            PAYMENT_GATEWAY,
            "SELECT transaction_id, sum(amount_vnd)::bigint FROM ledger_entry"
            " GROUP BY 1 HAVING sum(amount_vnd) <> 0",
        )
        transactions, entries = counted[0].values()
        return LedgerState(transactions, entries, {row[0]: row[1] for row in wrong})

    async def archive(self, ends: Mapping[Place, int]) -> dict[Any, bytes]:
        """Return id and SHA-256 of every archived fact below ``ends``."""
        rows = await self._fetch(
            OPS,
            "SELECT a.id, sha256(a.body) AS digest FROM archive a"
            ' JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS e (topic, partition, "end")'
            ' ON a.topic = e.topic AND a.partition = e.partition AND a."offset" < e."end"'
            " WHERE a.id IS NOT NULL",
            [topic for topic, _ in ends],
            [partition for _, partition in ends],
            list(ends.values()),
        )
        return {row["id"]: row["digest"] for row in rows}

    async def checkpoints(self) -> dict[Place, int]:
        """Return up to where owners were told that they may prune."""
        rows = await self._fetch(OPS, "SELECT topic, partition, checkpoint_offset FROM stream")
        return {(row["topic"], row["partition"]): row["checkpoint_offset"] for row in rows}

    async def unsent(self, service: str, *, now: datetime) -> Unsent:
        """Return what waits in the outbox of ``service``."""
        rows = await self._fetch(
            service,
            "SELECT count(*), min(created_at) FROM outbox WHERE published_at IS NULL",
        )
        facts, oldest_at = rows[0].values()
        return Unsent(service, facts, oldest_at, now)

    async def unanswered(self, *, now: datetime) -> list[Unanswered]:
        """Return what each partner was told and has not acknowledged; none without dossier."""
        if DOSSIER not in self._connections:
            return []
        rows = await self._fetch(
            DOSSIER,
            "SELECT partner, count(*), min(sent_at) FROM partner_fact"
            " WHERE state IN ('sent', 'late', 'escalated') GROUP BY partner",
        )
        return [Unanswered(partner, facts, oldest_at, now) for partner, facts, oldest_at in rows]

    async def held_up(self, *, now: datetime) -> list[HeldUp]:
        """Return what waits of receipt's series, numbers, files and daily tables, if it is open."""
        if RECEIPT not in self._connections:
            return []
        missing = await self._missing_series(vietnam_day(now))
        found = [HeldUp(WorkKind.SERIES, missing, missing, None, None, now)]
        for kind, statement in _HELD_UP.items():
            [row] = await self._fetch(RECEIPT, statement)
            found.append(HeldUp(kind, row[0], row[1], row[2], row[3], now))
        return found

    async def _missing_series(self, today: date) -> int:
        if not misses_next_year(today):
            return 0
        [row] = await self._fetch(RECEIPT, _MISSING_SERIES, today.year)
        return int(row[0])

    async def _fetch(self, service: str, sql: str, *arguments: object) -> Sequence[Any]:
        connection = self._connections.get(service)
        if connection is None:
            raise DatabaseUnavailableError(f"no address of the database of {service}")
        try:
            rows: Sequence[Any] = await connection.fetch(sql, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise DatabaseUnavailableError(f"{service}: {type(error).__name__}") from error
        return rows


@asynccontextmanager
async def open_snapshots(urls: Mapping[str, str]) -> AsyncIterator[Snapshots]:
    """Open a snapshot of each database of ``urls``; raise DatabaseUnavailableError if one fails."""
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection] = {}
        for service, url in urls.items():
            connections[service] = await stack.enter_async_context(_snapshot(service, url))
        yield Snapshots(connections)


@asynccontextmanager
async def _snapshot(service: str, url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=5, command_timeout=300)
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise DatabaseUnavailableError(f"{service}: {type(error).__name__}") from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetchval("SELECT 1 FROM pg_class LIMIT 1")  # Takes the snapshot.
            yield connection
    finally:
        await connection.close()


def _place(row: Mapping[str, Any]) -> tuple[int, int] | None:
    if row["kafka_offset"] is None:
        return None
    return (row["kafka_partition"], row["kafka_offset"])
