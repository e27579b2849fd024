"""The view of dossiers that ended, and what is still due of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain.payables import TAKES_MONEY
from shared.contracts.dossier import DossierClosed
from shared.contracts.envelope import Envelope
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


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


CLOSED_DOSSIERS: Final = View(
    name="closed-dossiers",
    version=1,
    rows=(ClosedDossierRow,),
    folds=(fold(DossierClosed, dossier_closed),),
)
