"""Cases: opened, superseded, decided; and what of a payment has gone back already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.cases import ABOUT_ASSESSMENT, LIFECYCLE, Case, CaseStatus
from payment_gateway.domain.payables import Assessment
from payment_gateway.tables.cases import CaseRow
from payment_gateway.tables.payables import PayableRow
from shared.contracts.money import CaseKind, CaseOpened, CaseOutcome, RefundReason
from shared.contracts.parts import Line, Payee

_LINES: Final = TypeAdapter(tuple[Line, ...])


@dataclass(frozen=True)
class About:
    """What a new case is about, besides what is said of it."""

    version: int
    due: Assessment | None = None
    refund_reason: RefundReason | None = None
    money_id: UUID | None = None


@dataclass(frozen=True)
class Answer:
    """How a case ends, and who said so."""

    status: CaseStatus
    outcome: CaseOutcome
    by: str
    approved_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class OpenCase:
    """A case that waits for a person, with its dossier."""

    case: Case
    dossier_code: str
    collector_code: str
    procedure_name: str


async def insert_case(
    session: AsyncSession, opened: CaseOpened, about: About, *, now: datetime
) -> bool:
    """Store a new case; False if this version of the assessment raised it before."""
    due = about.due
    lines = [] if due is None else [line.model_dump(mode="json") for line in due.lines]
    statement = (
        insert(CaseRow)
        .values(
            id=opened.case_id, kind=opened.kind, payable_id=opened.payment_id,
            version=about.version, difference_vnd=opened.difference_vnd, opened_at=now,
            status=LIFECYCLE.initial, due_lines=lines, refund_reason=about.refund_reason,
            money_id=about.money_id, assessment_id=None if due is None else due.id,
            payee=None if due is None else due.payee.model_dump(mode="json"),
        )
        .on_conflict_do_nothing()
        .returning(CaseRow.id)
    )  # fmt: skip
    return await session.scalar(statement) is not None


async def about_assessment(session: AsyncSession, payables: Sequence[UUID]) -> Sequence[Case]:
    """Return the cases about the assessment of these payables, the newest first."""
    statement = (
        select(CaseRow)
        .where(CaseRow.payable_id.in_(payables), CaseRow.kind.in_(ABOUT_ASSESSMENT))
        .order_by(CaseRow.id.desc())
    )
    return [_case(row) for row in await session.scalars(statement)]


async def count_reversals(session: AsyncSession, payable_id: UUID) -> int:
    """Return how often a bank took back the money of a payable."""
    statement = select(func.count()).where(
        CaseRow.payable_id == payable_id, CaseRow.kind == CaseKind.MONEY_REVERSED
    )
    return await session.scalar(statement) or 0


async def open_reversal(session: AsyncSession, money_id: UUID) -> UUID | None:
    """Return the open case about a money that its bank took back."""
    statement = select(CaseRow.id).where(
        CaseRow.money_id == money_id, CaseRow.status == CaseStatus.OPEN
    )
    return await session.scalar(statement)


async def read_case(session: AsyncSession, case_id: UUID, *, lock: bool = False) -> OpenCase | None:
    """Return a case with its dossier; locked until the transaction ends where asked."""
    statement = _with_payable().where(CaseRow.id == case_id)
    if lock:
        statement = statement.with_for_update(of=CaseRow)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _open(row)


async def assessed_of(session: AsyncSession, case_id: UUID) -> tuple[UUID, Payee] | None:
    """Return assessment and payee of a case about an amount that is due; None where none is."""
    statement = select(CaseRow.assessment_id, CaseRow.payee).where(CaseRow.id == case_id)
    found = (await session.execute(statement)).one()
    if found.assessment_id is None or found.payee is None:
        return None
    return found.assessment_id, Payee.model_validate(found.payee)


async def open_cases(
    session: AsyncSession, agencies: Sequence[str], *, limit: int
) -> Sequence[OpenCase]:
    """Return cases of these agencies that wait for a person, oldest first."""
    statement = (
        _with_payable()
        .where(CaseRow.status == CaseStatus.OPEN, PayableRow.collector_code.in_(agencies))
        .order_by(CaseRow.id)
        .limit(limit)
    )
    return [_open(row) for row in await session.execute(statement)]


async def close_case(
    session: AsyncSession, case_id: UUID, answer: Answer, *, now: datetime
) -> None:
    """Store how a case ended; it is locked, or its payable is."""
    values = {
        "status": answer.status, "outcome": answer.outcome, "closed_by": answer.by,
        "approved_by": answer.approved_by, "reason": answer.reason, "closed_at": now,
    }  # fmt: skip
    await session.execute(update(CaseRow).where(CaseRow.id == case_id).values(values))


def _with_payable() -> Any:  # noqa: ANN401 - a Select of rows and columns
    return select(
        CaseRow,
        PayableRow.dossier_code,
        PayableRow.collector_code,
        PayableRow.context["procedure_name"].astext.label("procedure_name"),
    ).join(PayableRow, PayableRow.id == CaseRow.payable_id)


def _open(row: Any) -> OpenCase:  # noqa: ANN401 - a row of _with_payable
    return OpenCase(_case(row.CaseRow), row.dossier_code, row.collector_code, row.procedure_name)


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.id,
        kind=row.kind,
        payable_id=row.payable_id,
        version=row.version,
        difference_vnd=row.difference_vnd,
        due_lines=_LINES.validate_python(row.due_lines),
        refund_reason=row.refund_reason,
        money_id=row.money_id,
        status=row.status,
        outcome=row.outcome,
        opened_at=row.opened_at,
    )
