"""01/TH-BLĐT carries its collector's signature: signed once, stored, and sent as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from receipt.adapters.signer.checking import check_xml
from receipt.domain.daily_states import TableState, TableSummary
from receipt.repository.daily_table_lists import list_tables
from shared.db.database import Database
from tests.receipt.days import Days, at, days_of
from tests.receipt.signers import TAX_CODE, key_of, signers_of
from tests.support.tax_authority import TaxAuthority


@pytest.fixture
def days(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    with days_of(database, TaxAuthority(tmp_path / "tax"), monkeypatch) as days:
        yield days


async def tables_of(days: Days) -> list[TableSummary]:
    async with days.database.transaction() as session:
        return await list_tables(session, ["H34.10", "H34.20"], before=None, limit=9)


async def test_given_no_certificate_in_force_when_due_then_it_waits_is_told_and_goes_with_the_next(
    days: Days,
) -> None:
    ready, days.authority.signers = days.authority.signers, signers_of()
    await days.issue()
    await days.work(at(23, "22:01"))
    waiting = await days.select(
        "SELECT status, error_code, signed, outage_id FROM daily_table_submission"
    )
    [table] = await tables_of(days)

    days.authority.signers = ready
    await days.work(at(23, "22:02"))

    assert waiting == [("waiting", "signer-unusable", None, None)]
    assert table.state(at(23, "22:01")) is TableState.UNSIGNED
    assert table.state(at(24, "01:01")) is TableState.OVERDUE
    assert len(await days.sent()) == 1
    [(signed,)] = await days.select("SELECT signed FROM daily_table_submission")
    checked = check_xml(signed.encode())
    assert (checked.is_whole, checked.certificate) == (True, key_of(TAX_CODE).certificate)


async def test_given_a_refused_signature_when_the_certificate_is_renewed_then_it_is_signed_anew(
    days: Days,
) -> None:
    await days.issue()
    await days.authority.ask_for(refuse=1)
    await days.work(at(23, "22:01"))
    [before] = await days.select("SELECT signed FROM daily_table_submission")
    await days.authority.ask_for(lose_answers=1)
    await days.work(at(23, "23:02"))
    [first] = await days.select("SELECT signed FROM daily_table_submission")
    await days.work(at(23, "23:30"))

    assert before == (None,)
    assert await days.select("SELECT signed, status FROM daily_table_submission") == [
        (*first, "accepted")
    ]
