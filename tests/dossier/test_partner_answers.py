"""What the province's answers do, and its silence."""

from datetime import timedelta

import pytest

from dossier import handlers
from dossier.domain.partner import FactState
from dossier.jobs import mark_overdue
from dossier.use_cases import waiting
from shared import parked
from shared.clock import utc_now
from shared.contracts.dossier import (
    LateLevel,
    PartnerAnswer,
    PartnerFactAcknowledged,
    PartnerFactLate,
)
from shared.db.database import Database
from shared.ids import new_id
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    an_answer,
    answer,
    hear_dossier,
)
from tests.dossier.partner_facts import as_if_sent, sent_fact, state_of
from tests.support.facts import facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database that knows one dossier."""
    made = await database_of("dossier")
    await hear_dossier(made)
    return made


async def test_given_a_sent_fact_when_it_is_acknowledged_twice_then_it_is_said_once(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    for _ in range(2):
        async with database.transaction() as session:
            await answer(session, fact_id, "ok")

    said = await facts(database, PartnerFactAcknowledged)
    assert [(each.data.result, each.agency) for each in said] == [(PartnerAnswer.OK, "H34.10")]
    assert await state_of(database, fact_id) is FactState.ACKNOWLEDGED


async def test_given_a_refusal_in_words_when_it_comes_then_the_words_stay_here(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    async with database.transaction() as session:
        await answer(session, fact_id, "loi", LyDo="Ông Đức chưa có trong hệ thống")
        await answer(session, fact_id, "ok")
        await answer(session, fact_id, "loi", LyDo="TRE")

    said = [each.data.reason_code for each in await facts(database, PartnerFactAcknowledged)]
    assert said == ["other", None]
    assert await state_of(database, fact_id) is FactState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("fact_id", "reason"),
    [("0192f3c4-7c1e-7cc2-9a54-0f2a9b1c7d14", "fact-unknown"), ("x", "code-invalid")],
)
async def test_given_an_answer_that_matches_nothing_when_it_comes_then_it_is_parked(
    database: Database, fact_id: str, reason: str
) -> None:
    async with database.transaction() as session:
        await answer(session, fact_id, "ok")

    async with database.transaction() as session:
        waiting = await parked.list_parked(session)
    assert [row.reason_code for row in waiting] == [reason]


async def test_given_silence_when_time_passes_then_each_level_is_said_once(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)

    await as_if_sent(database, fact_id, timedelta(minutes=14, seconds=50))
    assert not await mark_overdue(database, None)
    await as_if_sent(database, fact_id, timedelta(seconds=10))
    assert await mark_overdue(database, None)
    assert not await mark_overdue(database, None)
    assert await state_of(database, fact_id) is FactState.LATE
    await as_if_sent(database, fact_id, timedelta(hours=23, minutes=45))
    assert await mark_overdue(database, None)
    assert not await mark_overdue(database, None)

    said = await facts(database, PartnerFactLate)
    assert [(each.data.fact_id, each.data.level) for each in said] == [
        (fact_id, LateLevel.LATE), (fact_id, LateLevel.ESCALATED),
    ]  # fmt: skip
    assert await state_of(database, fact_id) is FactState.ESCALATED


async def told_at_the_desk(database: Database, agency_code: str) -> int | None:
    """Return how many facts of an agency its desk says the province has not answered."""
    async with database.transaction() as session:
        found = await waiting.waits(session, [agency_code], now=utc_now())
    return None if found.province is None else found.province.count


@pytest.mark.parametrize("result", ["ok", "loi"])
async def test_given_a_late_fact_when_it_is_answered_after_all_then_that_counts(
    database: Database, result: str
) -> None:
    fact_id = await sent_fact(database)
    await as_if_sent(database, fact_id, timedelta(minutes=16))
    await mark_overdue(database, None)
    assert await told_at_the_desk(database, "H34.10") == 1
    assert await told_at_the_desk(database, "H34.22.08") is None

    async with database.transaction() as session:
        await answer(session, fact_id, result, LyDo="HO_SO_KHONG_CO")

    said = (await facts(database, PartnerFactAcknowledged))[0].data
    assert (said.result, said.reason_code) == (
        PartnerAnswer(result), "HO_SO_KHONG_CO" if result == "loi" else None,
    )  # fmt: skip
    await as_if_sent(database, fact_id, timedelta(days=2))
    assert not await mark_overdue(database, None)


async def test_given_a_poll_of_answers_when_they_come_then_the_unknown_one_alone_is_parked(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    messages = [an_answer(fact_id, "loi"), an_answer(new_id(), "ok"), an_answer(fact_id, "ok")]

    async with database.transaction() as session:
        await handlers.hear_answers(session, messages)

    said = [each.data.result for each in await facts(database, PartnerFactAcknowledged)]
    assert said == [PartnerAnswer.ERROR, PartnerAnswer.OK]
    async with database.transaction() as session:
        assert [row.reason_code for row in await parked.list_parked(session)] == ["fact-unknown"]
