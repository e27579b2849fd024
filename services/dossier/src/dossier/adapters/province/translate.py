"""The province's words in ours: messages that were read become values of our domain."""

import hashlib
import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from dossier.adapters.province import messages
from dossier.domain.days import DayStatement
from dossier.domain.dossier import DossierFacts, Labels, StatedDossier
from dossier.domain.search import toneless
from shared.contracts.dossier import FeeLine
from shared.contracts.parts import (
    Context,
    DayTotals,
    FeeKind,
    FilingChannel,
    PaidElsewhere,
    PaymentTiming,
    Quantities,
)
from shared.contracts.party import PartyStated, Person, PersonKind
from shared.days import vietnam_day

_CHANNELS: Final = {"truc_tiep": FilingChannel.COUNTER, "truc_tuyen": FilingChannel.ONLINE}
_TIMINGS: Final = {
    "thu_truoc": PaymentTiming.BEFORE,
    "thu_sau": PaymentTiming.AFTER,
    "mien_phi": PaymentTiming.FREE,
}
_PERSONS: Final = {"ca_nhan": PersonKind.PERSON, "to_chuc": PersonKind.ORGANISATION}
WITHHELD: Final = "withheld"
"""Stands for a reference that would have told who the person is."""
_TELLING: Final = 6
"""Characters below which a value stands in other words by chance."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def to_dossier(stated: messages.Dossier, stated_at: datetime) -> StatedDossier:
    """Return the dossier; payee, and what the province left out, are completed later."""
    people = _known_of(stated)
    receiving = stated.CoQuanTiepNhan
    deciding = stated.CoQuanGiaiQuyet or receiving
    collecting = stated.DonViThu
    facts = DossierFacts(
        context=Context(
            procedure_code=stated.MaTTHC,
            procedure_name=stated.TenTTHC or stated.MaTTHC,
            agency_code=receiving.Ma,
            agency_name=receiving.Ten or receiving.Ma,
        ),
        receiving_agency=receiving.Ma,
        deciding_agency=deciding.Ma,
        payee=None,
        channel=_CHANNELS[stated.KenhTiepNhan],
        submitted_at=stated.NgayNop,
        due_at=stated.NgayHenTra,
        status=stated.TrangThaiHoSo,
        territory_code=stated.MaDiaBan,
        payment_timing=_TIMINGS.get(stated.HinhThucThu or "", PaymentTiming.AFTER),
        fee_lines=tuple(_fee_line(line, people) for line in stated.DanhSachLePhi),
        paid_elsewhere=None if stated.DaNop is None else _paid_elsewhere(stated.DaNop, people),
    )
    return StatedDossier(
        dossier_code=stated.MaHoSo,
        stated_at=stated_at,
        facts=facts,
        payment_timing_is_stated=stated.HinhThucThu is not None,
        procedure_is_named=stated.TenTTHC is not None,
        labels=Labels(
            field_name=stated.LinhVuc,
            deciding_agency_name=deciding.Ten,
            collecting_agency=None if collecting is None else collecting.Ma,
            collecting_agency_name=None if collecting is None else collecting.Ten,
            counted_on=vietnam_day(stated.NgayTiepNhan or stated.NgayNop),
        ),
    )


def _fee_line(stated: messages.FeeLine, people: Collection[str]) -> FeeLine:
    copies = stated.SoBan or stated.SoLuong or 1
    return FeeLine(
        fee_code=stated.MaPhiLePhi,
        name=stated.TenPhiLePhi,
        kind=FeeKind(stated.LoaiPhiLePhi),
        variant=stated.BienThe,
        quantities=Quantities(copies=copies, pages=stated.SoTrang or 1),
        payer_group=stated.DoiTuong,
        declared_vnd=stated.Gia,
        declared_basis=stated.CanCu,
        evidence_ref=_reference(stated.MinhChung, people),
    )


def _paid_elsewhere(stated: messages.Collected, people: Collection[str]) -> PaidElsewhere:
    return PaidElsewhere(
        amount_vnd=stated.SoTien,
        paid_on=stated.NgayThu,
        reference=_reference(stated.SoChungTu, people),
    )


def to_party(stated: messages.Dossier) -> PartyStated:
    """Return the people of the dossier; where nobody else pays, the owner does."""
    owner = _person(stated.ChuHoSo)
    payer = owner if stated.NguoiNop is None else _person(stated.NguoiNop)
    return PartyStated(dossier_code=stated.MaHoSo, payer=payer, owner=owner)


def _person(stated: messages.Person) -> Person:
    return Person(
        name=stated.HoTen,
        kind=_PERSONS[stated.Loai],
        id_number=stated.SoDinhDanh,
        tax_code=stated.MaSoThue,
        address=stated.DiaChi,
        phone=stated.DienThoai,
        email=stated.Email,
    )


def to_day(stated: messages.DayTotals, stated_at: datetime) -> DayStatement:
    """Return one part of the province's counts of a day."""
    return DayStatement(
        day_on=stated.Ngay,
        stated_at=stated_at,
        part=stated.Phan,
        parts=stated.SoPhan,
        totals=DayTotals(
            dossier_count=stated.SoHoSo, paid_count=stated.SoDaThu, paid_vnd=stated.TongTien
        ),
        dossier_codes=stated.MaHoSo,
        fact_ids=stated.MaSuKien,
    )


def _reference(text: str | None, people: Collection[str]) -> str | None:
    """Return an opaque reference as kept streams may carry it: as it is, or its SHA-256.

    One that holds a number or an address of the dossier's people is withheld, also its hash: twelve
    digits are found by trying (ADR 7).
    """
    if text is None:
        return None
    if any(value in _packed(text) for value in people):
        return WITHHELD
    return text if _REFERENCE.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()


def _known_of(stated: messages.Dossier) -> Collection[str]:
    """Return what tells the dossier's people from others, packed: numbers, addresses, names."""
    people = [stated.ChuHoSo, *([] if stated.NguoiNop is None else [stated.NguoiNop])]
    told = (
        (one.SoDinhDanh, one.DienThoai, one.Email, one.MaSoThue, one.HoTen, one.DiaChi)
        for one in people
    )
    packed = (_packed(value) for values in told for value in values if value is not None)
    return {value for value in packed if len(value) >= _TELLING}


def _packed(text: str) -> str:
    return "".join(character for character in toneless(text) if character.isalnum())
