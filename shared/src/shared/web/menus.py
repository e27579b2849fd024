"""What the header of each frame leads to: one list, shown by role."""

from dataclasses import dataclass, field
from typing import Final

from shared.web.identity import STAFF, Role, User
from shared.web.language import mark


@dataclass(frozen=True)
class Entry:
    """One word of a menu; shown to everyone unless ``roles`` are named."""

    label: str
    """Vietnamese; the template translates it."""
    path: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    exact: bool = False
    """Selected only on this very page, not below it."""

    def is_for(self, user: User | None) -> bool:
        """Tell whether ``user`` sees it."""
        return not self.roles or (user is not None and bool(self.roles & user.roles))

    def is_selected(self, path: str) -> bool:
        """Tell whether ``path`` is this page, or below it."""
        return path == self.path or (not self.exact and path.startswith(f"{self.path}/"))


_OFFICER: Final = frozenset({Role.OFFICER})
_MONEY: Final = frozenset({Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR})
_LAW: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR})

HOME: Final = Entry("Trang chủ", "/", exact=True)
PAY: Final = Entry("Thanh toán trực tuyến", "/thanh-toan")
CITIZEN: Final = (HOME, Entry("Tra cứu biên lai", "/bien-lai"))
STAFF_MENU: Final = (
    Entry("Hôm nay", "/can-bo", STAFF, exact=True),
    Entry("Tra cứu hồ sơ", "/can-bo/ho-so", STAFF),
    PAY,
    Entry("Màn hình quầy", "/can-bo/quay", _OFFICER),
    Entry("Quỹ", "/can-bo/thu-tien/quy", _OFFICER),
    Entry("Thông báo", "/can-bo/thong-bao", _OFFICER),
    Entry("Thu tiền", "/can-bo/thu-tien", _MONEY),
    Entry("Đối soát", "/can-bo/doi-soat", _MONEY),
    Entry("Biên lai", "/can-bo/bien-lai", _MONEY),
    Entry("Dải số", "/can-bo/bien-lai/day-so", frozenset({Role.ADMINISTRATOR})),
    Entry("Biểu phí", "/can-bo/bieu-phi", _LAW),
)
"""Add a line here once its page exists."""
OPERATOR: Final = (
    Entry("Bảng chính", "/van-hanh", exact=True),
    Entry("Dòng sự kiện", "/van-hanh/dong-su-kien"),
    Entry("Tin bị giữ", "/van-hanh/tin-bi-giu"),
    Entry("Đối tác", "/van-hanh/doi-tac"),
    Entry("Chứng minh", "/van-hanh/chung-minh"),
)

BRANDS: Final = {
    "citizen": (mark("Thanh toán phí, lệ phí"), "/"),
    "phone": (mark("Thanh toán phí, lệ phí"), "/"),
    "counter": (mark("Thanh toán phí, lệ phí"), "/"),
    "staff": (mark("Một cửa"), "/can-bo"),
    "operator": (mark("Vận hành"), "/van-hanh"),
}
"""The name in the header of each frame, and where it leads."""

_MENUS: Final = {"citizen": CITIZEN, "staff": STAFF_MENU, "operator": OPERATOR}


def menu_of(frame: str, user: User | None) -> tuple[Entry, ...]:
    """Return what the header of ``frame`` shows to ``user``."""
    return tuple(entry for entry in _MENUS.get(frame, ()) if entry.is_for(user))


def work_of(user: User | None) -> tuple[Entry, ...]:
    """Return the entrances to the work of ``user``, for the account menu."""
    if user is None:
        return ()
    entrances = (
        Entry("Quản lý hồ sơ", "/ho-so", frozenset({Role.CITIZEN})),
        Entry("Làm việc tại Một cửa", "/can-bo", STAFF),
        Entry("Vận hành", "/van-hanh", frozenset({Role.OPERATOR})),
    )
    return tuple(entry for entry in entrances if entry.is_for(user))
