"""Parties and agencies, as their streams last told of them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.payer import Party
from receipt.tables import AgencyRow, PartyRow
from shared.contracts.dossier import AgencyPublished


async def store_party(
    session: AsyncSession, dossier_code: str, party: Party, *, sequence: int
) -> bool:
    """Keep ``party`` if nothing newer is known and nothing was redacted; tell whether it is kept.

    lephi.party is compacted: a relay that repeats an old record must not win (reliability.md 6.8).
    """
    statement = insert(PartyRow).values(
        dossier_code=dossier_code,
        sequence=sequence,
        payer=asdict(party.payer),
        id_numbers=list(party.id_numbers),
        phone_endings=list(party.phone_endings),
    )
    new = statement.excluded
    kept = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[PartyRow.dossier_code],
            set_={
                "sequence": new.sequence,
                "payer": new.payer,
                "id_numbers": new.id_numbers,
                "phone_endings": new.phone_endings,
            },
            where=(PartyRow.sequence < new.sequence) & ~PartyRow.redacted,
        ).returning(PartyRow.dossier_code)
    )
    return kept is not None


async def redact_party(session: AsyncSession, dossier_code: str) -> None:
    """Forget the people of ``dossier_code`` for good; what is printed stays, by law."""
    forgotten: dict[str, Any] = {
        "payer": None,
        "id_numbers": [],
        "phone_endings": [],
        "redacted": True,
    }
    statement = insert(PartyRow).values(dossier_code=dossier_code, sequence=0, **forgotten)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[PartyRow.dossier_code], set_=forgotten)
    )


async def phone_endings_of(session: AsyncSession, dossier_code: str) -> Sequence[str]:
    """Return the last four digits of the phones of a dossier's people; empty if none is known."""
    found = await session.scalar(
        select(PartyRow.phone_endings).where(PartyRow.dossier_code == dossier_code)
    )
    return found or ()


async def store_agency(session: AsyncSession, agency: AgencyPublished, *, sequence: int) -> None:
    """Keep ``agency`` if nothing newer is known."""
    statement = insert(AgencyRow).values(
        code=agency.agency_code,
        sequence=sequence,
        name=agency.name,
        parent_code=agency.parent_code,
        succeeded_by=agency.succeeded_by,
        valid_to=agency.valid_to,
    )
    new = statement.excluded
    columns = ("sequence", "name", "parent_code", "succeeded_by", "valid_to")
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[AgencyRow.code],
            set_={name: new[name] for name in columns},
            where=AgencyRow.sequence < new.sequence,
        )
    )


async def agencies_of(
    session: AsyncSession, agency_code: str, *, whole_tree: bool, today: date
) -> set[str]:
    """Return ``agency_code`` and those it succeeded; ``whole_tree``: and every agency below.

    A merger shows the predecessor's receipts from the day after its last one, not before.
    """
    known = select(AgencyRow.code).where(AgencyRow.code == agency_code)
    tree = known.cte("tree", recursive=True)
    theirs = (AgencyRow.succeeded_by == tree.c.code) & (AgencyRow.valid_to < today)
    if whole_tree:
        theirs |= AgencyRow.parent_code == tree.c.code
    tree = tree.union(select(AgencyRow.code).where(theirs))
    return {agency_code, *await session.scalars(select(tree.c.code))}
