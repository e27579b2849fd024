"""A day on both sides: what is missing here, what is missing there, and how it heals."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from dossier.adapters.province import facts as words
from dossier.adapters.province.facts import YeuCauGuiLai
from dossier.domain.days import NotStatedError
from dossier.domain.partner import FactState
from dossier.jobs import compare_due_day
from dossier.tables import PartnerComparisonRow, PartnerFactRow, PartnerStatementRow
from dossier.use_cases import days
from dossier.use_cases.days import Asked
from shared.clock import utc_now
from shared.contracts.dossier import PartnerDayCompared, PartnerFactSent
from shared.contracts.parts import DayTotals
from shared.db.database import Database
from shared.db.tables import AuditRow, OutboxRow
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, a_line, a_request, answer, tell
from tests.dossier.days import DAY, OTHER, SOON, a_day, compared, paid_ids, state_day
from tests.support.facts import a_cause, an_envelope, emitted, facts

LOST = "H34.10-261122-0009"


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A day that both sides count."""
    made = await database_of("dossier")
    await a_day(made)
    return made


def asked() -> Asked:
    return Asked("operator-1", "tỉnh mất dữ liệu", a_cause(), utc_now())


async def sent_again(database: Database) -> tuple[int, int]:
    async with database.transaction() as session:
        return await days.send_missing_again(session, DAY, asked=asked())


async def test_given_equal_days_when_they_are_compared_then_nothing_is_missing(
    database: Database,
) -> None:
    await state_day(database)

    said = await compared(database)

    totals = DayTotals(dossier_count=2, paid_count=2, paid_vnd=124_000)
    assert (said.partner, said.day_on, said.run, said.by) == ("tthc", DAY, 1, "system")
    assert (said.ours, said.theirs) == (totals, totals)
    assert (said.missing_here, said.missing_there, said.missing_fact_count) == ((), (), 0)


async def test_given_a_dossier_that_only_they_have_when_compared_then_they_are_asked_for_it(
    database: Database,
) -> None:
    await state_day(database, SoHoSo=3, MaHoSo=[CODE, OTHER, LOST])

    said = await compared(database)

    assert (said.missing_here, said.missing_there) == ((LOST,), ())
    wishes = [each.data for each in await facts(database, YeuCauGuiLai)]
    assert wishes == [YeuCauGuiLai(MaHoSo=(LOST,))]


async def test_given_a_fact_that_they_lost_when_it_is_sent_again_then_its_bytes_are_the_same(
    database: Database,
) -> None:
    kept, lost = await paid_ids(database)
    await state_day(database, SoDaThu=1, TongTien=62_000, MaSuKien=[str(kept)])
    said = await compared(database)
    async with database.transaction() as session:
        await session.execute(update(OutboxRow).values(published_at=utc_now()))
        before = await session.scalar(select(OutboxRow.payload).where(OutboxRow.id == lost))

    assert (said.missing_there, said.missing_fact_count) == ((OTHER,), 1)
    assert await sent_again(database) == (1, 0)
    assert await sent_again(database) == (0, 0)

    async with database.transaction() as session:
        waiting = select(OutboxRow).where(OutboxRow.published_at.is_(None))
        rows = (await session.scalars(waiting.order_by(OutboxRow.position))).all()
        audit = (await session.scalars(select(AuditRow))).one()
        fact = await session.get(PartnerFactRow, lost)
    assert (rows[0].id, rows[0].payload) == (lost, before)
    assert [row.type for row in rows[1:]] == [PartnerFactSent.type]
    assert (await facts(database, PartnerFactSent))[-1].data.again == 1
    assert (audit.actor, audit.act, audit.reason) == (
        "operator-1", "partner.resend", "tỉnh mất dữ liệu",
    )  # fmt: skip
    assert fact is not None
    assert (fact.state, fact.sends) == (FactState.SENT, 2)


async def test_given_a_fact_sent_again_when_they_acknowledge_it_then_the_day_is_whole(
    database: Database,
) -> None:
    kept, lost = await paid_ids(database)
    await state_day(database, at=utc_now(), MaSuKien=[str(kept)])
    assert (await compared(database)).missing_there == (OTHER,)
    await sent_again(database)
    async with database.transaction() as session:
        await answer(session, lost, "ok")

    async with database.transaction() as session:
        run = await days.compare_day(session, DAY, words.send_again, asked=asked())

    said = await compared(database)
    assert (run, said.run, said.by) == (2, 2, "operator-1")
    assert (said.missing_there, said.missing_fact_count) == ((), 0)


async def test_given_a_province_that_lists_no_facts_when_sums_differ_then_all_payments_are_sent(
    database: Database,
) -> None:
    await state_day(database, SoDaThu=1, TongTien=62_000, MaSuKien=None)

    said = await compared(database)

    assert (said.missing_there, said.missing_fact_count) == ((CODE, OTHER), 2)


async def test_given_a_dossier_that_they_lost_when_compared_then_all_facts_of_it_are_missing(
    database: Database,
) -> None:
    await tell(database, an_envelope(a_request(a_line())))
    async with database.transaction() as session:
        await session.execute(update(PartnerFactRow).values(state=FactState.LATE))
    await state_day(database, SoHoSo=1, MaHoSo=[OTHER], MaSuKien=None)

    said = await compared(database)

    assert (said.missing_there, said.missing_fact_count) == ((CODE,), 2)


async def test_given_a_dossier_of_a_neighbouring_day_of_theirs_when_compared_then_it_is_not_lost(
    database: Database,
) -> None:
    await state_day(database, Ngay="2026-11-21", MaHoSo=[CODE], SoHoSo=1)
    await state_day(database, SoHoSo=1, MaHoSo=[OTHER])

    said = await compared(database)

    assert said.day_on == DAY
    assert said.missing_there == ()


async def test_given_facts_on_their_way_or_refused_when_compared_then_they_are_not_missing(
    database: Database,
) -> None:
    first, second = await paid_ids(database)
    async with database.transaction() as session:
        for fact_id, state in ((first, FactState.SENT), (second, FactState.REFUSED)):
            await session.execute(
                update(PartnerFactRow).where(PartnerFactRow.id == fact_id).values(state=state)
            )
    await state_day(database, SoDaThu=0, TongTien=0, MaSuKien=[])

    said = await compared(database)

    assert (said.missing_there, said.missing_fact_count) == ((), 0)
    async with database.transaction() as session:
        assert await session.scalar(select(PartnerComparisonRow.pending)) == 1


async def test_given_a_telling_in_parts_when_they_come_in_any_order_then_it_is_compared_whole(
    database: Database,
) -> None:
    first, second = (str(fact_id) for fact_id in await paid_ids(database))
    at = utc_now() + SOON

    await state_day(database, at=at, MaHoSo=[OTHER], MaSuKien=[second], Phan=2, SoPhan=2)
    assert not await compare_due_day(database, None)
    await state_day(database, at=at, MaHoSo=[CODE], MaSuKien=[first], Phan=1, SoPhan=2)

    said = await compared(database)
    assert (said.run, said.missing_here, said.missing_there) == (1, (), ())


async def test_given_an_older_telling_when_it_comes_late_then_the_newer_one_stands(
    database: Database,
) -> None:
    now = utc_now()
    await state_day(database, at=now + SOON)
    await state_day(database, at=now - timedelta(hours=1), MaHoSo=[LOST], SoHoSo=9)

    said = await compared(database)

    assert (said.theirs.dossier_count, said.missing_here) == (2, ())
    async with database.transaction() as session:
        kept = select(PartnerStatementRow.dossier_count)
        assert (await session.scalars(kept)).all() == [2]


async def test_given_a_day_told_twice_when_compared_then_the_last_telling_stands_and_runs_count(
    database: Database,
) -> None:
    for count in (1, 2):
        await state_day(database, at=datetime(2026, 11, 23, tzinfo=UTC), SoHoSo=count)
        await compared(database)

    async with database.transaction() as session:
        runs = await session.scalar(select(func.count()).select_from(PartnerComparisonRow))
    assert runs == 2
    assert (await compared(database)).theirs.dossier_count == 2


async def test_given_a_day_of_which_nothing_was_told_when_it_is_compared_then_that_is_said(
    database: Database,
) -> None:
    with pytest.raises(NotStatedError):
        async with database.transaction() as session:
            await days.compare_day(session, DAY, words.send_again, asked=asked())

    assert PartnerDayCompared.type not in await emitted(database)
