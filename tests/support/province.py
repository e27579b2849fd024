"""A plain Kafka client in the province's place: sends dossiers in the form of the exchange."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from shared.days import in_vietnam
from shared.ids import new_id

_NUMBERS: Final = count(1)
CENTRE: Final = {"Ma": "H34.10", "Ten": "Trung tâm Phục vụ hành chính công tỉnh"}


def a_code(agency: str = "H34.10") -> str:
    """Return a dossier code that no other test of this run uses."""
    now = in_vietnam(datetime.now(UTC))
    return f"{agency}-{now:%y%m%d}-{9_000_000 + next(_NUMBERS)}"


def a_fee(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - the province's words
    """Return a line of DanhSachLePhi: certified copies of 60 pages, 62.000 ₫."""
    return {
        "MaPhiLePhi": "PHI-CHUNGTHUC-BS", "TenPhiLePhi": None, "LoaiPhiLePhi": "phi",
        "BienThe": None, "SoLuong": 1, "SoBan": 1, "SoTrang": 60, "DoiTuong": None, "Gia": None,
        "CanCu": None, "MinhChung": None, **fields,
    }  # fmt: skip


def a_person(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - the province's words
    """Return a ChuHoSo whom nobody is."""
    return {
        "Loai": "ca_nhan", "HoTen": "Đặng Thị Ngọc Ánh", "SoDinhDanh": "062090000099",
        "DienThoai": "0900000099", "Email": None, "DiaChi": "12 Phan Đình Phùng, phường Kon Tum",
        "MaSoThue": None, **fields,
    }  # fmt: skip


def a_dossier(code: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - the province's words
    """Return a message of type HoSo about ``code``, its data changed by ``fields``."""
    now = in_vietnam(datetime.now(UTC)).isoformat()
    data = {
        "MaHoSo": code, "MaTTHC": "2.000815", "TenTTHC": "Chứng thực bản sao từ bản chính",
        "LinhVuc": "Chứng thực", "NgayCapNhat": now, "CoQuanTiepNhan": CENTRE,
        "CoQuanGiaiQuyet": CENTRE, "DonViThu": CENTRE, "MaDiaBan": None,
        "KenhTiepNhan": "truc_tiep", "NgayNop": now, "NgayTiepNhan": now, "NgayHenTra": now,
        "TrangThaiHoSo": "2", "HinhThucThu": "thu_sau", "ChuHoSo": a_person(), "NguoiNop": None,
        "DaNop": None, "DanhSachLePhi": [a_fee()], **fields,
    }  # fmt: skip
    return {
        "specversion": "1.0", "id": str(new_id()), "source": "/tthc/kontum",
        "type": "vn.tthc.HoSo.v1", "subject": code, "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip


async def send_raw(bootstrap: str, topic: str, *records: tuple[bytes | None, bytes]) -> None:
    """Put ``records``, keys and bodies, on ``topic`` as they are."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for key, value in records:
            await producer.send_and_wait(topic, value, key=key)
    finally:
        await producer.stop()


async def send(bootstrap: str, *messages: dict[str, Any] | bytes) -> None:
    """Put ``messages`` on tthc.dossier as any Kafka client would, without our headers."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for message in messages:
            if isinstance(message, bytes):
                await producer.send_and_wait("tthc.dossier", message, key=b"rubbish")
            else:
                value = json.dumps(message, ensure_ascii=False).encode()
                key = str(message["subject"]).encode()
                await producer.send_and_wait("tthc.dossier", value, key=key)
    finally:
        await producer.stop()
