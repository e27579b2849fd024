"""Keep a settlement file: every version by its hash, the newest believed one in force."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.statements import FileFault, Sheet, Source
from payment_gateway.repository import statements
from payment_gateway.repository.statements import NewFile
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id


@dataclass(frozen=True)
class Came:
    """A file of one channel and day, as it came, and what its reader made of it."""

    channel: PaymentChannel
    day_on: date
    source: Source
    handed_in_by: str | None
    raw: bytes
    read: Sheet | FileFault


async def keep_file(session: AsyncSession, came: Came, *, now: datetime) -> FileFault | None:
    """Store a file that is new, or put an earlier one in force again; return why it is not.

    The same bytes again change nothing while they are in force.
    """
    await statements.lock_day(session, came.channel, came.day_on)
    sha256 = hashlib.sha256(came.raw).hexdigest()
    known = await statements.find_file(session, came.channel, came.day_on, sha256)
    if known is None:
        new = NewFile(
            new_id(), came.channel, came.day_on, sha256, came.source, came.handed_in_by,
            came.raw, came.read,
        )  # fmt: skip
        return (await statements.insert_file(session, new, now=now)).fault
    if known.fault is None:
        in_force = await statements.file_in_force(session, came.channel, came.day_on)
        if in_force is None or in_force.id != known.id:
            known.in_force_at = now
    return known.fault
