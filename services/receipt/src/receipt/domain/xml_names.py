"""The names of the XML of a receipt (dữ liệu biên lai), as of their day, in this one place.

The tax authority publishes the components of the XML (TT 91/2026 Điều 18); until its names are
known these are our own, documented here. Names change only as a new edition beside the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Edition:
    """One edition of the names: since when, and what each thing is called."""

    since: date
    namespace: str
    names: Mapping[str, str]
    """From what it is to its element's name, in the order of the document."""

    def tag(self, thing: str) -> str:
        """Return the element's name with its namespace."""
        return f"{{{self.namespace}}}{self.names[thing]}"


FIRST: Final = Edition(
    since=date(2026, 7, 1),
    namespace="urn:vn:lephi:bien-lai:2026-07-01",
    names={
        "receipt": "BienLai",
        "title": "TenBienLai",  # a) of Điều 23.2
        "form_symbol": "KyHieuMau",  # b)
        "serial_symbol": "KyHieu",
        "number": "So",  # c)
        "day": "NgayLap",  # e)
        "issued_at": "ThoiDiemLap",
        "replaces": "ThayThe",  # TT 91/2026 Điều 20.2
        "issuer": "DonViThu",  # d)
        "payer": "NguoiNop",
        "name": "Ten",
        "tax_code": "MaSoThue",
        "address": "DiaChi",
        "phone": "DienThoai",
        "dossier": "HoSo",
        "dossier_code": "SoHoSo",
        "procedure_code": "MaThuTuc",
        "procedure_name": "TenThuTuc",
        "kind": "Loai",
        "lines": "DanhSachKhoan",  # đ)
        "line": "Khoan",
        "legal_basis": "CanCu",
        "quantity": "SoLuong",
        "amount": "SoTien",
        "total": "TongTien",
        "total_in_words": "TongTienBangChu",
        "currency": "DonViTien",  # h)
        "method": "HinhThucThanhToan",
        "money": "GiaoDich",
        "paid_at": "ThoiDiemThanhToan",
        "check_url": "DiaChiKiemTra",
    },
)
"""g), the signature, is ``Signature`` of XML-DSig, the last child of the root."""


def edition_of(template_version: int) -> Edition | None:
    """Return the names in which receipts of a template's version are written; None: no XML."""
    return FIRST if template_version > 1 else None
