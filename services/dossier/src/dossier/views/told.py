"""What the province was told of a dossier, and what it answered."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.dossier import PartnerFactAcknowledged, PartnerFactLate, PartnerFactSent
from shared.contracts.envelope import Envelope
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold

UNANSWERED: Final = "answered_at IS NULL OR result = 'loi'"
"""The province has not said that it has the fact."""


class ToldRow(ViewBase):
    """One fact for the province, and whether it was acknowledged; from ``lephi.dossier``."""

    __tablename__ = "told"
    __table_args__ = (
        Index("ix_told_refused", "dossier_code", postgresql_where=text("result = 'loi'")),
        Index("ix_told_open", "dossier_code", postgresql_where=text(UNANSWERED)),
    )

    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str | None] = mapped_column(index=True)
    fact_type: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    result: Mapped[str | None]
    reason_code: Mapped[str | None]
    late_level: Mapped[str | None]


def _told(fact_id: UUID, **columns: Any) -> Put:  # noqa: ANN401
    return Put(row=ToldRow, key={"fact_id": fact_id}, columns=columns)


def told_sent(event: Envelope[PartnerFactSent]) -> Iterator[Put]:
    """A fact for the province left; sent again, it awaits its answer anew."""
    fact = event.data
    yield _told(
        fact.fact_id,
        dossier_code=fact.dossier_code,
        fact_type=fact.fact_type.value,
        sent_at=event.time,
        answered_at=None,
        result=None,
        reason_code=None,
        late_level=None,
    )


def told_answered(event: Envelope[PartnerFactAcknowledged]) -> Iterator[Put]:
    """The province answered."""
    fact = event.data
    yield _told(
        fact.fact_id,
        answered_at=event.time,
        result=fact.result.value,
        reason_code=fact.reason_code,
    )


def told_late(event: Envelope[PartnerFactLate]) -> Iterator[Put]:
    """The province has not answered in time."""
    yield _told(event.data.fact_id, late_level=event.data.level.value)


TOLD: Final = View(
    name="told",
    version=4,
    rows=(ToldRow,),
    folds=(
        fold(PartnerFactSent, told_sent),
        fold(PartnerFactAcknowledged, told_answered),
        fold(PartnerFactLate, told_late),
    ),
)
