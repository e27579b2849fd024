"""Bodies of parked messages: encrypted at rest, deleted with their people or after their time."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared import parked
from shared.db.database import Database
from shared.kafka.messages import as_record
from shared.parked import Reason, Record
from shared.subscriptions import Message
from shared.vault import Vault
from tests.conftest import NewDatabase
from tests.support.facts import NOON

CODE = "H34.10-261122-0007"
NAME = "Nguyễn Thị Bí Mật"
BODY = json.dumps({"HoTen": NAME}, ensure_ascii=False).encode()
PROVINCE, PARTY, FEE = "tthc.dossier", "lephi.party", "lephi.fee"


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("shared")


async def park(database: Database, topic: str, *, key: str = CODE, offset: int = 0) -> None:
    record = Record(topic, 0, offset, key, BODY, {}, NOON)
    async with database.transaction() as session:
        await parked.park(session, "desk", record, Reason("bug", "bug"), now=NOON)


async def bodies(database: Database) -> list[bytes | None]:
    async with database.transaction() as session:
        return [parked.open_body(session, row) for row in await parked.list_parked(session)]


async def rows(database: Database) -> list[tuple[str, str, bool]]:
    async with database.transaction() as session:
        found = await session.execute(
            text("SELECT topic, state, body_deleted_at IS NOT NULL FROM parked ORDER BY id")
        )
        return [(row[0], row[1], row[2]) for row in found]


async def test_given_a_parked_message_when_its_row_is_read_then_no_name_is_in_it(
    database: Database,
) -> None:
    await park(database, PROVINCE)

    async with database.transaction() as session:
        row = (await session.execute(text("SELECT parked::text, body FROM parked"))).one()
    assert NAME.encode() not in bytes(row[1])
    assert BODY.hex() not in row[0]
    assert await bodies(database) == [BODY]


async def test_given_another_key_when_a_body_is_opened_then_it_is_said_to_be_locked(
    database: Database,
) -> None:
    await park(database, PROVINCE)
    stranger, keyless = Database(database.dsn, vault=Vault("another")), Database(database.dsn)

    for other, refusal in ((stranger, parked.ParkedBodyLockedError), (keyless, TypeError)):
        async with other.transaction() as session:
            (row,) = await parked.list_parked(session)
            with pytest.raises(refusal):
                parked.open_body(session, row)
        await other.close()


async def test_given_ninety_days_when_bodies_are_tidied_then_only_those_with_people_are_deleted(
    database: Database,
) -> None:
    for topic in (PROVINCE, PARTY, FEE):
        await park(database, topic)
    almost, past = NOON + parked.KEPT_FOR, NOON + parked.KEPT_FOR + timedelta(seconds=1)

    async with database.transaction() as session:
        await parked.delete_old_bodies(session, now=almost)
    assert await bodies(database) == [BODY] * 3
    async with database.transaction() as session:
        await parked.delete_old_bodies(session, now=past)

    assert await bodies(database) == [None, None, BODY]
    assert [row[1:] for row in await rows(database)] == [
        ("waiting", True), ("waiting", True), ("waiting", False),
    ]  # fmt: skip


async def test_given_a_deleted_body_when_a_person_releases_it_then_only_discarding_is_left(
    database: Database,
) -> None:
    await park(database, PROVINCE)
    async with database.transaction() as session:
        await parked.delete_old_bodies(session, now=NOON + timedelta(days=91))
        (row,) = await parked.list_parked(session)
        with pytest.raises(parked.ParkedBodyDeletedError):
            await parked.release(session, row.id, by="vanhanh")
        await parked.discard(session, row.id, by="vanhanh")

    assert await rows(database) == [(PROVINCE, "discard", True)]


async def test_given_a_person_to_forget_when_bodies_are_deleted_then_others_stay(
    database: Database,
) -> None:
    await park(database, PROVINCE)
    await park(database, FEE)
    await park(database, PROVINCE, key="H34.10-261122-0008", offset=1)

    async with database.transaction() as session:
        await parked.delete_bodies_of(session, CODE, by="operator-1", now=NOON)

    assert await bodies(database) == [None, BODY, BODY]
    assert [state for _, state, _ in await rows(database)] == ["discard", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (" h34.10-261122-0007\n", CODE),
        (NAME, None),
        ("0900000001", None),
        (None, "tthc.dossier/3/7"),
    ],
)
def test_given_a_strangers_key_when_it_is_parked_then_no_person_is_in_it(
    key: str | None, kept: str | None
) -> None:
    message = Message(PROVINCE, 3, 7, key, BODY, {"nguoi": NAME.encode()}, NOON)

    record = as_record(message)

    assert record.headers == {}
    if kept is None:
        assert record.key == as_record(message).key
        assert (len(record.key), record.key == key) == (64, False)
    else:
        assert record.key == kept
