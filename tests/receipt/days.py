"""Days as tests of the daily table live them: a clock that is set, receipts, closes, sending."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from receipt.jobs.days import close_days, send_table
from receipt.use_cases import remake_day
from receipt.use_cases.acting import Acting
from receipt.use_cases.close_day import note_error
from shared.approvals import ApprovalTrigger, Decision, Person
from shared.contracts.envelope import Cause
from shared.contracts.parts import Payee
from shared.contracts.receipt import ReceiptIssued
from shared.days import VIETNAM
from shared.db.database import Database
from shared.ids import new_id
from tests.receipt.acts import issued, settle
from tests.receipt.builders import PAYEE, a_line, a_payment
from tests.support.tax_authority import TaxAuthority

CLOSES_AT = time(22, 0)
OTHER = Payee.model_validate(
    PAYEE.model_dump() | {"agency_code": "H34.20", "tax_code": "6107654321", "name": "Sở Tư pháp"}
)


def at(day: int, clock: str) -> datetime:
    """Return an instant of November 2026 as Vietnam's clocks show it."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=VIETNAM).astimezone(UTC)


@dataclass
class Days:
    """The service, the authority, and the time."""

    database: Database
    authority: TaxAuthority
    now: datetime

    async def issue(self, count: int = 1, *, payee: Payee = PAYEE) -> list[ReceiptIssued]:
        """Issue receipts now."""
        before = len(await issued(self.database))
        payments = [a_payment(a_line(), payee=payee) for _ in range(count)]
        await settle(self.database, *payments, clock=lambda: self.now)
        return list(await issued(self.database))[before:]

    async def replace(self, old: ReceiptIssued) -> ReceiptIssued:
        """Issue a receipt now that stands in for ``old``."""
        [new] = await self.issue(payee=old.issuer)
        async with self.database.transaction() as session:
            link = "UPDATE receipt SET replaces = :old WHERE id = :new"
            marks = {"old": old.receipt_id, "new": new.receipt_id}
            await session.execute(text(link), marks)
            await session.execute(
                text("UPDATE receipt SET status = 'replaced' WHERE id = :old"),
                {"old": old.receipt_id},
            )
        return new

    async def notice(self, receipt: ReceiptIssued) -> UUID:
        """Make a notice of error about ``receipt`` now."""
        notice_id = new_id()
        async with self.database.transaction() as session:
            await note_error(session, receipt.receipt_id, notice_id, ["payer_name"], now=self.now)
        return notice_id

    async def work(self, when: datetime | None = None) -> None:
        """Let the jobs do what is due now, or at ``when``."""
        self.now = when or self.now
        while await close_days(self.database, None, closes_at=CLOSES_AT):
            pass
        while await send_table(
            self.database, None, tax=self.authority.client, signers=self.authority.signers
        ):
            pass

    async def sent(self) -> list[dict[str, Any]]:
        """Return what the authority has taken, as it was sent, in order."""
        rows = await self.select("SELECT id::text, body FROM daily_table_submission")
        bodies = dict(rows)
        return [json.loads(bodies[each["ma"]]) for each in await self.authority.received()]

    async def select(self, statement: str) -> list[Any]:
        """Return the rows of a statement."""
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(statement))]


@dataclass
class Remaking:
    """Two people who have the refused submission made anew."""

    days: Days

    async def ask(self, explanations: dict[str, str]) -> UUID:
        """Ask for the one that is refused, or was last tried."""
        [(submission_id,), *_] = await self.days.select(
            "SELECT id FROM daily_table_submission WHERE status <> 'accepted'"
            " ORDER BY status <> 'refused', supplement_no"
        )
        async with self.days.database.transaction() as session:
            return await remake_day.ask(
                session, submission_id, explanations, "Đã sửa", acting=self._acting("accountant")
            )

    async def approve(self, approval_id: UUID) -> None:
        """Let the second person approve what was asked for."""
        decision = Decision(remake_day.ACT, ApprovalTrigger.APPROVE)
        async with self.days.database.transaction() as session:
            await remake_day.decide(
                session, approval_id, decision, acting=self._acting("supervisor")
            )

    def _acting(self, name: str) -> Acting:
        cause = Cause(correlation_id=new_id(), causation_id=new_id())
        return Acting(Person(name, name, None), cause, self.days.now)


@contextmanager
def days_of(
    database: Database, authority: TaxAuthority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Days]:
    """Return days that begin on 23 November 2026, a Monday, at noon."""
    days = Days(database, authority, at(23, "12:00"))
    for module in ("days", "forms"):
        monkeypatch.setattr(f"receipt.jobs.{module}.utc_now", lambda: days.now)
    wall = SimpleNamespace(time=lambda: days.now.timestamp())  # noqa: PLW0108 - now changes
    monkeypatch.setattr("lephi.tax.app.time", wall)
    yield days
