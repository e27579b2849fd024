"""The way to the tax authority, against the stand-in that shares no code with it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport

from receipt.adapters.tax.client import TaxClient
from receipt.domain.tax import Acknowledgement, TaxForm, TaxRefusedError, TaxUnavailableError
from shared.clock import utc_now
from shared.ids import new_id
from tests.support.tax_authority import URL, TaxAuthority, a_table

TABLE = TaxForm.DAILY_TABLE


@pytest.fixture
def authority(tmp_path: Path) -> TaxAuthority:
    return TaxAuthority(tmp_path / "tax")


async def send(authority: TaxAuthority, key: UUID, body: bytes) -> Acknowledgement:
    return await authority.client.submit(TABLE, key, body, now=utc_now())


async def test_given_a_table_when_it_comes_again_then_it_is_taken_once_and_answered_alike(
    authority: TaxAuthority, tmp_path: Path
) -> None:
    key = new_id()
    first = await send(authority, key, a_table(key))

    again = await send(authority, key, a_table(key))
    after_a_restart = await send(TaxAuthority(tmp_path / "tax"), key, a_table(key))

    assert first == again == after_a_restart
    assert [each["ma"] for each in await authority.received()] == [str(key)]
    with pytest.raises(TaxRefusedError, match="TRUNG_MA"):
        await send(authority, key, a_table(key, lap_luc="khac"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"so_dong": 2}, "SAI_SO_DONG"),
        ({"tong_tien": 1}, "SAI_TONG_TIEN"),
        ({"lan_bo_sung": 1}, "SAI_LAN"),
        ({"ky": "2026-11-27"}, "SAI_NGAY"),
        ({"ma": "khac"}, "SAI_MA"),
        ({"don_vi_tien": "USD"}, "SAI_DON_VI_TIEN"),
    ],
)
async def test_given_a_bad_table_when_it_is_sent_then_it_is_refused_and_not_kept(
    authority: TaxAuthority, changes: dict[str, Any], code: str
) -> None:
    key = new_id()

    with pytest.raises(TaxRefusedError) as refused:
        await send(authority, key, a_table(key, **changes))

    assert refused.value.reason == code
    assert await authority.received() == []


async def test_given_a_number_that_was_reported_when_it_comes_as_new_then_it_is_refused(
    authority: TaxAuthority,
) -> None:
    first, second = new_id(), new_id()
    await send(authority, first, a_table(first))

    with pytest.raises(TaxRefusedError, match="TRUNG_SO"):
        await send(authority, second, a_table(second, lan_bo_sung=1))


async def test_given_an_outage_or_a_lost_answer_when_sent_then_later_may_help(
    authority: TaxAuthority,
) -> None:
    key = new_id()
    for fault in ({"outage": True}, {"lose_answers": 1}):
        await authority.ask_for(**fault)
        with pytest.raises(TaxUnavailableError):
            await send(authority, key, a_table(key))
        await authority.heal()

    taken = await send(authority, key, a_table(key))

    assert [each["ma_tiep_nhan"] for each in await authority.received()] == [taken.reference]


async def test_given_a_wrong_secret_when_sent_then_nothing_is_taken(
    authority: TaxAuthority,
) -> None:
    stranger = TaxClient(URL, "another", transport=ASGITransport(authority.app))
    key = new_id()

    with pytest.raises(TaxUnavailableError, match="401"):
        await stranger.submit(TABLE, key, a_table(key), now=utc_now())

    assert await authority.received() == []


async def test_given_a_notice_when_it_is_sent_then_it_is_acknowledged(
    authority: TaxAuthority,
) -> None:
    key = new_id()
    notice = {
        "mau": "04/SS-CTĐT", "ma": str(key), "ky_hieu_mau": "EBL01", "ky_hieu": "26TAA", "so": 7,
        "to_chuc_thu": {"ma_so_thue": "6101234567", "ma_don_vi": "H34.10", "ten": "Trung tâm"},
        "noi_dung": [{"truong": "payer_name"}],
    }  # fmt: skip

    body = json.dumps(notice).encode()
    await authority.client.submit(TaxForm.ERROR_NOTICE, key, body, now=utc_now())

    [taken] = await authority.received()
    assert (taken["mau"], taken["so"]) == ("04/SS-CTĐT", 7)
