"""How the province misbehaves when it is asked to, and what that makes of its messages."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final
from uuid import UUID

from lephi.province.dossiers import Dossier
from lephi.province.wire import DOSSIERS, Letter, letter, value_of

Message = dict[str, Any]


class Fault(StrEnum):
    """One way to misbehave."""

    SILENT = "silent"
    """Takes what it is told and answers nothing; when that ends, it answers all of it."""
    SLOW = "slow"
    """Answers after ``after_ms``."""
    REFUSE = "refuse"
    """Answers ``loi`` with ``reason``, and does not keep the fact."""
    TWICE = "twice"
    """Sends every message two times."""
    OUT_OF_ORDER = "out_of_order"
    """Sends newer versions before older ones."""
    OLD_VERSIONS = "old_versions"
    """Sends an older version behind each dossier."""
    RUBBISH = "rubbish"
    """Sends what nobody can read, or breaks a rule, beside one message of a hundred."""


@dataclass
class Wish:
    """One fault that was asked for; ``times`` None: until it is taken back."""

    fault: Fault
    times: int | None = None
    after_ms: int = 3_000
    reason: str = "HO_SO_KHONG_CO"
    dossier_code: str | None = None
    """About this dossier only (``refuse``); None: about any."""


class Faults:
    """The faults that are on now."""

    def __init__(self) -> None:
        self._wishes: dict[Fault, Wish] = {}

    def ask_for(self, wish: Wish) -> None:
        """Turn a fault on."""
        self._wishes[wish.fault] = wish

    def clear(self, fault: Fault | None = None) -> None:
        """Turn one fault, or all, off."""
        if fault is None:
            self._wishes.clear()
        else:
            self._wishes.pop(fault, None)

    def wishes(self) -> list[Wish]:
        """Return what is on."""
        return list(self._wishes.values())

    def are(self, fault: Fault) -> bool:
        """Tell whether a fault is on."""
        return fault in self._wishes

    def use(self, fault: Fault, dossier_code: str | None = None) -> Wish | None:
        """Return the wish if the fault is on here, and count it; after its last time it is off."""
        wish = self._wishes.get(fault)
        if wish is None or wish.dossier_code not in {None, dossier_code}:
            return None
        if wish.times is not None:
            wish.times -= 1
            if wish.times <= 0:
                del self._wishes[fault]
        return wish


_EVERY: Final = 100
_OLDER: Final = timedelta(hours=6)


def letters_of(dossiers: Iterable[Dossier], faults: Faults, random: Random) -> Iterator[Letter]:
    """Yield the messages about ``dossiers`` as the province sends them today.

    The last version that counts is always the one of ``dossiers``, whatever is sent around it.
    """
    for number, dossier in enumerate(dossiers, start=1):
        versions = _versions(dossier.message, faults, random)
        letters = [letter(DOSSIERS, dossier.code, version) for version in versions]
        if faults.are(Fault.TWICE):
            letters = [one for each in letters for one in (each, each)]
        if faults.are(Fault.RUBBISH) and number % _EVERY == 0:
            letters.insert(random.randrange(len(letters) + 1), rubbish(dossier.message, random))
        yield from letters


def _versions(message: Message, faults: Faults, random: Random) -> list[Message]:
    """Return the versions of one dossier, in the order in which they go out."""
    versions = [message]
    if faults.are(Fault.OLD_VERSIONS):
        versions.append(_older(message, random))
    if faults.are(Fault.OUT_OF_ORDER) and random.random() < 0.5:  # noqa: PLR2004 - half of them
        versions.append(_older(message, random))
        random.shuffle(versions)
    return versions


def _older(message: Message, random: Random) -> Message:
    """Return what the dossier was a while ago: another status, one fee line fewer."""
    older = copy.deepcopy(message)
    updated = datetime.fromisoformat(older["data"]["NgayCapNhat"]) - _OLDER * random.random()
    older["id"] = str(UUID(int=random.getrandbits(128), version=4))
    older["time"] = older["data"]["NgayCapNhat"] = updated.isoformat()
    older["data"]["TrangThaiHoSo"] = "1"
    older["data"]["DanhSachLePhi"] = older["data"]["DanhSachLePhi"][:-1]
    return older


def rubbish(message: Message, random: Random) -> Letter:
    """Return something that must be refused, about the same dossier where it names one."""
    make = random.choice(_RUBBISH)
    spoilt = copy.deepcopy(message)
    spoilt["id"] = str(UUID(int=random.getrandbits(128), version=4))
    before = datetime.fromisoformat(spoilt["data"]["NgayCapNhat"]) - timedelta(seconds=1)
    spoilt["data"]["NgayCapNhat"] = before.isoformat()
    value = make(spoilt)
    key = str(message["subject"]).encode()
    body = value if isinstance(value, bytes) else value_of(value)
    return Letter(DOSSIERS, key, body, is_rubbish=True)


def _with(**fields: object) -> Callable[[Message], Message]:
    return lambda message: {**message, "data": {**message["data"], **fields}}


def _line_with(**fields: object) -> Callable[[Message], Message]:
    def spoil(message: Message) -> Message:
        lines = [{**line, **fields} for line in message["data"]["DanhSachLePhi"]]
        return {**message, "data": {**message["data"], "DanhSachLePhi": lines}}

    return spoil


_RUBBISH: Final[Sequence[Callable[[Message], Message | bytes]]] = (
    lambda _: b"\x00\xff not json",
    lambda _: b"[]",
    lambda message: {**message, "type": "vn.tthc.KhongBiet.v9"},
    lambda message: {**message, "data": None},
    _with(MaHoSo=None),
    _with(MaHoSo="Nguyễn Văn Thử"),
    _with(NgayNop="2026-02-31T08:00:00+07:00"),
    _with(TrangThaiHoSo="99"),
    _with(KenhTiepNhan="buu_dien"),
    _with(ChuHoSo={"HoTen": None}),
    _line_with(Gia=-1),
    _line_with(SoBan="hai"),
    _line_with(LoaiPhiLePhi="thue"),
)
