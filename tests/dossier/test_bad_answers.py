"""Answers that cannot be taken, and refusals that name nobody."""

import pytest

from dossier import handlers
from dossier.adapters.province.facts import BiTuChoi
from shared import parked
from shared.db.database import Database
from shared.subscriptions import Message
from tests.conftest import NewDatabase
from tests.dossier.bad_messages import ANSWERS
from tests.dossier.builders import a_body, a_message, hear
from tests.support.facts import facts


async def test_given_bad_answers_when_one_poll_brings_them_then_each_is_parked_and_not_answered(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("dossier")
    moment = a_message().timestamp
    messages = [
        Message("tthc.ack", 0, number, None, body, {}, moment)
        for number, (body, _) in enumerate(ANSWERS)
    ]

    async with database.transaction() as session:
        await handlers.hear_answers(session, messages)

    async with database.transaction() as session:
        rows = await parked.list_parked(session, limit=200)
    assert sorted(row.detail for row in rows) == sorted(refusal for _, refusal in ANSWERS)
    assert await facts(database, BiTuChoi) == []


@pytest.mark.parametrize(
    ("written", "echoed"),
    [
        ("H34.10-261322-0007", "H34.10-261322-0007"),
        ("Lê Văn An", None),
        ("0912 388 477", None),
        ("062090000001", None),
        ("duc@example.vn", None),
        ("Nguyễn Văn Đức 1990", None),
    ],
)
async def test_given_a_person_in_the_place_of_the_code_when_it_is_answered_then_nobody_is_named(
    database_of: NewDatabase, written: str, echoed: str | None
) -> None:
    database: Database = await database_of("dossier")
    body = {**a_body(MaHoSo=written), "id": f"tin của {written}"}

    await hear(database, a_message(body))

    (refused,) = await facts(database, BiTuChoi)
    assert (refused.data.MaHoSo, refused.data.id) == (echoed, None)
