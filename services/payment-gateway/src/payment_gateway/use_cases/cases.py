"""Cases (việc cần xử lý): what only a person can decide about a payable that was paid."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.payables import Payable
from payment_gateway.repository import decisions
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind, CaseOpened
from shared.ids import new_id
from shared.outbox import emit


@dataclass(frozen=True)
class Finding:
    """What a new version of the assessment means for a payable that was paid."""

    kind: CaseKind
    version: int
    difference_vnd: int


async def open_case(
    session: AsyncSession, payable: Payable, finding: Finding, *, cause: Cause, now: datetime
) -> None:
    """Open a case, once per version of the assessment that raises it."""
    opened = CaseOpened(
        dossier_code=payable.dossier_code,
        case_id=new_id(),
        kind=finding.kind,
        payment_id=payable.id,
        difference_vnd=finding.difference_vnd,
    )
    if await decisions.insert_case(session, opened, version=finding.version, now=now):
        await emit(session, opened, cause=cause, agency=payable.context.agency_code, now=now)
