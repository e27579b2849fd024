"""The messages that the province sends, field by field, in its own words."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from dossier.adapters.province.words import (
    MAX_LINES,
    MAX_PARTS,
    MAX_QUANTITY,
    AgencyCode,
    Code,
    Day,
    DossierCode,
    FactId,
    FeeKindWord,
    Instant,
    OptionalCode,
    OptionalEmail,
    OptionalShort,
    OptionalTaxCode,
    OptionalText,
    PersonName,
    Price,
    Quantity,
    Status,
    Text,
)
from shared.money import Vnd

DOSSIER_TYPE: Final = "vn.tthc.HoSo.v1"
DAY_TYPE: Final = "vn.tthc.TongHopNgay.v1"
ACKNOWLEDGEMENT_TYPE: Final = "vn.tthc.XacNhan.v1"


class Stated(BaseModel):
    """Strict about what we read, indifferent to what we do not."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Agency(Stated):
    """An agency; only its code identifies it."""

    Ma: AgencyCode
    Ten: OptionalText = None


class Person(Stated):
    """Owner or payer: personal data, which leave only on the stream of parties."""

    Loai: Literal["ca_nhan", "to_chuc"] = "ca_nhan"
    HoTen: PersonName
    SoDinhDanh: OptionalShort = None
    DienThoai: OptionalShort = None
    Email: OptionalEmail = None
    DiaChi: OptionalText = None
    MaSoThue: OptionalTaxCode = None


class Collected(Stated):
    """The province collected the fee itself."""

    SoTien: Vnd
    NgayThu: Day
    SoChungTu: OptionalText = None


class FeeLine(Stated):
    """One fee that the province says is owed."""

    MaPhiLePhi: Code
    TenPhiLePhi: OptionalText = None
    LoaiPhiLePhi: FeeKindWord
    BienThe: OptionalCode = None
    SoLuong: Quantity | None = None
    SoBan: Quantity | None = None
    SoTrang: Quantity | None = None
    DoiTuong: OptionalCode = None
    Gia: Price = None
    CanCu: OptionalText = None
    MinhChung: OptionalText = None


class Dossier(Stated):
    """``vn.tthc.HoSo.v1``: the whole dossier, each time something in it changes."""

    MaHoSo: DossierCode
    MaTTHC: Code
    TenTTHC: OptionalText = None
    LinhVuc: OptionalText = None
    NgayCapNhat: Instant | None = None
    CoQuanTiepNhan: Agency
    CoQuanGiaiQuyet: Agency | None = None
    DonViThu: Agency | None = None
    MaDiaBan: OptionalCode = None
    KenhTiepNhan: Literal["truc_tiep", "truc_tuyen"]
    NgayNop: Instant
    NgayTiepNhan: Instant | None = None
    NgayHenTra: Instant | None = None
    TrangThaiHoSo: Status
    HinhThucThu: Literal["thu_truoc", "thu_sau", "mien_phi"] | None = None
    ChuHoSo: Person
    NguoiNop: Person | None = None
    DaNop: Collected | None = None
    DanhSachLePhi: Annotated[tuple[FeeLine, ...], Field(strict=False, max_length=MAX_LINES)] = ()


class DayTotals(Stated):
    """``vn.tthc.TongHopNgay.v1``: the province's own counts of a day."""

    Ngay: Day
    SoHoSo: Annotated[int, Field(ge=0)]
    MaHoSo: Annotated[tuple[DossierCode, ...], Field(strict=False, max_length=MAX_QUANTITY)] = ()
    SoDaThu: Annotated[int, Field(ge=0)]
    TongTien: Vnd
    MaSuKien: Annotated[tuple[FactId, ...], Field(strict=False, max_length=MAX_QUANTITY)] | None = (
        None
    )
    """Our facts that the province holds of the day; absent where it does not list them."""
    Phan: Annotated[int, Field(ge=1, le=MAX_PARTS)] = 1
    """Lists that one message cannot hold come in parts, of one ``time``."""
    SoPhan: Annotated[int, Field(ge=1, le=MAX_PARTS)] = 1

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.Phan > self.SoPhan:
            raise PydanticCustomError("too-large", "a part beyond the last one")
        return self


class Acknowledgement(Stated):
    """``vn.tthc.XacNhan.v1``: the province's answer to one of our facts."""

    MaSuKien: Text
    KetQua: Literal["ok", "loi"]
    LyDo: OptionalText = None
