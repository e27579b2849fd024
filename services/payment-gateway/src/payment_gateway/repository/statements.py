"""Settlement files: every version kept by its hash, one of them in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.debits import Debit
from payment_gateway.domain.monies import CreditedAccount
from payment_gateway.domain.statements import (
    FileFault,
    RowFault,
    Sheet,
    Source,
    StatementLine,
)
from payment_gateway.tables.statements import (
    StatementFileRow,
    StatementKeptRow,
    StatementLineRow,
)
from shared.contracts.parts import PaymentChannel
from shared.db import driver


@dataclass(frozen=True)
class NewFile:
    """A file as it came, and what was read of it: a sheet, or why it is not believed."""

    id: UUID
    channel: PaymentChannel
    day_on: date
    sha256: str
    source: Source
    handed_in_by: str | None
    raw: bytes
    read: Sheet | FileFault


@dataclass(frozen=True)
class Version:
    """One version of a day's file, for people."""

    id: UUID
    channel: PaymentChannel
    version: int
    sha256: str
    source: Source
    first_at: datetime
    fault: FileFault | None
    line_count: int
    kept_count: int
    sum_vnd: int
    is_in_force: bool


@dataclass(frozen=True)
class KeptLine:
    """A row that was set apart, for people."""

    channel: PaymentChannel
    line_no: int
    fault: RowFault
    raw: str


async def lock_day(session: AsyncSession, channel: PaymentChannel, day_on: date) -> None:
    """Let whoever works on a channel's day wait for the other, whatever their process."""
    name = f"reconcile {channel.value} {day_on.isoformat()}"
    await driver.execute(session, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)


async def find_file(
    session: AsyncSession, channel: PaymentChannel, day_on: date, sha256: str
) -> StatementFileRow | None:
    """Return the version of these very bytes; None if they never came."""
    return await session.scalar(
        select(StatementFileRow).where(
            StatementFileRow.channel == channel,
            StatementFileRow.day_on == day_on,
            StatementFileRow.sha256 == sha256,
        )
    )


async def file_in_force(
    session: AsyncSession, channel: PaymentChannel, day_on: date
) -> StatementFileRow | None:
    """Return the file that counts for a day; None if none was ever believed."""
    return await session.scalar(
        select(StatementFileRow)
        .where(
            StatementFileRow.channel == channel,
            StatementFileRow.day_on == day_on,
            StatementFileRow.in_force_at.is_not(None),
        )
        .order_by(StatementFileRow.in_force_at.desc(), StatementFileRow.version.desc())
        .limit(1)
    )


async def insert_file(session: AsyncSession, new: NewFile, *, now: datetime) -> StatementFileRow:
    """Store a new version with its lines and the rows set apart; the day is locked."""
    newest = await session.scalar(
        select(func.max(StatementFileRow.version)).where(
            StatementFileRow.channel == new.channel, StatementFileRow.day_on == new.day_on
        )
    )
    sheet = new.read if isinstance(new.read, Sheet) else Sheet((), ())
    row = StatementFileRow(
        id=new.id, channel=new.channel, day_on=new.day_on, version=(newest or 0) + 1,
        sha256=new.sha256, source=new.source, handed_in_by=new.handed_in_by, first_at=now,
        in_force_at=now if isinstance(new.read, Sheet) else None,
        fault=None if isinstance(new.read, Sheet) else new.read,
        line_count=len(sheet.lines), kept_count=len(sheet.kept), sum_vnd=sheet.sum_vnd,
        raw=new.raw,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if sheet.lines:
        await session.execute(insert(StatementLineRow), [_line(new.id, x) for x in sheet.lines])
    if sheet.kept:
        rows = [{"file_id": new.id, **vars(each)} for each in sheet.kept]
        await session.execute(insert(StatementKeptRow), rows)
    return row


async def lines_of(session: AsyncSession, file_id: UUID) -> Sequence[StatementLine]:
    """Return the lines of a file, in its order."""
    rows = await driver.fetch(
        session, "SELECT * FROM statement_line WHERE file_id = $1 ORDER BY line_no", file_id
    )
    return [
        StatementLine(
            line_no=row["line_no"],
            channel_reference=row["channel_reference"],
            reference=row["reference"],
            amount_vnd=row["amount_vnd"],
            bank_code=row["bank_code"],
            booked_at=row["booked_at"],
            account=CreditedAccount(row["account_bin"] or "", row["account_number"])
            if row["account_number"]
            else None,
        )
        for row in rows
    ]


async def kept_references(session: AsyncSession, file_id: UUID) -> Mapping[str, int]:
    """Return which money the rows set apart still name, by its reference."""
    statement = select(StatementKeptRow).where(
        StatementKeptRow.file_id == file_id, StatementKeptRow.channel_reference.is_not(None)
    )
    found = await session.scalars(statement)
    return {str(row.channel_reference): row.line_no for row in found}


async def debits_of(session: AsyncSession, file_id: UUID) -> Sequence[Debit]:
    """Return the rows set apart that say how much left, one per reference."""
    statement = (
        select(StatementKeptRow)
        .where(
            StatementKeptRow.file_id == file_id,
            StatementKeptRow.debit_vnd.is_not(None),
            StatementKeptRow.channel_reference.is_not(None),
        )
        .order_by(StatementKeptRow.line_no.desc())
    )
    rows = await session.scalars(statement)
    found = {row.channel_reference: row for row in rows}
    return [
        Debit(row.line_no, reference, row.debit_vnd)
        for reference, row in sorted(found.items(), key=lambda each: each[1].line_no)
        if reference is not None and row.debit_vnd is not None
    ]


async def versions_of(session: AsyncSession, day_on: date) -> Sequence[Version]:
    """Return all versions of a day's files, each channel's newest first."""
    statement = (
        select(StatementFileRow)
        .where(StatementFileRow.day_on == day_on)
        .order_by(StatementFileRow.channel, StatementFileRow.version.desc())
    )
    rows = (await session.scalars(statement)).all()
    in_force: dict[PaymentChannel, StatementFileRow] = {}
    for row in rows:
        before = in_force.get(row.channel)
        if row.in_force_at is not None and (before is None or _later(row, before)):
            in_force[row.channel] = row
    return [
        Version(
            id=row.id, channel=row.channel, version=row.version, sha256=row.sha256,
            source=row.source, first_at=row.first_at, fault=row.fault, line_count=row.line_count,
            kept_count=row.kept_count, sum_vnd=row.sum_vnd,
            is_in_force=in_force.get(row.channel) is row,
        )
        for row in rows
    ]  # fmt: skip


async def kept_lines(
    session: AsyncSession, files: Sequence[UUID], *, limit: int
) -> Sequence[KeptLine]:
    """Return the rows of these files that are set apart."""
    statement = (
        select(StatementKeptRow, StatementFileRow.channel)
        .join(StatementFileRow, StatementFileRow.id == StatementKeptRow.file_id)
        .where(StatementKeptRow.file_id.in_(files))
        .order_by(StatementFileRow.channel, StatementKeptRow.line_no)
        .limit(limit)
    )
    return [
        KeptLine(channel, row.line_no, row.fault, row.raw)
        for row, channel in await session.execute(statement)
    ]


def _later(row: StatementFileRow, before: StatementFileRow) -> bool:
    mine, theirs = row.in_force_at, before.in_force_at
    return mine is not None and theirs is not None and mine > theirs


def _line(file_id: UUID, line: StatementLine) -> dict[str, object]:
    return {
        "file_id": file_id,
        "line_no": line.line_no,
        "channel_reference": line.channel_reference,
        "reference": line.reference,
        "amount_vnd": line.amount_vnd,
        "bank_code": line.bank_code,
        "booked_at": line.booked_at,
        "account_bin": line.account.bin if line.account is not None else None,
        "account_number": line.account.number if line.account is not None else None,
    }
