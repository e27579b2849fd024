"""The people of the demonstration; each one's password is the user name (surface: Demo users)."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

_CENTRE: Final = ("H34.10", "Trung tâm Phục vụ hành chính công tỉnh")
_WARD: Final = ("H34.22.08", "Ủy ban nhân dân phường Kon Tum")


@dataclass(frozen=True)
class Person:
    """One user; the password is the user name. Nobody here is real."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency: tuple[str, str] | None = None
    id_number: str | None = None

    @property
    def subject(self) -> str:
        """Return the opaque id that other systems keep."""
        return str(uuid5(NAMESPACE_URL, f"lephi/{self.username}"))

    def get_user_id(self) -> str:
        """Return the subject, under the name that Authlib asks for."""
        return self.subject

    def claims(self) -> dict[str, Any]:
        """Return what services learn of this person."""
        code, agency = self.agency or (None, None)
        found = {
            "sub": self.subject,
            "name": self.name,
            "preferred_username": self.username,
            "roles": list(self.roles),
            "agency_code": code,
            "agency_name": agency,
            "id_number": self.id_number,
        }
        return {name: value for name, value in found.items() if value is not None}


PEOPLE: Final = {
    person.username: person
    for person in (
        Person("canbo", "Nguyễn Thị Hoa", ("officer",), _CENTRE),
        Person("ketoan", "Trần Quốc Bảo", ("accountant",), _CENTRE),
        Person("lanhdao", "Lê Minh Đức", ("supervisor",), _CENTRE),
        Person("vanhanh", "Phạm Anh Tuấn", ("operator",), _CENTRE),
        Person("vanhanh2", "Đỗ Thu Trang", ("operator",), _CENTRE),
        Person("quantri", "Võ Hoàng Nam", ("administrator",), _CENTRE),
        Person("thanhtra", "Bùi Thanh Hải", ("auditor",), _CENTRE),
        Person("canbo2", "Y Blưm", ("officer",), _WARD),
        Person("congdan", "Nguyễn Văn An", ("citizen",), id_number="062090000001"),
        Person("congdan2", "Rơ Châm Hằng", ("citizen",), id_number="062090000002"),
    )
}

BY_SUBJECT: Final = {person.subject: person for person in PEOPLE.values()}
