"""Made-up dossiers: the same twice, and exactly what the province's contract allows."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dossier.adapters.province.callback import read_dossier_message
from lephi.province.dossiers import AGENCIES, Dossier, example_code, make_dossiers
from lephi.province.procedures import PROCEDURES
from lephi.province.wire import value_of
from shared.days import vietnam_day
from shared.dossier_code import parse_dossier_code

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DATA = {
    "MaHoSo", "MaTTHC", "TenTTHC", "LinhVuc", "NgayCapNhat", "CoQuanTiepNhan", "CoQuanGiaiQuyet",
    "DonViThu", "MaDiaBan", "KenhTiepNhan", "NgayNop", "NgayTiepNhan", "NgayHenTra",
    "TrangThaiHoSo", "HinhThucThu", "ChuHoSo", "NguoiNop", "DaNop", "DanhSachLePhi",
}  # fmt: skip
"""The fields of the contract, all of them always present."""


def made(count: int = 200, *, seed: int = 1, now: datetime = NOW) -> list[Dossier]:
    return list(make_dossiers(count, seed=seed, now=now))


def test_given_one_seed_and_day_when_made_twice_then_every_byte_is_the_same() -> None:
    later_that_day = NOW + timedelta(hours=6)

    first, second = made(), made(now=later_that_day)

    assert [value_of(dossier.message) for dossier in first] == [
        value_of(dossier.message) for dossier in second
    ]


def test_given_another_seed_when_made_then_the_codes_stay_and_the_content_differs() -> None:
    first, second = made(), made(seed=2)

    assert [dossier.code for dossier in first] == [dossier.code for dossier in second]
    assert first != second
    assert not ({a.message["id"] for a in first} & {b.message["id"] for b in second})


def test_given_more_dossiers_when_made_then_they_begin_with_the_same_ones() -> None:
    assert made(500)[:200] == made(200)


@pytest.mark.parametrize("dossier", made(), ids=lambda dossier: dossier.code)
def test_given_a_made_up_dossier_when_the_province_reader_takes_it_then_it_is_valid(
    dossier: Dossier,
) -> None:
    message = json.loads(value_of(dossier.message))

    stated = read_dossier_message(value_of(dossier.message), sent_at=NOW)

    assert stated is not None
    assert set(message["data"]) == DATA
    assert message["subject"] == message["data"]["MaHoSo"] == parse_dossier_code(dossier.code)
    assert datetime.fromisoformat(message["time"]) <= NOW


def test_given_two_hundred_when_made_then_they_show_every_case_of_the_demonstration() -> None:
    data = [dossier.message["data"] for dossier in made()]

    assert {one["MaTTHC"] for one in data} == {procedure.code for procedure in PROCEDURES}
    assert len(PROCEDURES) == 12
    assert {one["CoQuanTiepNhan"]["Ma"] for one in data} == set(AGENCIES)
    assert {one["TrangThaiHoSo"] for one in data} == {str(number) for number in range(1, 11)}
    assert {one["KenhTiepNhan"] for one in data} == {"truc_tiep", "truc_tuyen"}
    assert {one["HinhThucThu"] for one in data} == {"thu_truoc", "thu_sau", "mien_phi"}
    assert any(len({line["LoaiPhiLePhi"] for line in one["DanhSachLePhi"]}) == 2 for one in data)
    assert any(one["DaNop"] for one in data)
    assert any(one["NguoiNop"] for one in data)
    assert any(one["ChuHoSo"]["Loai"] == "to_chuc" for one in data)
    assert any(line["DoiTuong"] for one in data for line in one["DanhSachLePhi"])


def test_given_the_example_when_made_then_it_is_sixty_pages_with_an_email_address() -> None:
    code = example_code(vietnam_day(NOW))

    (example,) = [dossier for dossier in made() if dossier.code == code]

    assert code == "H34.10-261124-0007"
    data = example.message["data"]
    (line,) = data["DanhSachLePhi"]
    assert (data["MaTTHC"], line["SoBan"], line["SoTrang"]) == ("2.000815", 1, 60)
    assert data["ChuHoSo"]["Email"].endswith("@example.vn")
    assert data["DaNop"] is None


def test_given_only_one_when_made_then_it_is_the_example() -> None:
    assert made(1)[0].code == "H34.10-261124-0007"


def test_given_the_demo_citizens_when_made_then_both_own_dossiers() -> None:
    owners = Counter(dossier.message["data"]["ChuHoSo"]["SoDinhDanh"] for dossier in made())

    assert owners["062090000001"] >= 3
    assert owners["062090000002"] >= 2


def test_given_many_when_made_then_codes_people_and_events_are_distinct() -> None:
    many = made(3_000)

    assert len({dossier.code for dossier in many}) == 3_000
    assert len({dossier.message["id"] for dossier in many}) == 3_000
    ids = Counter(dossier.message["data"]["ChuHoSo"]["SoDinhDanh"] for dossier in many)
    assert {number for number, count in ids.items() if count > 1} <= {
        None, "062090000001", "062090000002",
    }  # fmt: skip


@pytest.mark.parametrize("hour", range(24))
def test_given_any_hour_when_made_then_nothing_lies_in_the_future(hour: int) -> None:
    now = datetime(2026, 11, 24, hour, 45, tzinfo=UTC)

    for dossier in made(20, now=now):
        data = dossier.message["data"]
        assert datetime.fromisoformat(data["NgayNop"]) < now
        assert datetime.fromisoformat(data["NgayTiepNhan"]) < now
        assert datetime.fromisoformat(data["NgayCapNhat"]) < now
        assert f"-{vietnam_day(now):%y%m%d}-" in dossier.code
