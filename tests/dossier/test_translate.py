"""What the province's messages become, and why bad ones are refused."""

import copy
import json
from datetime import UTC, date, datetime

import pytest

from dossier.adapters.province.callback import (
    RefusedError,
    Stated,
    read_acknowledgement,
    read_dossier_message,
)
from dossier.domain.days import DayStatement
from shared.contracts.parts import DayTotals, FilingChannel, PaymentTiming
from shared.contracts.party import PersonKind
from tests.dossier.builders import CODE, SENT_AT, a_body, a_fee, a_person


def read(body: object) -> Stated:
    stated = read_dossier_message(json.dumps(body).encode(), sent_at=SENT_AT)
    assert isinstance(stated, Stated)
    return stated


def refusal_of(value: bytes) -> tuple[str, str]:
    with pytest.raises(RefusedError) as refused:
        read_dossier_message(value, sent_at=SENT_AT)
    return refused.value.refusal.reason_code, refused.value.refusal.field


def test_given_a_whole_message_when_it_is_read_then_every_word_is_ours() -> None:
    stated = read(a_body(NguoiNop=a_person("Công ty Đất Đỏ", Loai="to_chuc", MaSoThue="0101")))

    facts, labels = stated.message.facts, stated.message.labels
    assert stated.message.dossier_code == CODE
    assert stated.message.stated_at == datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
    assert facts.submitted_at == datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    assert facts.due_at == datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert (facts.channel, facts.payment_timing) == (FilingChannel.COUNTER, PaymentTiming.AFTER)
    assert (facts.status, facts.payee, facts.territory_code) == (2, None, None)
    assert (labels.collecting_agency, labels.field_name) == ("H34.10", "Chứng thực")
    assert facts.fee_lines[0].quantities.pages == 60
    assert stated.party.owner.name == "Nguyễn Văn Đức"
    assert stated.party.payer.kind is PersonKind.ORGANISATION


@pytest.mark.parametrize(
    "written",
    [
        "h34.10-261122-0007",
        "  H34.10-261122-0007\t",
        "Ｈ３４.１０－２６１１２２－０００７",  # noqa: RUF001 - full-width, as some keyboards type it
        "H34.10–261122–0007",  # noqa: RUF001 - en dashes, as word processors make them
        "H34.10 - 261122 - 0007",
    ],
)
def test_given_a_code_in_another_spelling_when_it_is_read_then_it_is_stored_in_one(
    written: str,
) -> None:
    assert read(a_body(MaHoSo=written)).message.dossier_code == CODE


def test_given_a_legacy_code_when_it_is_read_then_it_stays_as_it_is() -> None:
    assert read(a_body(MaHoSo="000.00.53.H48-220921-0099")).message.dossier_code == (
        "000.00.53.H48-220921-0099"
    )


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"MaHoSo": None}, "field-missing", "MaHoSo"),
        ({"MaHoSo": ""}, "dossier-code-invalid", "MaHoSo"),
        ({"MaHoSo": "H34.10-261322-0007"}, "dossier-code-invalid", "MaHoSo"),
        ({"MaHoSo": 7}, "text-expected", "MaHoSo"),
        ({"MaTTHC": ""}, "field-missing", "MaTTHC"),
        ({"MaTTHC": "hai nghìn"}, "code-invalid", "MaTTHC"),
        ({"CoQuanTiepNhan": None}, "field-missing", "CoQuanTiepNhan"),
        ({"CoQuanTiepNhan": "H34.10"}, "object-expected", "CoQuanTiepNhan"),
        ({"CoQuanTiepNhan": {"Ten": "x"}}, "field-missing", "CoQuanTiepNhan.Ma"),
        ({"DonViThu": {"Ma": "H34 10"}}, "code-invalid", "DonViThu.Ma"),
        ({"KenhTiepNhan": "buu_chinh"}, "unknown-value", "KenhTiepNhan"),
        ({"HinhThucThu": "thu_ho"}, "unknown-value", "HinhThucThu"),
        ({"NgayNop": "2026-02-30T08:00:00+07:00"}, "impossible-date", "NgayNop"),
        ({"NgayNop": "22/11/2026"}, "impossible-date", "NgayNop"),
        ({"NgayNop": "0001-01-01T00:00:00+07:00"}, "impossible-date", "NgayNop"),
        ({"NgayNop": "2026-11-22T08:00:00"}, "time-zone-missing", "NgayNop"),
        ({"NgayNop": 1763773500}, "date-expected", "NgayNop"),
        ({"NgayNop": None}, "field-missing", "NgayNop"),
        ({"NgayCapNhat": "hôm qua"}, "impossible-date", "NgayCapNhat"),
        ({"TrangThaiHoSo": "11"}, "unknown-status", "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "0"}, "unknown-status", "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "02"}, "unknown-status", "TrangThaiHoSo"),
        ({"TrangThaiHoSo": True}, "unknown-status", "TrangThaiHoSo"),
        ({"ChuHoSo": None}, "field-missing", "ChuHoSo"),
        ({"ChuHoSo": a_person(" ")}, "field-missing", "ChuHoSo.HoTen"),
        ({"ChuHoSo": a_person("a\x00b")}, "text-unreadable", "ChuHoSo.HoTen"),
        ({"ChuHoSo": a_person("a\ud800")}, "text-unreadable", "ChuHoSo.HoTen"),
        ({"ChuHoSo": a_person("x" * 301)}, "too-long", "ChuHoSo.HoTen"),
        ({"ChuHoSo": a_person(DienThoai=900000001)}, "text-expected", "ChuHoSo.DienThoai"),
        ({"NguoiNop": a_person(Loai="ca_the")}, "unknown-value", "NguoiNop.Loai"),
        ({"DanhSachLePhi": "phi"}, "list-expected", "DanhSachLePhi"),
        ({"DanhSachLePhi": [a_fee()] * 51}, "too-long", "DanhSachLePhi"),
        ({"DanhSachLePhi": [None]}, "field-missing", "DanhSachLePhi[0]"),
        ({"DanhSachLePhi": [a_fee(Gia=-1)]}, "negative-amount", "DanhSachLePhi[0].Gia"),
        ({"DanhSachLePhi": [a_fee(Gia="10000")]}, "number-expected", "DanhSachLePhi[0].Gia"),
        ({"DanhSachLePhi": [a_fee(Gia=10000.0)]}, "number-expected", "DanhSachLePhi[0].Gia"),
        ({"DanhSachLePhi": [a_fee(Gia=10**15)]}, "too-large", "DanhSachLePhi[0].Gia"),
        ({"DanhSachLePhi": [a_fee(SoBan=0)]}, "too-small", "DanhSachLePhi[0].SoBan"),
        ({"DanhSachLePhi": [a_fee(SoTrang="60")]}, "number-expected", "DanhSachLePhi[0].SoTrang"),
        ({"DanhSachLePhi": [a_fee(SoTrang=100_001)]}, "too-large", "DanhSachLePhi[0].SoTrang"),
        (
            {"DanhSachLePhi": [a_fee(LoaiPhiLePhi="gia_dich_vu")]},
            "service-price",
            "DanhSachLePhi[0].LoaiPhiLePhi",
        ),
        (
            {"DanhSachLePhi": [a_fee(), a_fee(MaPhiLePhi=None)]},
            "field-missing",
            "DanhSachLePhi[1].MaPhiLePhi",
        ),
        ({"DaNop": {"SoTien": -5, "NgayThu": "2026-11-22"}}, "too-small", "DaNop.SoTien"),
        ({"DaNop": {"SoTien": 5, "NgayThu": "2026-13-22"}}, "impossible-date", "DaNop.NgayThu"),
    ],
)
def test_given_a_bad_field_when_it_is_read_then_reason_and_field_are_named(
    changes: dict[str, object], reason: str, field: str
) -> None:
    assert refusal_of(json.dumps(a_body(**changes)).encode()) == (reason, field)


@pytest.mark.parametrize(
    ("value", "reason", "field"),
    [
        (b"", "not-json", "-"),
        (b"{", "not-json", "-"),
        (b"\xff\xfe", "not-json", "-"),
        (b"[" * 200_000, "not-json", "-"),
        (b"[]", "not-json", "-"),
        (b"{}", "unknown-type", "type"),
        (b'{"type":"vn.tthc.HoSo.v9"}', "unknown-type", "type"),
        (b'{"type":"vn.tthc.HoSo.v1"}', "field-missing", "data"),
        (b'{"type":"vn.tthc.HoSo.v1","data":[]}', "object-expected", "data"),
    ],
)
def test_given_no_dossier_at_all_when_it_is_read_then_it_is_refused(
    value: bytes, reason: str, field: str
) -> None:
    assert refusal_of(value) == (reason, field)


def test_given_a_refused_message_when_it_is_answered_then_no_person_is_named() -> None:
    body = a_body(ChuHoSo=a_person("Nguyễn Văn Đức", DienThoai=5))

    with pytest.raises(RefusedError) as refused:
        read_dossier_message(json.dumps(body).encode(), sent_at=SENT_AT)

    assert "Nguyễn" not in repr(refused.value.refusal)
    assert refused.value.refusal.message_id == "tinh-1"


def test_given_placeholders_when_it_is_read_then_they_mean_not_stated() -> None:
    body = a_body(
        TenTTHC=" ",
        HinhThucThu=None,
        CoQuanGiaiQuyet=None,
        DanhSachLePhi=[a_fee(Gia=0, SoBan=None, SoLuong=3, SoTrang=None, BienThe="")],
    )

    stated = read(body).message

    line = stated.facts.fee_lines[0]
    assert (line.declared_vnd, line.variant) == (None, None)
    assert (line.quantities.copies, line.quantities.pages) == (3, 1)
    assert not stated.procedure_is_named
    assert not stated.payment_timing_is_stated
    assert stated.facts.deciding_agency == "H34.10"


def test_given_an_evidence_with_words_when_it_is_read_then_only_its_hash_travels() -> None:
    body = a_body(DanhSachLePhi=[a_fee(MinhChung="Sổ hộ nghèo của ông Đức")])

    reference = read(body).message.facts.fee_lines[0].evidence_ref

    assert reference is not None
    assert len(reference) == 64


def test_given_no_update_time_when_it_is_read_then_the_envelopes_time_orders_it() -> None:
    body = a_body(NgayCapNhat=None)
    without_time = copy.deepcopy(body)
    del without_time["time"]

    assert read(body).message.stated_at == datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
    assert read(without_time).message.stated_at == SENT_AT


def test_given_the_days_counts_when_they_are_read_then_they_are_ours() -> None:
    body = {
        "type": "vn.tthc.TongHopNgay.v1",
        "data": {
            "Ngay": "2026-11-22",
            "SoHoSo": 1,
            "MaHoSo": ["h34.10-261122-0007"],
            "SoDaThu": 1,
            "TongTien": 62_000,
        },
    }

    day = read_dossier_message(json.dumps(body).encode(), sent_at=SENT_AT)

    totals = DayTotals(dossier_count=1, paid_count=1, paid_vnd=62_000)
    assert day == DayStatement(date(2026, 11, 22), SENT_AT, 1, 1, totals, (CODE,), None)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"SoHoSo": None}, "field-missing", "SoHoSo"),
        ({"SoDaThu": "1"}, "number-expected", "SoDaThu"),
        ({"TongTien": -1}, "too-small", "TongTien"),
        ({"MaHoSo": ["x"]}, "dossier-code-invalid", "MaHoSo[0]"),
        ({"MaSuKien": ["x"]}, "code-invalid", "MaSuKien[0]"),
        ({"Phan": 0}, "too-small", "Phan"),
        ({"Phan": 2}, "too-large", "data"),
    ],
)
def test_given_bad_counts_when_they_are_read_then_reason_and_field_are_named(
    changes: dict[str, object], reason: str, field: str
) -> None:
    data = {"Ngay": "2026-11-22", "SoHoSo": 1, "SoDaThu": 0, "TongTien": 0, **changes}
    body = json.dumps({"type": "vn.tthc.TongHopNgay.v1", "data": data}).encode()

    with pytest.raises(RefusedError) as refused:
        read_dossier_message(body, sent_at=SENT_AT)

    assert (refused.value.refusal.reason_code, refused.value.refusal.field) == (reason, field)


@pytest.mark.parametrize(
    ("data", "reason", "field"),
    [
        ({"KetQua": "ok"}, "field-missing", "MaSuKien"),
        ({"MaSuKien": "x", "KetQua": "ok"}, "code-invalid", "MaSuKien"),
        ({"MaSuKien": "x", "KetQua": "duoc"}, "unknown-value", "KetQua"),
    ],
)
def test_given_a_bad_answer_when_it_is_read_then_reason_and_field_are_named(
    data: dict[str, object], reason: str, field: str
) -> None:
    value = json.dumps({"type": "vn.tthc.XacNhan.v1", "data": data}).encode()

    with pytest.raises(RefusedError) as refused:
        read_acknowledgement(value)

    assert (refused.value.refusal.reason_code, refused.value.refusal.field) == (reason, field)


@pytest.mark.parametrize(
    ("written", "echoed"),
    [("h34.10-261322-0007", "h34.10-261322-0007"), ("Nguyễn Văn Đức", None), ("", "")],
)
def test_given_a_code_that_is_none_when_it_is_refused_then_only_what_looks_like_one_goes_back(
    written: str, echoed: str | None
) -> None:
    with pytest.raises(RefusedError) as refused:
        read(a_body(MaHoSo=written))

    assert refused.value.refusal.written_code == echoed
