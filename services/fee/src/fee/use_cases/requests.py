"""Changing what is in force: one person asks, a second one approves, and only then it is said."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain import tariff as domain
from fee.domain.checking import Fault, FaultCode, TariffFaultError, check, pages_left_open
from fee.domain.tariff import (
    Tariff,
    TariffNotFoundError,
    TariffRequestedError,
    TariffStatus,
    TariffTrigger,
)
from fee.domain.waiting import OpenCounts
from fee.repository import assessments
from fee.repository import tariffs as repository
from fee.tables import TariffRow
from fee.use_cases.publishing import say_published
from shared import approvals
from shared.approvals import ApprovalState, ApprovalTrigger, Decision, Person, Wanted
from shared.contracts.envelope import Cause
from shared.days import start_of_day
from shared.db.tables import ApprovalRow

ACT: Final = "tariff.change"
MAX_TARIFFS: Final = 1000
"""How many one request may put in force: they are said in one transaction."""


@dataclass(frozen=True)
class Acting:
    """Who acts, when, and because of what."""

    by: Person
    cause: Cause
    now: datetime


@dataclass(frozen=True)
class Request:
    """A request with what it is about."""

    approval: ApprovalRow
    tariffs: Sequence[Tariff]
    last_day: date | None
    """Set where the tariff ends on it; None where the tariffs are put in force."""
    touched: OpenCounts


async def request_publication(
    session: AsyncSession, codes: Sequence[str], *, reason: str, acting: Acting
) -> UUID:
    """Ask that the drafts ``codes`` are put in force by their dates; return the request's id.

    Raises TariffFaultError where tiers would leave a page without an amount.
    """
    rows = await _lock(session, codes, TariffTrigger.APPROVE)
    tariffs = [repository.to_tariff(row) for row in rows]
    await _refuse_open_pages(session, tariffs)
    return await _request(session, rows, _plan(tariffs), reason=reason, acting=acting)


async def request_end(
    session: AsyncSession, code: str, last_day: date, *, reason: str, acting: Acting
) -> UUID:
    """Ask that the tariff ``code`` holds until ``last_day`` and no longer."""
    rows = await _lock(session, [code], TariffTrigger.SET_LAST_DAY)
    tariff = repository.to_tariff(rows[0])
    faults = [f for f in check(replace(tariff, valid_to=last_day)) if f.field == "valid_to"]
    if faults:
        raise TariffFaultError(*faults)
    return await _request(session, rows, _plan([tariff], last_day), reason=reason, acting=acting)


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, acting: Acting
) -> None:
    """End a request; an approval does what was asked for, and says it, in this transaction."""
    if decision.trigger is ApprovalTrigger.APPROVE:
        await repository.close_book(session)
    approval = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if approval.state != ApprovalState.APPROVED:
        return
    touched = [row.code for row in await repository.tariffs_in(session, approval_id)]
    rows = await repository.lock_tariffs(session, touched)
    last_day = _last_day(approval.plan)
    before = [repository.to_tariff(row) for row in rows.values()]
    approvals.check_plan(approval, _plan(before, last_day))
    for row in rows.values():
        _carry_out(row, approval, last_day, acting.now)
    after = [repository.to_tariff(row) for row in rows.values()]
    await say_published(session, after, cause=acting.cause, now=acting.now)


async def read_request(session: AsyncSession, approval_id: UUID) -> Request:
    """Return a request about tariffs; raise ApprovalNotFoundError if there is none."""
    approval = await approvals.find(session, ACT, approval_id)
    tariffs = [
        repository.to_tariff(row) for row in await repository.tariffs_in(session, approval_id)
    ]
    last_day = _last_day(approval.plan)
    return Request(approval, tariffs, last_day, await touched_by(session, tariffs, last_day))


async def open_requests(session: AsyncSession) -> Sequence[ApprovalRow]:
    """Return what waits for its second person, the oldest first."""
    return await approvals.open_requests(session, ACT)


async def touched_by(
    session: AsyncSession, tariffs: Sequence[Tariff], last_day: date | None = None
) -> OpenCounts:
    """Count the open dossiers that have a fee of ``tariffs``; filed since the first day of change.

    None of them changes: what was said of a line stands, because its filing day has not changed.
    Those that wait get their amount.
    """
    codes = sorted({tariff.fee_code for tariff in tariffs})
    first = min(tariff.valid_from for tariff in tariffs)
    if last_day is not None:
        first = date.fromordinal(last_day.toordinal() + 1)
    return await assessments.count_open(session, codes, filed_from=start_of_day(first))


def _carry_out(row: TariffRow, approval: ApprovalRow, last_day: date | None, now: datetime) -> None:
    trigger = TariffTrigger.APPROVE if last_day is None else TariffTrigger.SET_LAST_DAY
    row.status = domain.LIFECYCLE.next(row.status, trigger)
    row.approval_id = approval.id
    if last_day is None:
        row.approved_at = now
    else:
        row.valid_to = last_day


async def _lock(
    session: AsyncSession, codes: Sequence[str], trigger: TariffTrigger
) -> list[TariffRow]:
    """Return the tariffs of ``codes``, locked; each may do ``trigger`` and stands in no request."""
    rows = await repository.lock_tariffs(session, codes)
    missing = [code for code in codes if code not in rows]
    if missing or not rows:
        raise TariffNotFoundError(f"no tariff {', '.join(missing)}")
    for row in rows.values():
        domain.LIFECYCLE.next(row.status, trigger)
    if await repository.requested_ids(session, [row.id for row in rows.values()]):
        raise TariffRequestedError("waits for its second person already")
    return list(rows.values())


async def _request(
    session: AsyncSession,
    rows: Sequence[TariffRow],
    plan: Mapping[str, Any],
    *,
    reason: str,
    acting: Acting,
) -> UUID:
    more = f" +{len(rows) - 1}" if len(rows) > 1 else ""
    wanted = Wanted(act=ACT, subject=f"{rows[0].code}{more}", plan=plan, reason=reason)
    approval = await approvals.request(session, wanted, by=acting.by, now=acting.now)
    repository.insert_links(session, approval.id, [row.id for row in rows])
    await session.flush()
    return approval.id


async def _refuse_open_pages(session: AsyncSession, tariffs: Sequence[Tariff]) -> None:
    codes = sorted({tariff.fee_code for tariff in tariffs})
    approved = await repository.tariffs_of(session, codes, {TariffStatus.APPROVED})
    beside = [each for rows in approved.values() for each in rows]
    wanted = {tariff.code for tariff in tariffs}
    if wanted & {tier.code for tier in pages_left_open([*tariffs, *beside])}:
        raise TariffFaultError(Fault("from_quantity", FaultCode.PAGES_LEFT_OPEN))


def _plan(tariffs: Sequence[Tariff], last_day: date | None = None) -> dict[str, Any]:
    """Return everything that an approval puts in force, as plain JSON."""
    rows = [_plain(tariff) for tariff in sorted(tariffs, key=lambda tariff: tariff.code)]
    if last_day is None:
        return {"publish": rows}
    return {"end": rows, "last_day": last_day.isoformat()}


def _plain(tariff: Tariff) -> dict[str, Any]:
    values = asdict(tariff) | {"id": str(tariff.id), "valid_from": tariff.valid_from.isoformat()}
    if tariff.valid_to is not None:
        values["valid_to"] = tariff.valid_to.isoformat()
    return values


def _last_day(plan: Mapping[str, Any]) -> date | None:
    stated = plan.get("last_day")
    return date.fromisoformat(stated) if stated is not None else None
