"""What an accountant sees of reconciled days, and does about their differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import reconciling
from payment_gateway.domain.errors import DifferenceNotFoundError
from payment_gateway.domain.monies import Credit, CreditedAccount
from payment_gateway.domain.reconciling import Act, Trigger
from payment_gateway.domain.tills import Till
from payment_gateway.repository import days, statements
from payment_gateway.repository import reconciling as rows
from payment_gateway.repository import tills as till_rows
from payment_gateway.repository.days import (
    ChannelDay,
    DaySummary,
    ListedDifference,
    WaitingRun,
)
from payment_gateway.repository.statements import KeptLine, Version
from payment_gateway.tables.statements import DifferenceRow
from payment_gateway.use_cases.settle import record_credit
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.db.tables import AuditRow
from shared.ids import new_id

_PAGE = 31
_KEPT = 200


@dataclass(frozen=True)
class ReconciledDay:
    """What the page of one day shows."""

    channels: Sequence[ChannelDay]
    differences: Sequence[ListedDifference]
    versions: Sequence[Version]
    kept: Sequence[KeptLine]
    waiting: Sequence[WaitingRun]
    settled: Mapping[UUID, int]
    """The payments that were settled on the day, and their amounts."""
    tills: Sequence[Till]
    """The drawers that were closed or handed over on the day."""

    @property
    def open_count(self) -> int:
        """Return how many differences still need an act."""
        return sum(each.is_open for each in self.differences)


@dataclass(frozen=True)
class Acting:
    """Who acts on a difference, for which agencies, and why."""

    by: str
    agencies: frozenset[str]
    cause: Cause


async def list_days(
    session: AsyncSession, agencies: Sequence[str], *, before: date | None
) -> Sequence[DaySummary]:
    """Return the days that were closed, newest first."""
    return await days.day_summaries(session, agencies, before=before, limit=_PAGE)


async def show_day(
    session: AsyncSession, agencies: Sequence[str], day_on: date, *, owns: frozenset[PaymentChannel]
) -> ReconciledDay:
    """Return one day; files are shown of the channels whose merchant accounts the agency ``owns``.

    Others' files name others' payments.
    """
    versions = [x for x in await statements.versions_of(session, day_on) if x.channel in owns]
    in_force = [each.id for each in versions if each.is_in_force]
    return ReconciledDay(
        channels=await days.channel_days(session, agencies, day_on),
        differences=await days.listed_differences(session, agencies, day_on),
        versions=versions,
        kept=await statements.kept_lines(session, in_force, limit=_KEPT),
        waiting=[x for x in await days.waiting_runs(session, day_on) if x.channel in owns],
        settled=await days.settled_on(session, agencies, day_on),
        tills=await till_rows.counted_on(session, agencies, day_on),
    )


async def explain(
    session: AsyncSession, difference_id: UUID, reason: str, *, acting: Acting, now: datetime
) -> DifferenceRow:
    """Store why a difference is as it is; it still counts, and nobody needs to look again."""
    row = await _lock(session, difference_id, acting)
    row.status = reconciling.LIFECYCLE.next(row.status, Trigger.EXPLAIN)
    row.explained_by, row.explanation, row.changed_at = acting.by, reason, now
    session.add(_audit(row, "difference.explain", acting, reason, now))
    return row


async def record(
    session: AsyncSession, difference_id: UUID, *, acting: Acting, now: datetime
) -> DifferenceRow:
    """Take in the money of a line that nobody knows: unmatched, for a person to match or refund.

    It settles nothing by itself, so that one person may do it. Twice is once.
    """
    row = await _lock(session, difference_id, acting)
    if row.act is not Act.RECORD or row.file_id is None or row.line_no is None:
        raise DifferenceNotFoundError("nothing to record")
    line = await rows.line_of(session, row.file_id, row.line_no)
    account = None
    if line.account_number is not None:
        account = CreditedAccount(line.account_bin or "", line.account_number)
    credit = Credit(
        channel=row.channel, reference="", channel_reference=line.channel_reference,
        amount_vnd=line.amount_vnd, bank_code=line.bank_code, booked_at=line.booked_at,
        agency_code=row.agency_code, is_ours=True,
        raw=f"statement {row.file_id} line {row.line_no}".encode(), account=account,
    )  # fmt: skip
    await record_credit(session, credit, cause=acting.cause, now=now)
    session.add(_audit(row, "difference.record", acting, None, now))
    return row


async def _lock(session: AsyncSession, difference_id: UUID, acting: Acting) -> DifferenceRow:
    row = await rows.lock_difference(session, difference_id)
    if row is None or row.agency_code not in acting.agencies:
        raise DifferenceNotFoundError("no such difference")
    return row


def _audit(
    row: DifferenceRow, act: str, acting: Acting, reason: str | None, now: datetime
) -> AuditRow:
    return AuditRow(
        id=new_id(), at=now, actor=acting.by, act=act, subject=str(row.id), reason=reason,
        details={
            "channel": row.channel.value, "day_on": row.day_on.isoformat(),
            "kind": row.kind.value, "at_stake_vnd": str(row.at_stake_vnd),
        },
    )  # fmt: skip
