"""What people look at: payables, attempts and the money they brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.channels import ChannelInfo
from payment_gateway.domain.errors import AttemptNotFoundError, LinkNotGenuineError
from payment_gateway.domain.payables import Payable, shown
from payment_gateway.repository import attempts as attempt_rows
from payment_gateway.repository import channels as channel_rows
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from shared.contracts.parts import Money
from shared.db.driver import Reading


@dataclass(frozen=True)
class Paid:
    """What a payer's own browser may know of an attempt."""

    attempt: Attempt
    payable: Payable
    money: Money | None
    settled_it: bool
    """Its money settled the payable: its payer may open the receipts."""


async def find_payable(session: AsyncSession | Reading, dossier_code: str) -> Payable | None:
    """Return the payable of a dossier that people see: the open one, else the newest."""
    return shown(await payable_rows.payables_of(session, dossier_code))


async def read_payable(session: AsyncSession, payable_id: UUID) -> Payable:
    """Return the payable that a link opens; raise LinkNotGenuineError if there is none."""
    payable = await payable_rows.read_payable(session, payable_id)
    if payable is None:
        raise LinkNotGenuineError("no such payable")
    return payable


async def offered_channels(session: AsyncSession, amount_vnd: int) -> Sequence[ChannelInfo]:
    """Return the channels that take ``amount_vnd``, each with its banks."""
    channels = await channel_rows.read_channels(session)
    return [channel for channel in channels if channel.covers(amount_vnd)]


async def read_paid(session: AsyncSession, attempt_id: UUID) -> Paid:
    """Return an attempt with what came of it; raise AttemptNotFoundError if there is none."""
    found = await attempt_rows.read_attempt(session, attempt_id)
    if found is None:
        raise AttemptNotFoundError("no such attempt")
    payable, attempt = found
    money = await money_rows.money_of_attempt(session, attempt.id)
    settled = payable.is_paid and money is not None and money.applied_vnd > 0
    return Paid(attempt, payable, money, settled)


async def payable_of_reference(session: AsyncSession, reference: str) -> UUID:
    """Return the payable of the attempt that a channel knows by ``reference``.

    Raises AttemptNotFoundError.
    """
    attempt = await attempt_rows.find_by_reference(session, reference)
    if attempt is None:
        raise AttemptNotFoundError("no attempt of this reference")
    return attempt.payable_id
