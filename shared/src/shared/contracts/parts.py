"""Values that several facts carry: who is paid, for what, by which law, through which channel.

Every string is a closed enum, a pattern, an id, or one of the official names listed here
(``OfficialName`` and its siblings); personal data and free text never travel on a kept stream.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Code, Part
from shared.money import MAX_VND, PositiveVnd, Vnd

_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]+$"

OfficialName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=_PRINTABLE,
        json_schema_extra={"x-official-name": "procedure, agency, fee, account holder"},
    ),
]
"""A name that an act or a register fixes: a procedure, an agency, a fee, an agency's account."""

OfficialAddress = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=_PRINTABLE,
        json_schema_extra={"x-official-name": "address of an agency"},
    ),
]
"""The published address of an agency; never a person's."""

LegalBasis = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=_PRINTABLE,
        json_schema_extra={"x-official-name": "legal basis"},
    ),
]
"""The act and article that an amount rests on (căn cứ)."""

AgencyCode = Annotated[str, Field(pattern=r"^[0-9A-Z](\.?[0-9A-Z]){0,34}$", max_length=35)]
"""Electronic id of an agency (mã định danh), at most 35 characters (QĐ 20/2020/QĐ-TTg)."""

TaxCode = Annotated[str, Field(pattern=r"^(\d{10}(-\d{3})?|\d{12,13})$")]
"""Mã số thuế of an organisation."""

OfficePhone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ().-]{2,19}$")]
"""The published telephone of an agency; never a person's."""

BankBin = Annotated[str, Field(pattern=r"^\d{6}$")]
AccountNumber = Annotated[str, Field(pattern=r"^[0-9A-Z.-]{1,30}$")]

ChannelReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A reference that a counterpart made, or its SHA-256 where it has other characters."""

OwnReference = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]
"""Our short reference in a transfer's purpose (domain.md 8)."""

StaffId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
"""Opaque subject id of a member of staff; ``system`` where a rule acted."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

NationalStatus = Annotated[int, Field(strict=True, ge=1, le=10)]
"""TrangThaiHoSo, the national status of a dossier (domain.md 3)."""

Version = Annotated[int, Field(strict=True, ge=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
SignedVnd = Annotated[int, Field(strict=True, ge=-MAX_VND, le=MAX_VND)]
"""A difference in đồng."""


class FeeKind(StrEnum):
    """Phí pays for a service, lệ phí is a fixed sum; each has its own receipt."""

    PHI = "phi"
    LE_PHI = "le_phi"


class FilingChannel(StrEnum):
    """How a dossier was filed."""

    COUNTER = "counter"
    ONLINE = "online"


class PaymentTiming(StrEnum):
    """When the fee is due (hình thức thu)."""

    BEFORE = "before"
    AFTER = "after"
    FREE = "free"


class PaymentChannel(StrEnum):
    """The way money takes to us (kênh thanh toán)."""

    NPSP = "npsp"
    VNPAY = "vnpay"
    MOMO = "momo"
    ZALOPAY = "zalopay"
    VIETQR = "vietqr"
    CASH = "cash"


class PaymentMethod(StrEnum):
    """What a receipt prints: cash, transfer, or both."""

    CASH = "TM"
    TRANSFER = "CK"
    BOTH = "TM+CK"


class Explanation(StrEnum):
    """How the amount of a line was found; each has its sentence on *Vì sao có số tiền này*."""

    FLAT = "flat"
    PER_COPY = "per_copy"
    TIERS = "tiers"
    TIERS_CAPPED = "tiers_capped"
    WITH_EXTRA = "with_extra"
    DECLARED = "declared"
    """No tariff of ours: as declared by the province's system, with its legal basis."""
    EXEMPT = "exempt"
    NO_TARIFF = "no_tariff"
    """Nothing fits; the line waits and nothing is guessed."""


class Quantities(Part):
    """Copies made, and pages of the original."""

    copies: Annotated[int, Field(strict=True, ge=1)] = 1
    pages: Annotated[int, Field(strict=True, ge=1)] = 1


class TariffStep(Part):
    """One tariff row at work: ``quantity`` times ``unit_vnd``, capped, is ``amount_vnd``."""

    tariff_id: UUID
    quantity: Count
    unit_vnd: Vnd
    amount_vnd: Vnd


class Exemption(Part):
    """Why nothing is due (miễn); zero is a decision with a reason."""

    reason_code: Code
    evidence_ref: ChannelReference | None = None


class Line(Part):
    """One fee of a dossier, as it is owed and as it is printed."""

    line_id: UUID
    kind: FeeKind
    fee_code: Code
    name: OfficialName
    quantities: Quantities
    steps: tuple[TariffStep, ...] = ()
    """Empty where no tariff row of ours was used (declared, no tariff)."""
    amount_vnd: Vnd
    """0 where exempt, and while no tariff fits."""
    legal_basis: LegalBasis | None = None
    """Absent only while no tariff fits (FeePending)."""
    explanation_code: Explanation
    exemption: Exemption | None = None


class Account(Part):
    """An account of a collecting agency (tài khoản thụ hưởng)."""

    ref: Code
    """Our name of the account."""
    bin: BankBin
    number: AccountNumber
    holder: OfficialName
    treasury: bool = False
    """Kept at the State Treasury (Kho bạc Nhà nước)."""


class Payee(Part):
    """The collecting agency (đơn vị thu) as it is printed: copied, never looked up."""

    agency_code: AgencyCode
    name: OfficialName
    tax_code: TaxCode
    address: OfficialAddress
    phone: OfficePhone | None = None
    account: Account


class Context(Part):
    """The procedure, and the receiving agency."""

    procedure_code: Code
    procedure_name: OfficialName
    agency_code: AgencyCode
    agency_name: OfficialName


class Money(Part):
    """Money that arrived and settles a payable, wholly or in part (tiền đã nhận)."""

    money_id: UUID
    attempt_id: UUID | None = None
    channel: PaymentChannel
    bank_code: Code | None = None
    bank_name: OfficialName | None = None
    """The bank's short name as the channel's list has it: what is printed is copied."""
    channel_reference: ChannelReference
    till_id: UUID | None = None
    amount_vnd: PositiveVnd
    applied_vnd: Vnd
    received_at: AwareDatetime


class Totals(Part):
    """A count and its sum."""

    count: Count
    sum_vnd: Vnd


class DayTotals(Part):
    """One side's figures of a day."""

    dossier_count: Count
    paid_count: Count
    paid_vnd: Vnd


class PaidElsewhere(Part):
    """The province collected it itself; nothing is asked for again."""

    amount_vnd: Vnd
    paid_on: date
    reference: ChannelReference | None = None
    """Number of their voucher, or its SHA-256."""
