"""Receipts as they are looked for: by id, dossier, person, symbols, collector."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from receipt.domain.payer import Payer
from receipt.domain.places import Place
from receipt.domain.receipt import Receipt
from receipt.repository.files import file_of
from receipt.tables import PartyRow, ReceiptFileRow, ReceiptRow, RefundMarkRow, SeriesRow
from shared.contracts.receipt import ReceiptIssued
from shared.db.tables import AuditRow

_Successor = aliased(ReceiptRow)
_Found = Select[ReceiptRow, ReceiptFileRow, dict[str, Any], int]


async def find_receipt(session: AsyncSession, receipt_id: UUID) -> Receipt | None:
    """Return one receipt; None if there is none."""
    return await _one(session, _receipts().where(ReceiptRow.id == receipt_id))


async def find_by_place(session: AsyncSession, place: Place) -> Receipt | None:
    """Return the receipt at ``place``; None if it is not ours."""
    statement = (
        _receipts()
        .join(SeriesRow, SeriesRow.id == ReceiptRow.series_id)
        .where(
            SeriesRow.tax_code == place.tax_code,
            SeriesRow.form_symbol == place.form_symbol,
            SeriesRow.serial_symbol == place.serial_symbol,
            ReceiptRow.number == place.number,
        )
    )
    return await _one(session, statement.order_by(SeriesRow.year.desc()).limit(1))


async def find_by_hash(session: AsyncSession, sha256: str) -> Receipt | None:
    """Return the receipt whose stored file has this hash; None if no file of ours has it."""
    kept = or_(ReceiptFileRow.pdf_sha256 == sha256, ReceiptFileRow.xml_sha256 == sha256)
    return await _one(session, _receipts().where(kept))


async def list_of_dossier(session: AsyncSession, dossier_code: str) -> list[Receipt]:
    """Return the receipts of a dossier, newest first."""
    found = _receipts().where(ReceiptRow.dossier_code == dossier_code)
    return await _all(session, found.order_by(ReceiptRow.id.desc()))


async def list_of_person(
    session: AsyncSession, id_number: str, *, after: UUID | None, limit: int
) -> list[Receipt]:
    """Return the receipts of the dossiers of which this person is payer or owner, newest first."""
    own = select(PartyRow.dossier_code).where(PartyRow.id_numbers.contains([id_number]))
    return await _page(session, _receipts().where(ReceiptRow.dossier_code.in_(own)), after, limit)


async def list_of_collectors(
    session: AsyncSession, collectors: Collection[str], *, after: UUID | None, limit: int
) -> list[Receipt]:
    """Return the receipts that ``collectors`` issued, newest first."""
    found = _receipts().where(ReceiptRow.collector_code.in_(collectors))
    return await _page(session, found, after, limit)


def _receipts() -> _Found:
    refunded = (
        select(func.coalesce(func.sum(RefundMarkRow.amount_vnd), 0))
        .where(RefundMarkRow.receipt_id == ReceiptRow.id)
        .correlate(ReceiptRow)
        .scalar_subquery()
    )
    return (
        select(ReceiptRow, ReceiptFileRow, _Successor.fact, refunded)
        .join(ReceiptFileRow, ReceiptFileRow.receipt_id == ReceiptRow.id)
        .outerjoin(_Successor, _Successor.replaces == ReceiptRow.id)
    )


async def _one(session: AsyncSession, statement: _Found) -> Receipt | None:
    found = await _all(session, statement)
    return found[0] if found else None


async def _page(
    session: AsyncSession, statement: _Found, after: UUID | None, limit: int
) -> list[Receipt]:
    if after is not None:
        statement = statement.where(ReceiptRow.id < after)
    return await _all(session, statement.order_by(ReceiptRow.id.desc()).limit(limit))


async def _all(session: AsyncSession, statement: _Found) -> list[Receipt]:
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [
        _receipt(row, file, (successor, int(refunded_vnd)))
        for row, file, successor, refunded_vnd in rows
    ]


def _receipt(
    row: ReceiptRow, file: ReceiptFileRow, beside: tuple[dict[str, Any] | None, int]
) -> Receipt:
    successor, refunded_vnd = beside
    return Receipt(
        fact=ReceiptIssued.model_validate(row.fact),
        status=row.status,
        file=file_of(file),
        collector_code=row.collector_code,
        payer=None if row.payer is None else Payer(**row.payer),
        successor=None if successor is None else ReceiptIssued.model_validate(successor),
        refunded_vnd=refunded_vnd,
    )


def insert_audit(session: AsyncSession, row: AuditRow) -> None:
    """Record what a member of staff saw."""
    session.add(row)
