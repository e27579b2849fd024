"""What the public reads of a dossier, put together for both doors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from payment_gateway.domain.payables import FeeState, Payable, PublicStatus, public_status
from payment_gateway.use_cases import look
from shared.db.driver import Reading

ReadFeeState = Callable[[Reading, str], Awaitable[FeeState | None]]


@dataclass(frozen=True)
class Found:
    """A dossier as far as its fee is known: a payable, or lephi.fee's last word."""

    dossier_code: str
    status: PublicStatus
    payable: Payable | None
    fee: FeeState | None


async def find(reading: Reading, dossier_code: str, read_fee_state: ReadFeeState) -> Found | None:
    """Return what is known of a dossier's fee; None if nothing was ever due or decided.

    An open or paid payable speaks for itself; else lephi.fee's last word, a view, is asked.
    """
    payable = await look.find_payable(reading, dossier_code)
    if payable is not None and payable.public_status is not PublicStatus.CANCELLED:
        return Found(dossier_code, payable.public_status, payable, None)
    fee = await read_fee_state(reading, dossier_code)
    status = public_status(payable, fee.word if fee is not None else None)
    if status is None:
        return None
    ended = status is PublicStatus.CANCELLED
    return Found(dossier_code, status, payable if ended else None, fee)
