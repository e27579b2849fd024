"""What happens to the receipt service in tests: payments settle, people become known."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from receipt.domain.issuing import Settled
from receipt.use_cases.issue import issue_receipts
from receipt.use_cases.people import know_party
from shared.contracts.envelope import Envelope
from shared.contracts.party import PartyStated
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptIssued
from shared.db import driver
from shared.db.database import Database
from tests.support.facts import a_cause, facts

RECEIPT_URL: Final = "http://bienlai.lephi.test"
NOW: Final = datetime(2026, 11, 22, 7, 5, 11, tzinfo=UTC)

# I7 of the invariants: numbers are 1..max, and issued_at never decreases with the number.
_GAPS: Final = """
SELECT count(*) FROM (
  SELECT s.id FROM series s JOIN receipt r ON r.series_id = s.id GROUP BY s.id
  HAVING count(*) <> max(r.number) OR count(DISTINCT r.number) <> max(r.number)
      OR max(r.number) <> max(s.last_number)
) broken"""
_BACKWARDS: Final = """
SELECT count(*) FROM (
  SELECT issued_at < lag(issued_at) OVER (PARTITION BY series_id ORDER BY number) AS back
  FROM receipt
) t WHERE back"""


async def settle(
    database: Database,
    *payments: PaymentSettled,
    clock: Callable[[], datetime] = lambda: NOW,
) -> None:
    """Let one poll of settled payments be numbered, in one transaction."""
    settled = [Settled(payment, a_cause(), "H34.10") for payment in payments]
    async with database.transaction() as session:
        await issue_receipts(session, settled, clock=clock, receipt_url=RECEIPT_URL)


async def know(
    database: Database, stated: PartyStated, *, sequence: int = 1, now: datetime = NOW
) -> None:
    """Let a dossier's people become known."""
    async with database.transaction() as session:
        await know_party(session, stated, sequence=sequence, now=now)


async def issued(database: Database) -> Sequence[ReceiptIssued]:
    """Return what was said of issued receipts, in order."""
    return [event.data for event in await facts(database, ReceiptIssued)]


async def issued_events(database: Database) -> Sequence[Envelope[ReceiptIssued]]:
    """Return the same with their envelopes."""
    return await facts(database, ReceiptIssued)


async def is_gapless(database: Database) -> bool:
    """Tell whether all series are as the law wants them."""
    async with database.transaction() as session:
        gaps = await driver.fetchval(session, _GAPS)
        backwards = await driver.fetchval(session, _BACKWARDS)
    return (gaps, backwards) == (0, 0)


async def count(database: Database, table: str) -> int:
    """Return how many rows ``table`` has."""
    statements = {
        "receipt": "SELECT count(*) FROM receipt",
        "receipt_file": "SELECT count(*) FROM receipt_file",
        "series": "SELECT count(*) FROM series",
    }
    async with database.transaction() as session:
        return int(await driver.fetchval(session, statements[table]))
