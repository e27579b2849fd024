"""Bad messages and bad answers of the province, each with its exact refusal."""

import json
from dataclasses import dataclass

from shared.ids import new_id
from shared.subscriptions import Message
from tests.dossier.builders import CODE, a_body, a_fee, a_message, a_person

PERSON = a_person()


@dataclass(frozen=True)
class Bad:
    """One bad message, and exactly what is to be said of it."""

    name: str
    body: bytes
    refusal: str
    """Reason and field."""
    key: str | None = CODE


def changed(refusal: str, name: str = "", /, **data: object) -> Bad:
    """Return a whole message in which ``data`` are wrong."""
    return Bad(name or refusal, json.dumps(a_body(**data)).encode(), refusal)


def person(refusal: str, name: str = "", /, **fields: object) -> Bad:
    return changed(refusal, name or refusal, ChuHoSo={**PERSON, **fields})


def line(refusal: str, name: str = "", /, **fields: object) -> Bad:
    return changed(refusal, name or refusal, DanhSachLePhi=[a_fee(), {**a_fee(), **fields}])


def outer(refusal: str, name: str, /, **fields: object) -> Bad:
    return Bad(name, json.dumps({**a_body(), **fields}).encode(), refusal)


def undated(refusal: str, name: str, /, **fields: object) -> Bad:
    """Return a message that is ordered by its ``time`` for want of NgayCapNhat."""
    return Bad(name, json.dumps({**a_body(NgayCapNhat=None), **fields}).encode(), refusal)


def raw(name: str, body: bytes) -> Bad:
    return Bad(name, body, "not-json:-")


def day(refusal: str, /, **fields: object) -> Bad:
    data = {"Ngay": "2026-11-22", "SoHoSo": 1, "MaHoSo": [CODE], "SoDaThu": 0, "TongTien": 0}
    body = {"type": "vn.tthc.TongHopNgay.v1", "id": "ngay-1", "data": {**data, **fields}}
    return Bad(f"day {refusal}", json.dumps(body).encode(), refusal)


WHOLE = json.dumps(a_body()).encode()


NO_SUCH_DAY = "2026-02-30T08:00:00+07:00"


FAR = "2126-11-22T08:00:00+07:00"


BAD = [
    raw("nothing", b""),
    raw("no JSON", b"H34.10-261122-0007;62000"),
    raw("half a message", WHOLE[: len(WHOLE) // 2]),
    raw("not UTF-8", b'{"data": {"MaHoSo": "\xff\xfe"}}'),
    raw("windows-1258", '{"data": {"HoTen": "Nguyễn"}}'.encode("utf-16")[2:-1]),
    raw("NUL alone", b"\x00"),
    raw("a list", b"[1, 2]"),
    raw("a number", b"7"),
    raw("null", b"null"),
    raw("XML", b"<HoSo><MaHoSo>H34.10-261122-0007</MaHoSo></HoSo>"),
    raw("deep", b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    raw("a whole number of 5,000 digits", b'{"data": {"SoTien": ' + b"9" * 5_000 + b"}}"),
    outer("unknown-type:type", "another type", type="vn.tthc.HoSo.v2"),
    outer("unknown-type:type", "no type", type=None),
    outer("unknown-type:type", "a type that is a list", type=["vn.tthc.HoSo.v1"]),
    outer("field-missing:data", "no data", data=None),
    outer("object-expected:data", "data as text", data="H34.10-261122-0007"),
    outer("object-expected:data", "data as list", data=[a_body()]),
    outer("dossier-code-differs:subject", "another subject", subject="H34.10-261122-0008"),
    Bad("another key", WHOLE, "dossier-code-differs:key", key="H34.10-261122-0008"),
    undated("impossible-date:time", "no such time", time=NO_SUCH_DAY),
    undated("time-zone-missing:time", "a time without zone", time="2026-11-22T01:12:00"),
    changed("field-missing:MaHoSo", "no code", MaHoSo=None),
    changed("dossier-code-invalid:MaHoSo", "an empty code", MaHoSo=""),
    changed("dossier-code-invalid:MaHoSo", "a day that is none", MaHoSo="H34.10-261322-0007"),
    changed("dossier-code-invalid:MaHoSo", "a long ordinal", MaHoSo="H34.10-261122-12345678"),
    changed("dossier-code-invalid:MaHoSo", "a lone surrogate", MaHoSo="H34.10-261122-000\ud800"),
    changed("text-expected:MaHoSo", "a code as number", MaHoSo=261122),
    changed("text-expected:MaHoSo", "two codes", MaHoSo=[CODE, CODE]),
    changed("field-missing:MaTTHC", MaTTHC=""),
    changed("code-invalid:MaTTHC", MaTTHC="hai nghìn"),
    changed("text-expected:MaTTHC", MaTTHC=2.000815),
    changed("text-unreadable:TenTTHC", "NUL", TenTTHC="Chứng\x00thực"),
    changed("text-unreadable:TenTTHC", "turned around", TenTTHC="Chứng \u202ecựht"),
    changed("text-unreadable:TenTTHC", "isolated", TenTTHC="Chứng \u2067thực\u2069"),
    changed("text-unreadable:TenTTHC", "an escape", TenTTHC="\x1b[31mChứng thực"),
    changed("too-long:TenTTHC", "1,000 characters", TenTTHC="x" * 1_000),
    changed("field-missing:CoQuanTiepNhan", CoQuanTiepNhan=None),
    changed("object-expected:CoQuanTiepNhan", CoQuanTiepNhan="H34.10"),
    changed("field-missing:CoQuanTiepNhan.Ma", CoQuanTiepNhan={"Ten": "x"}),
    changed("code-invalid:DonViThu.Ma", DonViThu={"Ma": "Trung tâm"}),
    changed("unknown-value:KenhTiepNhan", KenhTiepNhan="buu_chinh"),
    changed("field-missing:KenhTiepNhan", KenhTiepNhan=None),
    changed("unknown-value:HinhThucThu", HinhThucThu="thu_ho"),
    changed("field-missing:NgayNop", NgayNop=None),
    changed("impossible-date:NgayNop", "30 February", NgayNop=NO_SUCH_DAY),
    changed("impossible-date:NgayNop", "in a hundred years", NgayNop=FAR),
    changed("impossible-date:NgayNop", "the year 1", NgayNop="0001-01-01T00:00:00+07:00"),
    changed("impossible-date:NgayNop", "as people write", NgayNop="22/11/2026 08:05"),
    changed("date-expected:NgayNop", "seconds", NgayNop=1_763_773_500),
    changed("time-zone-missing:NgayNop", NgayNop="2026-11-22T08:05:00"),
    changed("impossible-date:NgayNop", "an hour that is none", NgayNop="2026-11-22T25:05:00+07:00"),
    changed("impossible-date:NgayCapNhat", NgayCapNhat="hôm qua"),
    changed("impossible-date:NgayHenTra", NgayHenTra=FAR),
    changed("unknown-status:TrangThaiHoSo", "11", TrangThaiHoSo="11"),
    changed("unknown-status:TrangThaiHoSo", "0", TrangThaiHoSo="0"),
    changed("unknown-status:TrangThaiHoSo", "02", TrangThaiHoSo="02"),
    changed("unknown-status:TrangThaiHoSo", "a float", TrangThaiHoSo=2.0),
    changed("unknown-status:TrangThaiHoSo", "true", TrangThaiHoSo=True),
    changed("field-missing:TrangThaiHoSo", TrangThaiHoSo=None),
    changed("field-missing:ChuHoSo", ChuHoSo=None),
    changed("object-expected:ChuHoSo", ChuHoSo="Nguyễn Văn Đức"),
    person("field-missing:ChuHoSo.HoTen", HoTen="  "),
    person("text-unreadable:ChuHoSo.HoTen", "NUL", HoTen="Nguyễn\x00Đức"),
    person("text-unreadable:ChuHoSo.HoTen", "turned around", HoTen="Nguyễn \u202eĐức"),
    person("text-unreadable:ChuHoSo.HoTen", "a lone surrogate", HoTen="Nguyễn \udc00 Đức"),
    person("text-unreadable:ChuHoSo.HoTen", "a flood of marks", HoTen="Đ\u0301" + "\u0310" * 50),
    person("text-unreadable:ChuHoSo.HoTen", "a private character", HoTen="Đức \ue000"),
    person("too-long:ChuHoSo.HoTen", "1,000 characters", HoTen="N" * 1_000),
    person("text-expected:ChuHoSo.DienThoai", DienThoai=900_000_001),
    person("too-long:ChuHoSo.DienThoai", DienThoai="0" * 31),
    person("unknown-value:ChuHoSo.Loai", Loai="ho_gia_dinh"),
    person("too-long:ChuHoSo.Email", Email="a" * 250 + "@b.vn"),
    changed("field-missing:NguoiNop.HoTen", NguoiNop={"Loai": "ca_nhan"}),
    changed("list-expected:DanhSachLePhi", DanhSachLePhi={"0": a_fee()}),
    changed("too-long:DanhSachLePhi", "5,000 lines", DanhSachLePhi=[a_fee()] * 5_000),
    changed("object-expected:DanhSachLePhi[0]", DanhSachLePhi=["PHI-CHUNGTHUC-BS"]),
    line("negative-amount:DanhSachLePhi[1].Gia", Gia=-1),
    line("number-expected:DanhSachLePhi[1].Gia", "a float", Gia=62_000.5),
    line("number-expected:DanhSachLePhi[1].Gia", "a whole float", Gia=62_000.0),
    line("number-expected:DanhSachLePhi[1].Gia", "as text", Gia="62.000"),
    line("number-expected:DanhSachLePhi[1].Gia", "true", Gia=True),
    line("too-large:DanhSachLePhi[1].Gia", Gia=2**63),
    line("too-small:DanhSachLePhi[1].SoBan", SoBan=0),
    line("too-small:DanhSachLePhi[1].SoTrang", SoTrang=-60),
    line("too-large:DanhSachLePhi[1].SoBan", SoBan=10**9),
    line("number-expected:DanhSachLePhi[1].SoLuong", SoLuong="một"),
    line("unknown-value:DanhSachLePhi[1].LoaiPhiLePhi", LoaiPhiLePhi="thue"),
    line("service-price:DanhSachLePhi[1].LoaiPhiLePhi", LoaiPhiLePhi="gia_dich_vu"),
    line("field-missing:DanhSachLePhi[1].MaPhiLePhi", MaPhiLePhi=None),
    line("code-invalid:DanhSachLePhi[1].DoiTuong", DoiTuong="hộ nghèo"),
    changed("number-expected:DaNop.SoTien", DaNop={"SoTien": 1e5, "NgayThu": "2026-11-22"}),
    changed("too-small:DaNop.SoTien", DaNop={"SoTien": -5, "NgayThu": "2026-11-22"}),
    changed("impossible-date:DaNop.NgayThu", DaNop={"SoTien": 5, "NgayThu": "2026-11-31"}),
    day("impossible-date:Ngay", Ngay="2026-11-31"),
    day("too-small:SoHoSo", SoHoSo=-1),
    day("number-expected:TongTien", TongTien=1.5),
    day("dossier-code-invalid:MaHoSo[1]", MaHoSo=[CODE, "H34"]),
    day("list-expected:MaHoSo", MaHoSo=CODE),
]


NAMES = [f"{bad.refusal} {bad.name}" for bad in BAD]


def as_message(bad: Bad) -> Message:
    message = a_message(bad.body)
    return Message(
        message.topic, 0, message.offset, bad.key, bad.body, message.headers, message.timestamp
    )


def good(number: int) -> Message:
    return a_message(MaHoSo=f"H34.10-261122-{9_000 + number}")


ANSWERS = [
    (b"", "not-json:-"),
    (b"\xff", "not-json:-"),
    (b"[]", "not-json:-"),
    (json.dumps({"type": "vn.tthc.XacNhan.v9"}).encode(), "unknown-type:type"),
    (json.dumps({"type": "vn.tthc.XacNhan.v1"}).encode(), "field-missing:data"),
]


FIELDS = [
    ({"KetQua": "ok"}, "field-missing:MaSuKien"),
    ({"MaSuKien": "", "KetQua": "ok"}, "field-missing:MaSuKien"),
    ({"MaSuKien": "1", "KetQua": "ok"}, "code-invalid:MaSuKien"),
    ({"MaSuKien": 7, "KetQua": "ok"}, "text-expected:MaSuKien"),
    ({"MaSuKien": str(new_id()), "KetQua": "được"}, "unknown-value:KetQua"),
    ({"MaSuKien": str(new_id())}, "field-missing:KetQua"),
    ({"MaSuKien": str(new_id()), "KetQua": "loi", "LyDo": "x" * 501}, "too-long:LyDo"),
    ({"MaSuKien": str(new_id()), "KetQua": "loi", "LyDo": "a\x00b"}, "text-unreadable:LyDo"),
    ({"MaSuKien": str(new_id()), "KetQua": "ok"}, "fact-unknown:MaSuKien"),
]


ANSWERS += [
    (json.dumps({"type": "vn.tthc.XacNhan.v1", "data": data}).encode(), refusal)
    for data, refusal in FIELDS
]
