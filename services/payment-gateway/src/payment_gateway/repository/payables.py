"""Payables: read, locked, opened in bulk, amended, closed. Plain SQL: measured by P1 and P2."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.payables import HoldReason, Payable, Status
from shared.contracts.parts import Context, Line, Payee
from shared.db import driver

_LINES: Final = TypeAdapter(tuple[Line, ...])

COLUMNS: Final = """p.id, p.dossier_code, p.supplement_no, p.reference, p.assessment_id, p.version,
 p.status, p.hold_reason, p.amount_vnd, p.applied_vnd, p.held_vnd, p.context, p.payee, p.lines,
 p.opened_at, p.settled_at"""

_OF_DOSSIER: Final = f"""SELECT {COLUMNS} FROM payable p
 WHERE p.dossier_code = $1 ORDER BY p.supplement_no"""  # noqa: S608 -- constants only
_OF_DOSSIERS: Final = f"""SELECT {COLUMNS} FROM payable p
 WHERE p.dossier_code = ANY($1::text[]) ORDER BY p.dossier_code, p.supplement_no"""  # noqa: S608 -- constants only
_ONE: Final = f"SELECT {COLUMNS} FROM payable p WHERE p.id = $1"  # noqa: S608 -- constants only
_BY_REFERENCE: Final = f"SELECT {COLUMNS} FROM payable p WHERE p.reference = $1"  # noqa: S608 -- constants only

_OPEN: Final = """
INSERT INTO payable (id, dossier_code, supplement_no, reference, assessment_id, version, status,
  amount_vnd, applied_vnd, held_vnd, agency_code, collector_code, context, payee, lines,
  correlation_id, opened_at)
SELECT n.id, n.code, n.supplement, n.reference, n.assessment, n.version, $1, n.amount, 0, 0,
  n.agency, n.collector, n.context::jsonb, n.payee::jsonb, n.lines::jsonb, n.correlation, $2
FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::uuid[], $8::bigint[],
  $9::bigint[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::uuid[])
  AS n (id, code, supplement, reference, assessment, version, amount, agency, collector, context,
    payee, lines, correlation)
ON CONFLICT (dossier_code, supplement_no) DO NOTHING RETURNING id
"""
_AMEND: Final = """
UPDATE payable SET assessment_id = $2, version = $3, amount_vnd = $4, collector_code = $5,
  payee = $6::text::jsonb, lines = $7::text::jsonb WHERE id = $1
"""


@dataclass(frozen=True)
class Opening:
    """A payable to store, and the journey it belongs to."""

    payable: Payable
    correlation_id: UUID


def payable_of(row: Mapping[str, Any]) -> Payable:
    """Return the payable in a row that has COLUMNS."""
    hold_reason = row["hold_reason"]
    return Payable(
        id=row["id"],
        dossier_code=row["dossier_code"],
        supplement_no=row["supplement_no"],
        reference=row["reference"],
        assessment_id=row["assessment_id"],
        version=row["version"],
        status=Status(row["status"]),
        hold_reason=None if hold_reason is None else HoldReason(hold_reason),
        amount_vnd=row["amount_vnd"],
        applied_vnd=row["applied_vnd"],
        held_vnd=row["held_vnd"],
        context=Context.model_validate(row["context"]),
        payee=Payee.model_validate(row["payee"]),
        lines=_LINES.validate_python(row["lines"]),
        opened_at=row["opened_at"],
        settled_at=row["settled_at"],
    )


async def payables_of(
    session: AsyncSession | driver.Reading, dossier_code: str
) -> Sequence[Payable]:
    """Return all payables of a dossier, the oldest first."""
    return [payable_of(row) for row in await driver.fetch(session, _OF_DOSSIER, dossier_code)]


async def lock_payables_of(
    session: AsyncSession, dossier_codes: Sequence[str]
) -> Mapping[str, Sequence[Payable]]:
    """Return the payables of several dossiers by code, locked in one order."""
    found: dict[str, list[Payable]] = defaultdict(list)
    rows = await driver.fetch(session, f"{_OF_DOSSIERS} FOR UPDATE", sorted(dossier_codes))
    for row in rows:
        found[row["dossier_code"]].append(payable_of(row))
    return found


async def read_payable(session: AsyncSession, payable_id: UUID) -> Payable | None:
    """Return one payable."""
    row = await driver.fetchrow(session, _ONE, payable_id)
    return None if row is None else payable_of(row)


async def lock_payable(session: AsyncSession, payable_id: UUID) -> Payable | None:
    """Return one payable, locked until the transaction ends."""
    row = await driver.fetchrow(session, f"{_ONE} FOR UPDATE", payable_id)
    return None if row is None else payable_of(row)


async def lock_by_reference(session: AsyncSession, reference: str) -> Payable | None:
    """Return the payable of one of our own references, locked until the transaction ends."""
    row = await driver.fetchrow(session, f"{_BY_REFERENCE} FOR UPDATE", reference)
    return None if row is None else payable_of(row)


async def correlation_of(session: AsyncSession, payable_id: UUID) -> UUID | None:
    """Return the journey that a payable belongs to."""
    found: UUID | None = await driver.fetchval(
        session, "SELECT correlation_id FROM payable WHERE id = $1", payable_id
    )
    return found


async def open_payables(
    session: AsyncSession, openings: Sequence[Opening], *, now: datetime
) -> set[UUID]:
    """Store new payables in one statement; return the ids of those that were not there before."""
    if not openings:
        return set()
    new = [each.payable for each in openings]
    rows = await driver.fetch(
        session,
        _OPEN,
        Status.OPEN.value,
        now,
        [each.id for each in new],
        [each.dossier_code for each in new],
        [each.supplement_no for each in new],
        [each.reference for each in new],
        [each.assessment_id for each in new],
        [each.version for each in new],
        [each.amount_vnd for each in new],
        [each.context.agency_code for each in new],
        [each.payee.agency_code for each in new],
        [each.context.model_dump_json() for each in new],
        [each.payee.model_dump_json() for each in new],
        [_lines_json(each.lines) for each in new],
        [each.correlation_id for each in openings],
    )
    return {row["id"] for row in rows}


async def amend_payable(session: AsyncSession, payable: Payable) -> None:
    """Store what a new version of the assessment changed."""
    await driver.execute(
        session,
        _AMEND,
        payable.id,
        payable.assessment_id,
        payable.version,
        payable.amount_vnd,
        payable.payee.agency_code,
        payable.payee.model_dump_json(),
        _lines_json(payable.lines),
    )


async def note_version(session: AsyncSession, payable_id: UUID, version: int) -> None:
    """Remember that a later version was heard, though it changed nothing."""
    await driver.execute(
        session,
        "UPDATE payable SET version = greatest(version, $2) WHERE id = $1",
        payable_id,
        version,
    )


async def close_payable(
    session: AsyncSession, payable_id: UUID, status: Status, *, now: datetime
) -> None:
    """Store that a payable ended unpaid; what was held for it is held no more."""
    await driver.execute(
        session,
        "UPDATE payable SET status = $2, hold_reason = NULL, held_vnd = 0, closed_at = $3"
        " WHERE id = $1",
        payable_id,
        status.value,
        now,
    )


def _lines_json(lines: Sequence[Line]) -> str:
    return _LINES.dump_json(tuple(lines)).decode()
