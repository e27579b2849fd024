"""Channels (kênh thanh toán) and banks: data, and what is asked of a counterpart and answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from payment_gateway.domain.monies import Credit
from shared.contracts.parts import Context, Line, Payee, PaymentChannel


@dataclass(frozen=True)
class Bank:
    """A bank or wallet that a payer may choose; ``code`` is its BIN, or a slug for a wallet."""

    code: str
    name: str
    full_name: str
    kind: str
    mark: str
    """Up to four letters on its tile."""

    @property
    def is_wallet(self) -> bool:
        """Tell whether it is a wallet, not a bank."""
        return self.kind == "wallet"


@dataclass(frozen=True)
class ChannelInfo:
    """One channel as payers may choose it."""

    code: PaymentChannel
    name: str
    kind: str
    min_vnd: int
    max_vnd: int
    banks: tuple[Bank, ...]

    @property
    def is_transfer(self) -> bool:
        """Tell whether the payer makes a transfer from any bank, by QR or by hand."""
        return self.kind == "transfer"

    def covers(self, amount_vnd: int) -> bool:
        """Tell whether the channel takes ``amount_vnd``."""
        return self.min_vnd <= amount_vnd <= self.max_vnd

    def bank(self, code: str) -> Bank | None:
        """Return the bank of that code, None if the channel does not reach it."""
        return next((bank for bank in self.banks if bank.code == code), None)


@dataclass(frozen=True)
class Order:
    """What a counterpart is asked to take, or asked about; nothing personal in it."""

    attempt_id: UUID
    payable_id: UUID
    channel: PaymentChannel
    reference: str
    amount_vnd: int
    bank_code: str | None
    dossier_code: str
    context: Context
    payee: Payee
    lines: tuple[Line, ...]
    created_at: datetime


@dataclass(frozen=True)
class Refused:
    """The counterpart will not, or did not, take the money; ``code`` is its own."""

    code: str


@dataclass(frozen=True)
class Redirect:
    """Where the payer goes on."""

    url: str


@dataclass(frozen=True)
class NotKnownYet:
    """The counterpart does not know, or does not answer: never a failure."""


Begun = Redirect | Refused
Standing = Credit | Refused | NotKnownYet

REFUNDS_BY_CALL: Final = frozenset(
    {PaymentChannel.VNPAY, PaymentChannel.MOMO, PaymentChannel.ZALOPAY}
)
"""Channels that give money back when they are asked to; the others' is paid by hand."""
