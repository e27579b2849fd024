"""The people of the demonstration; each one's password is the user name (surface: Demo users)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True)
class Person:
    """One who can sign in."""

    username: str
    name: str
    role: str
    agency_code: str | None = None
    agency_name: str | None = None
    id_number: str | None = None

    def get_user_id(self) -> str:
        """Return the subject of the tokens (Authlib asks by this name)."""
        return self.username

    def claims(self) -> dict[str, Any]:
        """Return what the tokens say of the person."""
        said = {
            "sub": self.username,
            "name": self.name,
            "preferred_username": self.username,
            "roles": [self.role],
            "agency_code": self.agency_code,
            "agency_name": self.agency_name,
            "id_number": self.id_number,
        }
        return {claim: value for claim, value in said.items() if value is not None}


_CENTRE: Final = ("H34.10", "Trung tâm Phục vụ hành chính công tỉnh")
_WARD: Final = ("H34.22.08", "Ủy ban nhân dân phường Kon Tum")
_ALL: Final = (
    Person("canbo", "Nguyễn Thị Hoa", "officer", *_CENTRE),
    Person("canbo2", "Y Blưm", "officer", *_WARD),
    Person("ketoan", "Trần Quốc Bảo", "accountant", *_CENTRE),
    Person("lanhdao", "Lê Minh Đức", "supervisor", *_CENTRE),
    Person("vanhanh", "Phạm Anh Tuấn", "operator", *_CENTRE),
    Person("vanhanh2", "Đỗ Thu Trang", "operator", *_CENTRE),
    Person("quantri", "Võ Hoàng Nam", "administrator", *_CENTRE),
    Person("thanhtra", "Bùi Thanh Hải", "auditor", *_CENTRE),
    Person("congdan", "Nguyễn Văn An", "citizen", id_number="062090000001"),
    Person("congdan2", "Rơ Châm Hằng", "citizen", id_number="062090000002"),
)
PEOPLE: Final[Mapping[str, Person]] = MappingProxyType({each.username: each for each in _ALL})
