"""The view of agencies: names, trees, successors."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.dossier import AgencyPublished
from shared.contracts.envelope import Envelope
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


class AgencyRow(ViewBase):
    """An agency by its code; every column comes from lephi.dossier."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None]
    succeeded_by: Mapped[str | None]
    valid_to: Mapped[date | None]


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


AGENCIES: Final = View(
    name="agencies",
    version=2,
    rows=(AgencyRow,),
    folds=(fold(AgencyPublished, agency_published),),
)
