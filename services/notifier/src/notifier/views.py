"""A view: which agency succeeded another, so that its officers see the messages of the old one."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.dossier import AgencyPublished
from shared.contracts.envelope import Envelope
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


class SuccessionRow(ViewBase):
    """Which agency succeeded another (sáp nhập); every column comes from lephi.dossier."""

    __tablename__ = "succession"

    code: Mapped[str] = mapped_column(primary_key=True)
    succeeded_by: Mapped[str | None]
    valid_to: Mapped[date | None]


def agency_published(event: Envelope[AgencyPublished]) -> Iterator[Put]:
    """Note an agency as it is published."""
    fact = event.data
    columns = {"succeeded_by": fact.succeeded_by, "valid_to": fact.valid_to}
    yield Put(row=SuccessionRow, key={"code": fact.agency_code}, columns=columns)


VIEWS: Final = (
    View(
        name="successions",
        version=1,
        rows=(SuccessionRow,),
        folds=(fold(AgencyPublished, agency_published),),
    ),
)


async def agencies_of(session: AsyncSession, code: str, *, today: date) -> tuple[str, ...]:
    """Return the codes of an agency and of those it succeeded, from the day after their last."""
    known = select(SuccessionRow.code).where(SuccessionRow.code == code)
    chain = known.cte("chain", recursive=True)
    ended = (SuccessionRow.succeeded_by == chain.c.code) & (SuccessionRow.valid_to < today)
    chain = chain.union(select(SuccessionRow.code).where(ended))
    found = await session.scalars(select(chain.c.code))
    return tuple({code, *found})
