"""People and organisations that plainly do not exist, with numbers of the documentation range."""

from dataclasses import dataclass
from random import Random
from typing import Final

_FAMILY_NAMES: Final = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ",
    "Hồ", "Ngô", "Dương", "Lý", "A", "Y", "Đinh", "Rơ Châm",
)  # fmt: skip
_MIDDLE_NAMES: Final = ("Văn", "Thị", "Hữu", "Ngọc", "Thanh", "Quang", "Kim", "Đức", "Thu", "Xuân")
_GIVEN_NAMES: Final = (
    "Thử", "Mẫu", "Ví Dụ", "Minh Họa", "Giả Định", "Nháp", "Thử Nghiệm", "Làm Mẫu", "Tượng Trưng",
    "Diễn Tập",
)  # fmt: skip
_STREETS: Final = ("Minh Họa", "Thử Nghiệm", "Ví Dụ", "Làm Mẫu", "Giả Định")
_WARDS: Final = {
    "H34.10": "phường Kon Tum, tỉnh Quảng Ngãi",
    "H34.22.08": "phường Kon Tum, tỉnh Quảng Ngãi",
    "H48.05": "phường Nghĩa Lộ, tỉnh Quảng Ngãi",
}
_FIRST_MADE_UP: Final = 100
"""Below it are the demonstration's own citizens."""


@dataclass(frozen=True)
class Person:
    """One party of a dossier; an organisation has a tax code and no id number."""

    name: str
    id_number: str | None
    phone: str
    email: str | None
    address: str
    tax_code: str | None = None

    def as_sent(self) -> dict[str, str | None]:
        """Return the party in the province's words."""
        return {
            "Loai": "to_chuc" if self.tax_code else "ca_nhan",
            "HoTen": self.name,
            "SoDinhDanh": self.id_number,
            "DienThoai": self.phone,
            "Email": self.email,
            "DiaChi": self.address,
            "MaSoThue": self.tax_code,
        }


CITIZEN: Final = Person(
    name="Nguyễn Thị Minh Họa",
    id_number="062090000001",
    phone="0900000001",
    email="congdan@example.vn",
    address="Số 7 đường Minh Họa, phường Kon Tum, tỉnh Quảng Ngãi",
)
"""Who signs in as ``congdan``."""

CITIZEN_2: Final = Person(
    name="Trần Văn Ví Dụ",
    id_number="062090000002",
    phone="0900000002",
    email="congdan2@example.vn",
    address="Số 12 đường Ví Dụ, phường Kon Tum, tỉnh Quảng Ngãi",
)
"""Who signs in as ``congdan2``."""


def make_person(random: Random, number: int, agency_code: str) -> Person:
    """Return the made-up person ``number`` (from 0), who lives near ``agency_code``."""
    names = (
        random.choice(_FAMILY_NAMES),
        random.choice(_MIDDLE_NAMES),
        random.choice(_GIVEN_NAMES),
    )
    own = _FIRST_MADE_UP + number
    return Person(
        name=" ".join(names),
        id_number=f"062090{own:06d}",
        phone=f"0900{own:06d}",
        email=f"nguoidan{own}@example.vn" if random.random() < 0.6 else None,  # noqa: PLR2004
        address=_address(random, agency_code),
    )


def make_organisation(random: Random, number: int, agency_code: str) -> Person:
    """Return the made-up company ``number`` (from 0)."""
    own = _FIRST_MADE_UP + number
    return Person(
        name=f"Công ty TNHH {random.choice(_GIVEN_NAMES)} số {own}",
        id_number=None,
        phone=f"0900{own:06d}",
        email=f"congty{own}@example.vn",
        address=_address(random, agency_code),
        tax_code=f"00{own:08d}",
    )


def _address(random: Random, agency_code: str) -> str:
    return f"Số {random.randint(1, 99)} đường {random.choice(_STREETS)}, {_WARDS[agency_code]}"
