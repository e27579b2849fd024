"""Forget the people of a dossier (xóa thông tin cá nhân), for good, at every holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.dossier import DossierNotFoundError
from dossier.repository import audit, dossiers, partner
from dossier.use_cases.look import find_visible
from shared import parked
from shared.contracts.dossier import PartyRedacted
from shared.contracts.envelope import Cause
from shared.contracts.party import TOPIC as PARTY
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.outbox import emit, emit_tombstone


@dataclass(frozen=True)
class Request:
    """Who asks, why, and of which agencies; None: of all."""

    by: str
    """Opaque subject id."""
    reason: str
    agencies: Sequence[str] | None


@dataclass(frozen=True)
class Redacted:
    """When the people were forgotten, and whether it was done now."""

    redacted_at: datetime
    is_new: bool


async def redact_party(
    session: AsyncSession, dossier_code: str, request: Request, *, cause: Cause, now: datetime
) -> Redacted:
    """Forget the dossier's people and tell every holder: PartyRedacted, and a tombstone.

    Later versions of the province do not bring them back. Asked again, nothing more is said.
    Raises DossierNotFoundError.
    """
    if request.agencies is not None:
        await find_visible(session, dossier_code, visible=request.agencies)
    row = await dossiers.lock_dossier(session, dossier_code)
    if row is None:
        raise DossierNotFoundError(dossier_code)
    if row.party_redacted_at is not None:
        return Redacted(row.party_redacted_at, is_new=False)
    row.party_redacted_at = now
    await dossiers.delete_party(session, dossier_code)
    await partner.forget_words(session, dossier_code)
    await parked.delete_bodies_of(session, dossier_code, by=request.by, now=now)
    audit.insert_audit(
        session,
        AuditRow(
            id=new_id(), at=now, actor=request.by, act="party.redact", subject=dossier_code,
            reason=request.reason, details={},
        ),
    )  # fmt: skip
    await session.flush()
    fact = PartyRedacted(dossier_code=dossier_code, redacted_at=now, by=request.by)
    await emit(session, fact, cause=cause, agency=row.receiving_agency, now=now)
    await emit_tombstone(session, PARTY, dossier_code)
    return Redacted(now, is_new=True)


async def forget_again(session: AsyncSession, dossier_code: str, *, by: str, now: datetime) -> None:
    """Delete what was parked of a dossier whose people were forgotten before it came."""
    row = await dossiers.find_dossier(session, dossier_code)
    if row is not None and row.party_redacted_at is not None:
        await parked.delete_bodies_of(session, dossier_code, by=by, now=now)
