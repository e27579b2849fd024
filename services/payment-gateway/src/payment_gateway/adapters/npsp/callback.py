"""The platform's callback: verified as received, translated, answered in its dialect. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal

from payment_gateway.adapters.catalogue import bank_names
from payment_gateway.adapters.channel import Answer, Call, Forged, Outcome, Told, Unusable
from payment_gateway.adapters.npsp import dialect
from payment_gateway.adapters.reading import (
    Fields,
    UnreadableError,
    amount_of,
    bank_code_of,
    read_fields,
    wire_time_of,
)
from payment_gateway.domain.monies import Credit, Failure, channel_reference
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

_KIND: Final = "CONFIRM"
"""LoaiBanTin of a callback (to confirm)."""


class Reply(Enum):
    """What we answer: MaLoi and MoTaLoi. Only ``00`` ends the platform's tries."""

    ACCEPTED = ("00", "Thanh cong")
    UNKNOWN_REFERENCE = ("01", "Khong tim thay ma tham chieu")
    UNREADABLE = ("03", "Ban tin khong hop le")
    NOT_GENUINE = ("97", "Sai ma xac thuc")

    @property
    def code(self) -> str:
        """Return MaLoi."""
        return self.value[0]


@dataclass(frozen=True)
class Partner:
    """Who we are to the platform; ``secrets`` has the present one first."""

    code: str
    secrets: tuple[str, ...]
    agency_code: str
    """Owner of the merchant account."""


_REPLIES: Final = {
    Outcome.ACCEPTED: Reply.ACCEPTED,
    Outcome.REPEATED: Reply.ACCEPTED,
    Outcome.AMOUNT_DIFFERS: Reply.ACCEPTED,
    Outcome.UNKNOWN_REFERENCE: Reply.UNKNOWN_REFERENCE,
    Outcome.UNREADABLE: Reply.UNREADABLE,
    Outcome.NOT_GENUINE: Reply.NOT_GENUINE,
}


def hear(raw: bytes, partner: Partner) -> Told:
    """Return what a callback says, once its MaXacThuc is verified over what was received."""
    try:
        message = read_fields(raw)
        genuine = dialect.is_genuine(message, dialect.CALLBACK_FIELDS, partner.secrets)
    except UnreadableError:
        return Forged()  # What cannot be verified was not said by the platform.
    if not genuine:
        return Forged()
    if message["LoaiBanTin"] != _KIND:
        return Unusable("npsp-not-a-callback")
    if message["MaLoi"] != dialect.SUCCESS:
        return Failure(PaymentChannel.NPSP, message["MaThamChieu"], failure_code(message["MaLoi"]))
    return read_credit(message, partner, raw)


def read_credit(message: Fields, partner: Partner, raw: bytes) -> Credit | Unusable:
    """Return the money in a verified message; our own rows judge amount and payee later."""
    if message["MaTienTe"] != dialect.CURRENCY:
        return Unusable("npsp-other-currency")
    amount_vnd = amount_of(message["SoTien"])
    if amount_vnd is None:
        return Unusable("npsp-amount-unreadable")
    if not message["MaGiaoDich"]:
        return Unusable("npsp-without-transaction")
    bank_code = bank_code_of(message["MaNganHang"])
    return Credit(
        channel=PaymentChannel.NPSP,
        reference=message["MaThamChieu"],
        channel_reference=channel_reference(message["MaGiaoDich"]),
        amount_vnd=amount_vnd,
        bank_code=bank_code,
        bank_name=bank_names().get(bank_code or ""),
        booked_at=wire_time_of(message["ThoiGianGD"]),
        agency_code=partner.agency_code,
        is_ours=message["MaDoiTac"] == partner.code,
        raw=raw,
    )


def failure_code(code: str) -> str:
    """Return a failure's code as facts may carry it."""
    return f"npsp-{channel_reference(code)[:40]}"


def answer(raw: bytes, reply: Reply, partner: Partner, *, now: datetime) -> dict[str, str]:
    """Return our answer, signed with our own secret; never an echo of what came."""
    try:
        came = read_fields(raw)
    except UnreadableError:
        came = {}
    code, text = reply.value
    message = {
        "MaLoi": code,
        "MoTaLoi": text,
        "MaDoiTac": partner.code,
        "MaThamChieu": came.get("MaThamChieu", "")[:255].replace("|", ""),
        "ThoiGianGD": dialect.wire_time(now),
    }
    signature = dialect.sign(message, dialect.ANSWER_FIELDS, partner.secrets[0])
    return {**message, "MaXacThuc": signature}


@dataclass(frozen=True)
class NpspListener:
    """Hears the platform in the name of one partner."""

    partner: Partner
    method: Literal["POST"] = "POST"

    def hear(self, call: Call) -> Told:
        """Return what the platform says."""
        return hear(call.body, self.partner)

    def answer(self, call: Call, outcome: Outcome) -> Answer:
        """Return MaLoi and MoTaLoi, signed."""
        reply = answer(call.body, _REPLIES[outcome], self.partner, now=call.at)
        return Answer(200, reply)


def partner_of(settings: Settings) -> Partner:
    """Return who we are to the platform."""
    return Partner(settings.npsp_partner, settings.npsp_secrets, settings.npsp_agency)


def listener(settings: Settings) -> NpspListener:
    """Return who hears the platform."""
    return NpspListener(partner_of(settings))
