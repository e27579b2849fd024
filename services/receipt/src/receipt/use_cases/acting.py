"""Who acts on a receipt, for whom, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Correctable
from receipt.domain.errors import ReceiptNotFoundError, ReceiptReplacedError
from receipt.domain.lifecycles import LIFECYCLE, ReceiptTrigger
from receipt.repository import corrections
from shared.approvals import Person
from shared.contracts.envelope import Cause


@dataclass(frozen=True)
class Acting:
    """Who asks or decides now, and what made them."""

    by: Person
    cause: Cause
    now: datetime


async def correctable(
    session: AsyncSession, receipt_id: UUID, *, acting: Acting, lock: bool = True
) -> Correctable:
    """Return a receipt that its collector's people may correct, locked until the end.

    Raises ReceiptNotFoundError, also for people of others, and ReceiptReplacedError.
    """
    found = await corrections.read_correctable(session, receipt_id, lock=lock)
    theirs = acting.by.agencies
    if found is None or (theirs is not None and found.collector_code not in theirs):
        raise ReceiptNotFoundError
    if not LIFECYCLE.allows(found.status, ReceiptTrigger.SUCCEEDED):
        raise ReceiptReplacedError
    return found
