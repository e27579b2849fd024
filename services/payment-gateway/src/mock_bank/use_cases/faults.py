"""The faults that are asked for and used up."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import tellings
from mock_bank.domain.payments import Channel
from mock_bank.domain.tellings import Fault
from mock_bank.tables import FaultRow


async def ask_for_fault(
    session: AsyncSession, channel: Channel, fault: Fault, *, times: int, after_ms: int | None
) -> None:
    """Let the next ``times`` payments of ``channel`` meet ``fault``."""
    default = tellings.DEFAULT_DELAYS[fault] // timedelta(milliseconds=1)
    wait = default if after_ms is None else after_ms
    await repository.put_fault(
        session, {"channel": channel, "fault": fault, "remaining": times, "after_ms": wait}
    )


async def list_faults(session: AsyncSession) -> Sequence[FaultRow]:
    """Return the faults that still wait for a payment."""
    return await repository.list_faults(session)


async def clear_faults(session: AsyncSession) -> None:
    """Take all faults back."""
    await repository.delete_faults(session)


async def take_slowness(session: AsyncSession, channel: Channel) -> timedelta:
    """Use up one ``slow``; return how long the answer waits, zero if none was asked for."""
    taken = await repository.take_faults(session, channel, (Fault.SLOW,))
    return taken.get(Fault.SLOW, timedelta(0))
