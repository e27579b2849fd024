"""The second person (người thứ hai duyệt): one mechanism for every act that needs one.

An owner asks with ``request``: what is to be done, to what, and the whole plan of it. Somebody
else decides with ``decide`` in the transaction that also does the act, so that an approved act is
a done act. PostgreSQL refuses a decision by the person who asked, and any change afterwards.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.tables import ApprovalRow, AuditRow
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.lifecycle import Lifecycle, Step


class ApprovalState(StrEnum):
    """Where a request stands; only the first one is open."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ApprovalTrigger(StrEnum):
    """What happens to a request."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    """By the person who asked; the two above by anybody else."""


LIFECYCLE: Final = Lifecycle(
    initial=ApprovalState.REQUESTED,
    steps=(
        Step(ApprovalState.REQUESTED, ApprovalTrigger.APPROVE, ApprovalState.APPROVED),
        Step(ApprovalState.REQUESTED, ApprovalTrigger.DECLINE, ApprovalState.DECLINED),
        Step(ApprovalState.REQUESTED, ApprovalTrigger.WITHDRAW, ApprovalState.WITHDRAWN),
        # No step leads on: who wants it after all asks anew.
    ),
)


class ApprovalNotFoundError(DomainError):
    """There is no such request."""

    kind = Kind.NOT_FOUND
    code = "approval-not-found"
    title = "Không tìm thấy đề nghị này"


class AlreadyRequestedError(DomainError):
    """The same act on the same subject waits for its second person."""

    kind = Kind.CONFLICT
    code = "approval-open"
    title = "Đã có đề nghị đang chờ duyệt"


class SamePersonError(DomainError):
    """Nobody decides on what they asked for themselves."""

    kind = Kind.FORBIDDEN
    code = "second-person-needed"
    title = "Người đề nghị không được tự duyệt"


class NotYourRequestError(DomainError):
    """Only the person who asked takes a request back; others decline it."""

    kind = Kind.FORBIDDEN
    code = "not-your-request"
    title = "Chỉ người đề nghị được rút lại"


class PlanChangedError(DomainError):
    """What would be done now is not what was asked for."""

    kind = Kind.CONFLICT
    code = "plan-changed"
    title = "Nội dung đề nghị đã thay đổi"


@dataclass(frozen=True)
class Person:
    """Who acts: the opaque subject id, and the name that colleagues read."""

    subject: str
    name: str
    agencies: frozenset[str] | None = None
    """On whose requests they may act; None: on those of any agency."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: ``act`` on ``subject``, exactly as ``plan`` says (plain JSON)."""

    act: str
    subject: str
    plan: Mapping[str, Any]
    reason: str
    agency_code: str | None = None


@dataclass(frozen=True)
class Decision:
    """How a request of ``act`` ends; ``plan_sha256`` is of the plan that the person has seen.

    A door decides on its own act alone: a right to approve one is no right to approve another.
    """

    act: str
    trigger: ApprovalTrigger
    reason: str = ""
    plan_sha256: str | None = None


def plan_sha256(plan: Mapping[str, Any]) -> str:
    """Return the SHA-256 of ``plan`` in one fixed spelling of its JSON."""
    spelt = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelt.encode()).hexdigest()


async def request(
    session: AsyncSession, wanted: Wanted, *, by: Person, now: datetime
) -> ApprovalRow:
    """Ask for ``wanted``; raise AlreadyRequestedError while the same waits for its decision."""
    statement = (
        insert(ApprovalRow)
        .values(
            id=new_id(),
            act=wanted.act,
            subject=wanted.subject,
            agency_code=wanted.agency_code,
            plan=dict(wanted.plan),
            plan_sha256=plan_sha256(wanted.plan),
            reason=wanted.reason,
            state=LIFECYCLE.initial,
            requested_by=by.subject,
            requested_by_name=by.name,
            requested_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ApprovalRow)
    )
    row = await session.scalar(statement)
    if row is None:
        raise AlreadyRequestedError(f"{wanted.act} of {wanted.subject} waits already")
    session.add(_audit(row, "request", by, wanted.reason, now))
    return row


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, by: Person, now: datetime
) -> ApprovalRow:
    """End the request as ``decision`` says and return it, locked until the transaction ends.

    Two who decide at once wait for each other, and the second one meets IllegalStepError. After
    an approval the caller does the act in the same transaction.
    """
    # Read anew under the lock: a door that showed the request has its older state in the session.
    row = await session.scalar(
        select(ApprovalRow)
        .where(ApprovalRow.id == approval_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.act != decision.act or not _may_see(row, by.agencies):
        raise ApprovalNotFoundError("no request of this id")
    state = LIFECYCLE.next(ApprovalState(row.state), decision.trigger)
    _check_person(row, decision, by)
    if decision.plan_sha256 not in {None, row.plan_sha256}:
        raise PlanChangedError("the plan on screen is not the plan of the request")
    row.state = state
    row.decided_by, row.decided_by_name, row.decided_at = by.subject, by.name, now
    row.decision_reason = decision.reason or None
    session.add(_audit(row, decision.trigger, by, decision.reason or None, now))
    await session.flush()
    return row


def check_plan(row: ApprovalRow, plan: Mapping[str, Any]) -> None:
    """Raise PlanChangedError unless ``plan``, made anew, is what was asked for."""
    if plan_sha256(plan) != row.plan_sha256:
        raise PlanChangedError("what would be done now is not what was asked for")


async def find(
    session: AsyncSession, act: str, approval_id: UUID, *, agencies: frozenset[str] | None = None
) -> ApprovalRow:
    """Return a request of ``act``; raise ApprovalNotFoundError if ``agencies`` have none."""
    row = await session.get(ApprovalRow, approval_id)
    if row is None or row.act != act or not _may_see(row, agencies):
        raise ApprovalNotFoundError("no request of this id")
    return row


async def open_requests(
    session: AsyncSession, act: str, *, agencies: frozenset[str] | None = None, limit: int = 100
) -> Sequence[ApprovalRow]:
    """Return the requests of ``act`` that wait for their second person, the oldest first."""
    wanted = (
        select(ApprovalRow)
        .where(ApprovalRow.act == act, ApprovalRow.state == ApprovalState.REQUESTED)
        .order_by(ApprovalRow.requested_at, ApprovalRow.id)
        .limit(limit)
    )
    if agencies is not None:
        of_none = ApprovalRow.agency_code.is_(None)
        wanted = wanted.where(of_none | ApprovalRow.agency_code.in_(agencies))
    return (await session.scalars(wanted)).all()


async def open_request(
    session: AsyncSession, act: str, subject: str, *, agencies: frozenset[str] | None = None
) -> ApprovalRow | None:
    """Return the one request of ``act`` on ``subject`` that waits; None if ``agencies`` see none.

    One at most waits: PostgreSQL refuses a second one.
    """
    wanted = select(ApprovalRow).where(
        ApprovalRow.act == act,
        ApprovalRow.subject == subject,
        ApprovalRow.state == ApprovalState.REQUESTED,
    )
    row = await session.scalar(wanted)
    return row if row is not None and _may_see(row, agencies) else None


def _may_see(row: ApprovalRow, agencies: frozenset[str] | None) -> bool:
    return agencies is None or row.agency_code is None or row.agency_code in agencies


def _check_person(row: ApprovalRow, decision: Decision, by: Person) -> None:
    is_requester = by.subject == row.requested_by
    if decision.trigger is ApprovalTrigger.WITHDRAW:
        if not is_requester:
            raise NotYourRequestError("another person asked for this")
    elif is_requester:
        raise SamePersonError("the person who asked cannot decide")


def _audit(row: ApprovalRow, step: str, by: Person, reason: str | None, now: datetime) -> AuditRow:
    return AuditRow(
        id=new_id(), at=now, actor=by.subject, act=f"{row.act}.{step}", subject=row.subject,
        reason=reason, details={"approval_id": str(row.id), "plan_sha256": row.plan_sha256},
    )  # fmt: skip
