"""Bodies of JSON and forms; never stored, never published."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from payment_gateway.domain.attempts import Status as AttemptStatus
from payment_gateway.domain.channels import ChannelInfo
from payment_gateway.domain.payables import FeeState, Payable, PublicStatus
from shared.contracts.parts import FeeKind

_Vnd = Annotated[int, Field(ge=0, description="đồng")]


class Item(BaseModel):
    """One fee line as the public reads it."""

    kind: FeeKind
    name: str
    amount_vnd: _Vnd


class PublicPayable(BaseModel):
    """What is due for a dossier; no person in it."""

    dossier_code: str
    procedure_name: str
    agency_name: str
    amount_vnd: _Vnd
    paid_vnd: _Vnd
    remaining_vnd: _Vnd
    status: PublicStatus
    items: list[Item]
    pay_url: str | None = Field(description="What the QR holds; none when nothing is due")


class BankChoice(BaseModel):
    """A bank or wallet."""

    code: str
    name: str


class ChannelChoice(BaseModel):
    """A channel that takes this amount."""

    code: str
    name: str
    kind: str
    min_vnd: _Vnd
    max_vnd: _Vnd
    banks: list[BankChoice]


class PayLink(PublicPayable):
    """A payable with the channels by which it can be paid."""

    channels: list[ChannelChoice]


class AttemptRequest(BaseModel):
    """What a payer chose."""

    channel: Annotated[str, Field(min_length=1, max_length=20)]
    bank: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class AttemptBegun(BaseModel):
    """Where the payer goes on, and the token for their browser."""

    attempt_id: str
    payer_token: str
    redirect_url: str


class ReceiptLink(BaseModel):
    """A receipt that the payer may open."""

    kind: FeeKind
    form_symbol: str
    serial_symbol: str
    number: int
    url: str


class AttemptState(BaseModel):
    """What became of an attempt; receipts once its money settled the payable."""

    status: AttemptStatus
    dossier_code: str
    amount_vnd: _Vnd
    receipts: list[ReceiptLink]


class LookUp(BaseModel):
    """The platform asks what is due for a dossier (dptracuuthanhtoanhs)."""

    MaHoSo: Annotated[str, Field(min_length=1, max_length=200)]


class LookedUp(BaseModel):
    """The answer: 1 something to pay, 0 nothing to pay, -1 error (domain.md 7.4)."""

    error_code: Literal[1, 0, -1]
    message: str
    MaHoSo: str | None = None
    SoTien: str | None = None
    TenTTHC: str | None = None
    TenDonVi: str | None = None
    TKThuHuong: str | None = None
    MaNHThuHuong: str | None = None
    TenTKThuHuong: str | None = None
    PhiLePhi: list[dict[str, str]] | None = None
    UrlThanhToan: str | None = None


def public_payable(payable: Payable, status: PublicStatus, *, pay_url: str | None) -> PublicPayable:
    """Return what the public reads of ``payable``."""
    return PublicPayable(
        dossier_code=payable.dossier_code,
        procedure_name=payable.context.procedure_name,
        agency_name=payable.payee.name,
        amount_vnd=payable.amount_vnd,
        paid_vnd=payable.paid_vnd,
        remaining_vnd=payable.remaining_vnd,
        status=status,
        items=[
            Item(kind=line.kind, name=line.name, amount_vnd=line.amount_vnd)
            for line in payable.lines
        ],
        pay_url=pay_url if payable.takes_money else None,
    )


def public_fee(dossier_code: str, status: PublicStatus, fee: FeeState) -> PublicPayable:
    """Return what the public reads of a dossier that owes nothing, or nothing yet."""
    return PublicPayable(
        dossier_code=dossier_code,
        procedure_name=fee.procedure_name,
        agency_name=fee.agency_name,
        amount_vnd=0,
        paid_vnd=0,
        remaining_vnd=0,
        status=status,
        items=[Item(kind=kind, name=name, amount_vnd=vnd) for kind, name, vnd in fee.items],
        pay_url=None,
    )


def channel_choice(channel: ChannelInfo) -> ChannelChoice:
    """Return a channel as a payer may choose it."""
    return ChannelChoice(
        code=channel.code.value,
        name=channel.name,
        kind=channel.kind,
        min_vnd=channel.min_vnd,
        max_vnd=channel.max_vnd,
        banks=[BankChoice(code=bank.code, name=bank.name) for bank in channel.banks],
    )


def looked_up(payable: Payable, pay_url: str) -> LookedUp:
    """Return the platform's answer for a payable that can be paid."""
    account = payable.payee.account
    return LookedUp(
        error_code=1,
        message="Co khoan phai nop",
        MaHoSo=payable.dossier_code,
        SoTien=str(payable.remaining_vnd),
        TenTTHC=payable.context.procedure_name,
        TenDonVi=payable.payee.name,
        TKThuHuong=account.number,
        MaNHThuHuong=account.bin,
        TenTKThuHuong=account.holder,
        PhiLePhi=[
            {
                "LoaiPhiLePhi": line.kind.value,
                "MaPhiLePhi": line.fee_code,
                "TenPhiLePhi": line.name,
                "SoTien": str(line.amount_vnd),
            }
            for line in payable.lines
        ],
        UrlThanhToan=pay_url,
    )
