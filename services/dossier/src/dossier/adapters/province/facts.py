"""What we tell the province (``tthc.fact``), in its own words."""

from collections.abc import Sequence
from typing import ClassVar, Final

from pydantic import AwareDatetime

from dossier.adapters.province.callback import Refusal, stored_code
from dossier.domain.partner import PROVINCE
from dossier.tables import IssuedReceiptRow
from shared.contracts.dossier import SOURCE, PartnerFactType
from shared.contracts.envelope import Event, Part
from shared.contracts.money import RefundSettled
from shared.contracts.parts import Line
from shared.contracts.payment import PaymentSettled

TOPIC: Final = "tthc.fact"


class _ProvinceFact(Event):
    """A fact for the province about one dossier."""

    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    MaHoSo: str

    @property
    def subject(self) -> str:
        """Return the dossier's code."""
        return self.MaHoSo


class FeeDue(Part):
    """One fee of PhaiThu."""

    MaPhiLePhi: str
    TenPhiLePhi: str
    LoaiPhiLePhi: str
    SoBan: int
    SoTrang: int
    SoTien: int
    CanCu: str | None


class PhaiThu(_ProvinceFact):
    """An amount is due, or differs from what was due; heard by the province."""

    type: ClassVar[str] = PartnerFactType.DUE.value

    SoTien: int
    DanhSachLePhi: tuple[FeeDue, ...]
    LienKetThanhToan: str
    """The public page for this code; no capability in it."""


class MienThu(_ProvinceFact):
    """Nothing is due: all lines are exempt; heard by the province."""

    type: ClassVar[str] = PartnerFactType.EXEMPT.value

    LyDo: str
    CanCu: str | None


class DaThu(_ProvinceFact):
    """The amount due is in; heard by the province."""

    type: ClassVar[str] = PartnerFactType.PAID.value

    SoTien: int
    KenhThanhToan: str
    MaGiaoDich: str
    ThoiGianThanhToan: AwareDatetime


class BienLai(_ProvinceFact):
    """A receipt and its file exist; heard by the province."""

    type: ClassVar[str] = PartnerFactType.RECEIPT.value

    MauSo: str
    KyHieu: str
    So: int
    NgayLap: AwareDatetime
    SoTien: int
    LienKet: str
    """The public check page."""
    SHA256: str


class ReplacedReceipt(Part):
    """The receipt that stays, marked as replaced."""

    MauSo: str
    KyHieu: str
    So: int


class ReplacingReceipt(ReplacedReceipt):
    """The receipt that counts from now on."""

    NgayLap: AwareDatetime
    SoTien: int
    LienKet: str
    """The public check page."""


class BienLaiThayThe(_ProvinceFact):
    """A receipt was replaced by another one; heard by the province."""

    type: ClassVar[str] = PartnerFactType.RECEIPT_REPLACED.value

    BienLaiCu: ReplacedReceipt
    BienLaiMoi: ReplacingReceipt


class HoanTra(_ProvinceFact):
    """Money of the dossier went back; heard by the province."""

    type: ClassVar[str] = PartnerFactType.REFUNDED.value

    SoTien: int
    LyDo: str
    """A code."""


class YeuCauGuiLai(Event):
    """Dossiers that the province counts are missing here; it is asked to send them again."""

    type: ClassVar[str] = PartnerFactType.SEND_AGAIN.value
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    MaHoSo: tuple[str, ...]

    @property
    def subject(self) -> str:
        """Return the partner's code: the fact is about many dossiers."""
        return PROVINCE


class BiTuChoi(Event):
    """A message of the province was refused; it may name no dossier that we can read."""

    type: ClassVar[str] = PartnerFactType.REFUSED.value
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    MaHoSo: str | None = None
    """As the province wrote it."""
    id: str | None = None
    """Of the refused message."""
    LyDo: str
    """Reason and field: ``impossible-date:NgayNop``."""

    @property
    def subject(self) -> str:
        """Return the dossier's code in its stored form, or ``unknown``."""
        return stored_code(self.MaHoSo)


def fee_due(
    dossier_code: str, lines: Sequence[Line], *, amount_vnd: int, public_url: str
) -> PhaiThu:
    """Return that ``amount_vnd`` is due, line by line with the law behind each."""
    return PhaiThu(
        MaHoSo=dossier_code,
        SoTien=amount_vnd,
        DanhSachLePhi=tuple(_fee(line) for line in lines),
        LienKetThanhToan=f"{public_url}/thanh-toan/{dossier_code}",
    )


def exempted(dossier_code: str, lines: Sequence[Line]) -> MienThu:
    """Return that nothing is due, with the first line's reason and all the law there is."""
    reasons = [line.exemption.reason_code for line in lines if line.exemption is not None]
    bases = dict.fromkeys(line.legal_basis for line in lines if line.legal_basis)
    return MienThu(
        MaHoSo=dossier_code,
        LyDo=reasons[0] if reasons else "exempt",
        CanCu="; ".join(bases) or None,
    )


def paid(payment: PaymentSettled) -> DaThu:
    """Return that the dossier is paid; of several monies the last names channel and reference."""
    last = max(payment.monies, key=lambda money: money.received_at)
    return DaThu(
        MaHoSo=payment.dossier_code,
        SoTien=payment.amount_vnd,
        KenhThanhToan=last.channel.value,
        MaGiaoDich=last.channel_reference,
        ThoiGianThanhToan=payment.paid_at,
    )


def refused(refusal: Refusal) -> BiTuChoi:
    """Return the answer to a message that we could not take."""
    return BiTuChoi(MaHoSo=refusal.written_code, id=refusal.message_id, LyDo=refusal.detail)


def replaced(dossier_code: str, old: IssuedReceiptRow, new: IssuedReceiptRow) -> BienLaiThayThe:
    """Return that ``new`` stands in the place of ``old``."""
    return BienLaiThayThe(
        MaHoSo=dossier_code,
        BienLaiCu=ReplacedReceipt(MauSo=old.form_symbol, KyHieu=old.serial_symbol, So=old.number),
        BienLaiMoi=ReplacingReceipt(
            MauSo=new.form_symbol,
            KyHieu=new.serial_symbol,
            So=new.number,
            NgayLap=new.issued_at,
            SoTien=new.total_vnd,
            LienKet=new.check_url,
        ),
    )


def refunded(dossier_code: str, refund: RefundSettled) -> HoanTra:
    """Return that money of the dossier went back, and why."""
    return HoanTra(MaHoSo=dossier_code, SoTien=refund.amount_vnd, LyDo=refund.reason_code.value)


def send_again(dossier_codes: Sequence[str]) -> YeuCauGuiLai:
    """Return the wish that the province send ``dossier_codes`` again."""
    return YeuCauGuiLai(MaHoSo=tuple(dossier_codes))


def _fee(line: Line) -> FeeDue:
    return FeeDue(
        MaPhiLePhi=line.fee_code,
        TenPhiLePhi=line.name,
        LoaiPhiLePhi=line.kind.value,
        SoBan=line.quantities.copies,
        SoTrang=line.quantities.pages,
        SoTien=line.amount_vnd,
        CanCu=line.legal_basis,
    )


def receipt_ready(kept: IssuedReceiptRow, *, pdf_sha256: str) -> BienLai:
    """Return that a receipt and its file exist; the link is the public check page."""
    return BienLai(
        MaHoSo=kept.dossier_code,
        MauSo=kept.form_symbol,
        KyHieu=kept.serial_symbol,
        So=kept.number,
        NgayLap=kept.issued_at,
        SoTien=kept.total_vnd,
        LienKet=kept.check_url,
        SHA256=pdf_sha256,
    )
