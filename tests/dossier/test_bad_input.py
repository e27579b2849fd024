"""Messages of the province that cannot be taken: parked and told, none lost, others go on."""

import json
from typing import Any

from dossier import handlers
from dossier.adapters.province.facts import BiTuChoi
from shared import parked
from shared.contracts.dossier import DossierReceived
from shared.contracts.messaging import MessageParked
from shared.db.database import Database
from shared.subscriptions import Message
from tests.conftest import NewDatabase
from tests.dossier.bad_messages import (
    BAD,
    NAMES,
    as_message,
    good,
)
from tests.dossier.builders import CODE, a_body, a_fee, a_message, a_person, hear
from tests.support.facts import facts


async def test_given_bad_messages_among_good_ones_when_one_poll_brings_them_then_each_is_told(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("dossier")
    messages = [each for n, bad in enumerate(BAD) for each in (as_message(bad), good(n))]

    await hear(database, *messages)

    expected = [(bad.refusal.partition(":")[0], bad.refusal) for bad in BAD]
    async with database.transaction() as session:
        rows = await parked.list_parked(session, limit=500)
        kept = [parked.open_body(session, row) for row in rows]
        assert await parked.blocked_keys(session, handlers.CONSUMER) == set()
    assert [(row.reason_code, row.detail) for row in rows] == expected
    assert kept == [bad.body for bad in BAD]
    told = await facts(database, BiTuChoi)
    assert [event.data.LyDo for event in told] == [bad.refusal for bad in BAD]
    said = [event.data.reason_code for event in await facts(database, MessageParked)]
    assert said == [reason for reason, _ in expected]
    received = {event.data.dossier_code for event in await facts(database, DossierReceived)}
    assert received == {f"H34.10-261122-{9_000 + number}" for number in range(len(BAD))}


def test_given_the_table_when_it_is_counted_then_it_is_long_and_says_nothing_twice() -> None:
    assert len(BAD) >= 60
    assert len(set(NAMES)) == len(NAMES)
    assert len({bad.body for bad in BAD if bad.key == CODE}) == len(BAD) - 1


async def test_given_a_message_of_two_megabytes_when_it_comes_then_it_is_taken_for_what_it_says(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("dossier")
    large: Any = a_body()
    large["ghi_chu"] = "x" * 2_000_000
    wrong = json.loads(json.dumps(large))
    wrong["data"]["TrangThaiHoSo"] = "x" * 1_500_000

    await hear(database, a_message(large), a_message(wrong), good(1))

    (refused,) = await facts(database, BiTuChoi)
    assert refused.data.LyDo == "unknown-status:TrangThaiHoSo"
    assert len(await facts(database, DossierReceived)) == 2


async def test_given_what_is_odd_but_clear_when_it_comes_then_it_is_accepted(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("dossier")
    name = "Nguyễn\u00ad Văn\u200b Đức\ufeff"
    lines = [a_fee(), a_fee()]

    await hear(
        database,
        a_message(ChuHoSo=a_person(name), DanhSachLePhi=lines, DonViThu={"Ma": "h34.10"}),
        Message(
            "tthc.dossier",
            0,
            900_001,
            None,
            json.dumps({**a_body(MaHoSo="H34.10-261122-0001"), "subject": None}).encode(),
            {},
            a_message().timestamp,
        ),
        Message(
            "tthc.dossier",
            0,
            900_002,
            "khóa lạ",
            json.dumps({**a_body(MaHoSo="H34.10-261122-0002"), "subject": "lạ"}).encode(),
            {},
            a_message().timestamp,
        ),
    )

    received = [event.data for event in await facts(database, DossierReceived)]
    assert await facts(database, BiTuChoi) == []
    assert len(received) == 3
    assert len(received[0].fee_lines) == 2  # A line that stands twice is owed twice.
