"""Views: what lephi.fee last said of a dossier, its end, a payment's receipts, and agencies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain.payables import TAKES_MONEY, FeeState, FeeWord
from shared.contracts.dossier import AgencyPublished, DossierClosed
from shared.contracts.envelope import Envelope
from shared.contracts.fee import FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.contracts.parts import FeeKind, Line
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold

T = TypeVar("T")


class FeeStateRow(ViewBase):
    """What lephi.fee last said of a dossier; every column comes from lephi.fee."""

    __tablename__ = "fee_state"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[FeeWord]
    procedure_name: Mapped[str | None]
    agency_name: Mapped[str | None]
    items: Mapped[list[dict[str, Any]] | None]


class PaymentReceiptRow(ViewBase):
    """A receipt of a payment, for the page of its payer; every column comes from lephi.receipt."""

    __tablename__ = "payment_receipt"

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[FeeKind | None]
    form_symbol: Mapped[str | None]
    serial_symbol: Mapped[str | None]
    number: Mapped[int | None]
    total_vnd: Mapped[int | None]
    issued_at: Mapped[datetime | None]
    file_ready_at: Mapped[datetime | None]


class AgencyRow(ViewBase):
    """An agency by its code; every column comes from lephi.dossier."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None]
    succeeded_by: Mapped[str | None]
    valid_to: Mapped[date | None]


def _items(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {"kind": line.kind.value, "name": line.name, "amount_vnd": line.amount_vnd}
        for line in lines
    ]


def fee_said(
    event: Envelope[FeePending] | Envelope[FeeAssessed] | Envelope[FeeExempted], word: FeeWord
) -> Iterator[Put]:
    """Note what is said of a dossier's fee."""
    fact = event.data
    yield Put(
        row=FeeStateRow,
        key={"dossier_code": fact.dossier_code},
        columns={
            "word": word,
            "procedure_name": fact.context.procedure_name,
            "agency_name": fact.context.agency_name,
            "items": _items(fact.lines),
        },
    )


def fee_pending(event: Envelope[FeePending]) -> Iterator[Put]:
    """Note that no amount can be said yet."""
    yield from fee_said(event, FeeWord.PENDING)


def fee_assessed(event: Envelope[FeeAssessed]) -> Iterator[Put]:
    """Note that an amount is due; its payable is on the way."""
    yield from fee_said(event, FeeWord.ASSESSED)


def fee_exempted(event: Envelope[FeeExempted]) -> Iterator[Put]:
    """Note that nothing is due, and why is fee's to show."""
    yield from fee_said(event, FeeWord.EXEMPTED)


def fee_withdrawn(event: Envelope[FeeWithdrawn]) -> Iterator[Put]:
    """Note that an assessment ended; names and lines stay as they were said."""
    yield Put(
        row=FeeStateRow,
        key={"dossier_code": event.data.dossier_code},
        columns={"word": FeeWord.WITHDRAWN},
    )


def receipt_issued(event: Envelope[ReceiptIssued]) -> Iterator[Put]:
    """Note a receipt's number; a replacement stands beside the one that it replaces."""
    fact = event.data
    yield Put(
        row=PaymentReceiptRow,
        key={"receipt_id": fact.receipt_id},
        columns={
            "payment_id": fact.payment_id,
            "kind": fact.kind,
            "form_symbol": fact.form_symbol,
            "serial_symbol": fact.serial_symbol,
            "number": fact.number,
            "total_vnd": fact.total_vnd,
            "issued_at": fact.issued_at,
        },
    )


def receipt_file_ready(event: Envelope[ReceiptFileReady]) -> Iterator[Put]:
    """Note that the receipt's file can be opened."""
    yield Put(
        row=PaymentReceiptRow,
        key={"receipt_id": event.data.receipt_id},
        columns={"file_ready_at": event.time},
    )


def agency_published(event: Envelope[AgencyPublished]) -> Iterator[Put]:
    """Note an agency as it is published."""
    fact = event.data
    yield Put(
        row=AgencyRow,
        key={"code": fact.agency_code},
        columns={
            "name": fact.name,
            "parent_code": fact.parent_code,
            "succeeded_by": fact.succeeded_by,
            "valid_to": fact.valid_to,
        },
    )


class ClosedDossierRow(ViewBase):
    """A dossier whose result was handed over; every column comes from lephi.dossier."""

    __tablename__ = "closed_dossier"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]


def dossier_closed(event: Envelope[DossierClosed]) -> Iterator[Put]:
    """Note that the result was handed over; a debt that is left stays due."""
    yield Put(
        row=ClosedDossierRow,
        key={"dossier_code": event.data.dossier_code},
        columns={"closed_at": event.data.closed_at},
    )


VIEWS: Final = (
    View(
        name="fee-state",
        version=1,
        rows=(FeeStateRow,),
        folds=(
            fold(FeePending, fee_pending),
            fold(FeeAssessed, fee_assessed),
            fold(FeeExempted, fee_exempted),
            fold(FeeWithdrawn, fee_withdrawn),
        ),
    ),
    View(
        name="payment-receipts",
        version=1,
        rows=(PaymentReceiptRow,),
        folds=(fold(ReceiptIssued, receipt_issued), fold(ReceiptFileReady, receipt_file_ready)),
    ),
    View(
        name="closed-dossiers",
        version=1,
        rows=(ClosedDossierRow,),
        folds=(fold(DossierClosed, dossier_closed),),
    ),
    View(
        name="agencies",
        version=2,
        rows=(AgencyRow,),
        folds=(fold(AgencyPublished, agency_published),),
    ),
)


@dataclass(frozen=True)
class KnownReceipt:
    """A receipt of a payment, as its payer's page shows it."""

    receipt_id: UUID
    kind: FeeKind
    form_symbol: str
    serial_symbol: str
    number: int
    total_vnd: int
    has_file: bool


async def fee_state(session: AsyncSession, dossier_code: str) -> FeeState | None:
    """Return what lephi.fee last said of a dossier; None if it said nothing."""
    row = await session.get(FeeStateRow, dossier_code)
    if row is None:
        return None
    items = tuple(
        (FeeKind(each["kind"]), str(each["name"]), int(each["amount_vnd"]))
        for each in row.items or []
    )
    return FeeState(row.word, row.procedure_name or "", row.agency_name or "", items)


async def receipts_of(session: AsyncSession, payment_id: UUID) -> Sequence[KnownReceipt]:
    """Return the receipts of a payment whose numbers are given, phí before lệ phí."""
    statement = (
        select(PaymentReceiptRow)
        .where(PaymentReceiptRow.payment_id == payment_id, PaymentReceiptRow.number.is_not(None))
        .order_by(PaymentReceiptRow.kind.desc(), PaymentReceiptRow.number)
    )
    return [_known(row) for row in await session.scalars(statement)]


@dataclass(frozen=True)
class Debt:
    """What is left to pay of a dossier whose result was handed over."""

    dossier_code: str
    procedure_name: str
    remaining_vnd: int
    closed_at: datetime


_DEBTS: Final = text(
    "SELECT p.dossier_code, p.context->>'procedure_name' AS procedure_name,"
    " p.amount_vnd - p.applied_vnd - p.held_vnd AS remaining_vnd, c.closed_at"
    " FROM payable p JOIN view.closed_dossier c USING (dossier_code)"
    " WHERE p.status = ANY(:takers) AND (p.agency_code = ANY(:codes)"
    " OR p.collector_code = ANY(:codes)) ORDER BY c.closed_at, p.id LIMIT :limit"
)


async def debts_of_closed(
    session: AsyncSession, agencies: Sequence[str], *, limit: int
) -> Sequence[Debt]:
    """Return what is still due of dossiers that ended (status 10), the longest ended first."""
    asked = {"takers": list(TAKES_MONEY), "codes": list(agencies), "limit": limit}
    return [Debt(*row) for row in await session.execute(_DEBTS, asked)]


async def agencies_of(
    session: AsyncSession, code: str, *, whole_tree: bool, today: date
) -> Sequence[str]:
    """Return the codes of an agency and of those it succeeded; ``whole_tree``: and of all below.

    A merger shows the predecessor's money from the day after its last one, not before.
    """
    tree = select(AgencyRow.code).where(AgencyRow.code == code).cte("tree", recursive=True)
    theirs = (AgencyRow.succeeded_by == tree.c.code) & (AgencyRow.valid_to < today)
    if whole_tree:
        theirs |= AgencyRow.parent_code == tree.c.code
    tree = tree.union(select(AgencyRow.code).where(theirs))
    found = (await session.scalars(select(tree.c.code))).all()
    return found or [code]


def _known(row: PaymentReceiptRow) -> KnownReceipt:
    return KnownReceipt(
        receipt_id=row.receipt_id, kind=_given(row.kind), form_symbol=_given(row.form_symbol),
        serial_symbol=_given(row.serial_symbol), number=_given(row.number),
        total_vnd=_given(row.total_vnd), has_file=row.file_ready_at is not None,
    )  # fmt: skip


def _given(value: T | None) -> T:
    if value is None:
        raise LookupError("a receipt with a number but without its other columns")
    return value
