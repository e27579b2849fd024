"""The way to the tax authority, against the stand-in that shares no code with it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport

from lephi.stack.certificates import Validity, for_days, make_authority, make_collector
from receipt.adapters.signer.file_key import FileKey
from receipt.adapters.tax.client import TaxClient
from receipt.domain.tax import Acknowledgement, TaxForm, TaxRefusedError, TaxUnavailableError
from shared.clock import utc_now
from shared.ids import new_id
from tests.receipt.signers import TAX_CODE, a_key, new_key
from tests.support.tax_authority import URL, TaxAuthority, a_signed_form, a_table

TABLE = TaxForm.DAILY_TABLE


NOW = utc_now()
ENDED = Validity(NOW - timedelta(days=30), NOW - timedelta(days=1))


def of_a_stranger() -> FileKey:
    """Return a key whose certificate says all the right things, by another issuer."""
    issuer = make_authority()
    owned = make_collector(issuer, "Trung tâm", TAX_CODE, validity=for_days(30))
    return FileKey(owned.key, owned.certificate, issuer.certificate)


@pytest.fixture
def authority(tmp_path: Path) -> TaxAuthority:
    return TaxAuthority(tmp_path / "tax")


async def send(authority: TaxAuthority, key: UUID, body: bytes) -> Acknowledgement:
    return await authority.client.submit(TABLE, key, body, now=utc_now())


async def test_given_a_table_when_it_comes_again_then_it_is_taken_once_and_answered_alike(
    authority: TaxAuthority, tmp_path: Path
) -> None:
    key = new_id()
    signed = a_table(key)
    first = await send(authority, key, signed)

    again = await send(authority, key, signed)
    after_a_restart = await send(TaxAuthority(tmp_path / "tax"), key, signed)

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
    signed = a_table(key)
    for fault in ({"outage": True}, {"lose_answers": 1}):
        await authority.ask_for(**fault)
        with pytest.raises(TaxUnavailableError):
            await send(authority, key, signed)
        await authority.heal()

    taken = await send(authority, key, signed)

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

    body = a_signed_form(TaxForm.ERROR_NOTICE, notice)
    await authority.client.submit(TaxForm.ERROR_NOTICE, key, body, now=utc_now())

    [taken] = await authority.received()
    assert (taken["mau"], taken["so"]) == ("04/SS-CTĐT", 7)


def altered(form: bytes) -> bytes:
    return form.replace(b"<so_tien>62000<", b"<so_tien>61000<")


def unsigned(form: bytes) -> bytes:
    return form[: form.index(b"<ds:Signature")] + b"</BangTongHop>"


@pytest.mark.parametrize(
    ("key", "change", "code"),
    [
        (a_key, altered, "SAI_CHU_KY"),
        (a_key, unsigned, "SAI_CHU_KY"),
        (a_key, lambda _: b'{"mau": "01/TH-BL\xc4\x90T"}', "SAI_CHU_KY"),
        (a_key, lambda form: b"<!DOCTYPE x>" + form.partition(b"?>")[2], "SAI_CHU_KY"),
        (lambda: new_key("6107654321"), bytes, "SAI_CHUNG_THU"),
        (lambda: new_key(validity=ENDED), bytes, "CHUNG_THU_HET_HAN"),
        (of_a_stranger, bytes, "SAI_CHUNG_THU"),
    ],
)
async def test_given_a_form_that_its_collector_did_not_sign_when_sent_then_it_is_refused(
    authority: TaxAuthority,
    key: Callable[[], FileKey],
    change: Callable[[bytes], bytes],
    code: str,
) -> None:
    form_id = new_id()

    with pytest.raises(TaxRefusedError) as refused:
        await send(authority, form_id, change(a_table(form_id, key=key())))

    assert refused.value.reason == code
    assert await authority.received() == []
