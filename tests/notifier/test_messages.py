"""Messages to people: one per fact and person, sent or given up, none to whom we must forget."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from notifier.adapters.smtp.client import MailServer
from notifier.adapters.smtp.letters import LetterHead
from notifier.domain import PAUSES, NotDeliveredError, Status
from notifier.jobs import Post, send_message
from notifier.tables import AttemptRow, MessageRow, RecipientRow
from notifier.use_cases import send
from notifier.use_cases.send import Actor
from shared.clock import utc_now
from shared.contracts.notification import NotificationFailed, NotificationSent
from shared.db.database import Database
from shared.failpoints import FailpointError
from shared.lifecycle import IllegalStepError
from shared.links import Purpose, read_token
from tests.conftest import NewDatabase
from tests.notifier.facts import (
    CODE,
    EMAIL,
    RECEIPT_ID,
    hear_file,
    hear_issued,
    hear_party,
    hear_redacted,
    hear_tombstone,
    issued,
)
from tests.notifier.mail_server import Inbox, mail_server
from tests.support.facts import emitted, facts

LINK_KEY = "link-key-of-the-tests"
SENT = NotificationSent.type
FAILED = NotificationFailed.type


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("notifier")


def post_to(url: str) -> Post:
    head = LetterHead(
        sender_name="Thanh toán phí, lệ phí",
        sender_address="khong-tra-loi@lephi.test",
        public_url="http://lephi.test",
        link_key=SecretStr(LINK_KEY),
        support_phone="1900 0000",
    )
    return Post(MailServer(SecretStr(url)), head)


async def message(database: Database) -> MessageRow:
    async with database.transaction() as session:
        return (await session.scalars(select(MessageRow))).one()


async def make_due(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(update(MessageRow).values(due_at=utc_now() - timedelta(seconds=1)))


async def a_ready_message(database: Database) -> None:
    await hear_party(database)
    await hear_issued(database, issued(), said_at=utc_now())
    await hear_file(database)


async def test_given_a_receipt_with_its_file_when_sent_then_the_letter_opens_that_receipt(
    database: Database, inbox: Inbox
) -> None:
    await a_ready_message(database)

    assert await send_message(database, None, post=post_to(inbox.url))
    assert not await send_message(database, None, post=post_to(inbox.url))

    (letter,) = inbox.letters
    text, html = inbox.body("plain"), inbox.body("html")
    token = text.partition("http://lephi.test/bien-lai/")[2].split()[0]
    assert read_token(LINK_KEY, Purpose.RECEIPT, token) == RECEIPT_ID
    assert f"/bien-lai/{token}" in html
    assert "62.000 ₫" in text
    assert "62.000 ₫" in html
    assert "22/11/2026 14:05" in text
    assert (letter["To"], letter["From"].addresses[0].display_name) == (
        EMAIL,
        "Thanh toán phí, lệ phí",
    )
    assert letter["Subject"] == f"Biên lai 26TAA số 1024 của hồ sơ {CODE}"
    row = await message(database)
    assert row.status is Status.SENT
    assert letter["Message-ID"] == f"<{row.id}@lephi.test>"
    (event,) = await facts(database, NotificationSent)
    assert (event.data.notification_id, event.data.cause, event.data.attempts) == (
        row.id,
        row.cause,
        1,
    )
    assert (event.agency, event.causationid) == ("H34.10", row.cause)


async def test_given_a_fact_delivered_twenty_times_when_heard_then_one_letter_leaves(
    database: Database, inbox: Inbox
) -> None:
    fact, now = issued(), utc_now()
    await hear_party(database)
    first = await hear_issued(database, fact, said_at=now)

    again = [hear_issued(database, fact, said_at=now, event_id=first) for _ in range(20)]
    await asyncio.gather(*again, *[hear_file(database) for _ in range(5)])
    sends = [send_message(database, None, post=post_to(inbox.url)) for _ in range(4)]
    await asyncio.gather(*sends)

    assert len(inbox.letters) == 1
    assert await emitted(database) == [SENT]


async def test_given_no_address_yet_when_the_person_is_heard_of_then_the_letter_leaves(
    database: Database, inbox: Inbox
) -> None:
    await hear_issued(database, issued(), said_at=utc_now())
    await hear_file(database)
    assert not await send_message(database, None, post=post_to(inbox.url))

    await hear_party(database)

    assert await send_message(database, None, post=post_to(inbox.url))
    assert len(inbox.letters) == 1


async def test_given_receipt_and_person_at_once_when_both_are_heard_then_none_misses_the_other(
    database: Database,
) -> None:
    receipts = [issued(dossier_code=CODE, receipt_id=UUID(int=n)) for n in range(1, 11)]

    told = [hear_issued(database, fact, said_at=utc_now()) for fact in receipts]
    await asyncio.gather(*told[:5], hear_party(database), *told[5:])

    async with database.transaction() as session:
        rows = await session.execute(select(MessageRow.status, func.count()).group_by("status"))
        assert rows.all() == [(Status.QUEUED, 10)]


async def test_given_no_file_yet_when_looked_at_then_the_letter_waits_ten_minutes_at_most(
    database: Database, inbox: Inbox
) -> None:
    await hear_party(database)
    await hear_issued(database, issued(), said_at=utc_now())

    assert not await send_message(database, None, post=post_to(inbox.url))

    row = await message(database)
    assert row.due_at is not None
    assert timedelta(minutes=9) < row.due_at - utc_now() <= timedelta(minutes=10)


@pytest.mark.parametrize(("hours", "status"), [(47, Status.QUEUED), (49, Status.SKIPPED_OLD)])
async def test_given_a_fact_of_some_age_when_heard_then_only_a_fresh_one_is_told(
    database: Database, hours: int, status: Status
) -> None:
    await hear_party(database)

    await hear_issued(database, issued(), said_at=utc_now() - timedelta(hours=hours))

    row = await message(database)
    assert row.status is status
    assert (row.due_at is None) == (status is Status.SKIPPED_OLD)


async def test_given_a_payer_without_an_address_when_a_receipt_comes_then_nothing_is_tried(
    database: Database,
) -> None:
    await hear_party(database, None)

    await hear_issued(database, issued(), said_at=utc_now())

    row = await message(database)
    assert (row.status, row.due_at) == (Status.NO_ADDRESS, None)
    assert await emitted(database) == []


@pytest.mark.parametrize(
    "email",
    ["", "x", "a b@c.vn", "a@b@c", "a@b.vn\r\nBcc: d@e.vn", "a@b.vn,d@e.vn", "ân@vi-du.test"],
)
async def test_given_what_is_no_address_when_the_person_is_heard_of_then_it_is_not_kept(
    database: Database, email: str
) -> None:
    await hear_party(database, email)

    async with database.transaction() as session:
        assert (await session.scalars(select(RecipientRow.email))).all() == [None]


async def test_given_a_wait_of_two_days_when_the_person_is_never_heard_of_then_it_ends(
    database: Database, inbox: Inbox
) -> None:
    await hear_issued(database, issued(), said_at=utc_now())
    row = await message(database)
    assert row.due_at == row.happened_at + timedelta(hours=48, seconds=1)
    await make_due(database)

    assert await send_message(database, None, post=post_to(inbox.url))

    assert (await message(database)).status is Status.NO_ADDRESS
    assert inbox.letters == []


async def test_given_a_crash_between_call_and_mark_when_done_again_then_the_message_id_is_the_same(
    database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_ready_message(database)
    monkeypatch.setenv("FAILPOINT", "W16:raise:1")
    with pytest.raises(FailpointError):
        await send_message(database, None, post=post_to(inbox.url))
    monkeypatch.delenv("FAILPOINT")
    assert not await send_message(database, None, post=post_to(inbox.url))

    await make_due(database)
    await send_message(database, None, post=post_to(inbox.url))

    assert len(inbox.letters) == 2
    assert len(set(inbox.ids())) == 1
    assert await emitted(database) == [SENT]


async def test_given_a_server_that_is_away_when_tried_to_the_end_then_it_is_given_up_with_a_fact(
    database: Database,
) -> None:
    await a_ready_message(database)
    away = post_to("smtp://127.0.0.1:9")

    pauses = []
    for _ in range(len(PAUSES) + 1):
        await make_due(database)
        await send_message(database, None, post=away)
        row = await message(database)
        pauses.append(row.due_at and round((row.due_at - utc_now()).total_seconds() / 60))

    assert pauses == [*[round(pause.total_seconds() / 60) for pause in PAUSES], None]
    assert (row.status, row.error_code) == (Status.FAILED, "server-unreachable")
    (event,) = await facts(database, NotificationFailed)
    assert (event.data.attempts, event.data.error_code) == (9, "server-unreachable")
    async with database.transaction() as session:
        assert len((await session.scalars(select(AttemptRow))).all()) == 9


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (("RCPT", "550 no such user"), Status.FAILED, "recipient-refused-550"),
        (("RCPT", "450 busy"), Status.QUEUED, "recipient-refused-450"),
        (("DATA", "554 spam"), Status.FAILED, "letter-refused-554"),
        (("DATA", "451 later"), Status.QUEUED, "letter-refused-451"),
    ],
)
async def test_given_a_server_that_refuses_when_tried_then_only_a_final_no_ends_it(
    database: Database, inbox: Inbox, refusal: tuple[str, str], status: Status, code: str
) -> None:
    await a_ready_message(database)
    inbox.answers.update([refusal])

    await send_message(database, None, post=post_to(inbox.url))

    row = await message(database)
    assert (row.status, row.error_code) == (status, code)


async def test_given_a_message_given_up_when_an_officer_sends_it_again_then_it_arrives(
    database: Database, inbox: Inbox
) -> None:
    await a_ready_message(database)
    inbox.answers["DATA"] = "554 spam"
    await send_message(database, None, post=post_to(inbox.url))
    inbox.answers.clear()
    officer = Actor("canbo", ("H34.10",))

    row = await message(database)
    async with database.transaction() as session:
        await send.send_again(session, row.id, actor=officer, now=utc_now())
    await send_message(database, row.id, post=post_to(inbox.url))

    assert (await message(database)).status is Status.SENT
    assert await emitted(database) == [FAILED, SENT]
    async with database.transaction() as session:
        with pytest.raises(IllegalStepError):
            await send.send_again(session, row.id, actor=officer, now=utc_now())


async def test_given_a_message_given_up_when_a_late_success_comes_then_it_counts_and_failure_not(
    database: Database, inbox: Inbox
) -> None:
    await a_ready_message(database)
    inbox.answers["DATA"] = "554 spam"
    await send_message(database, None, post=post_to(inbox.url))
    row = await message(database)

    async with database.transaction() as session:
        await send.mark_sent(session, row.id, now=utc_now())
    async with database.transaction() as session:
        refused = NotDeliveredError("server-unreachable")
        await send.mark_failed(session, row.id, refused, now=utc_now())

    assert (await message(database)).status is Status.SENT
    assert await emitted(database) == [FAILED, SENT]


@pytest.mark.parametrize("forget", [hear_redacted, hear_tombstone], ids=["redacted", "tombstone"])
async def test_given_a_person_to_forget_when_heard_then_the_address_is_gone_and_nothing_leaves(
    database: Database, inbox: Inbox, forget: object
) -> None:
    await hear_party(database)
    await hear_issued(database, issued(), said_at=utc_now())

    assert callable(forget)
    await forget(database)
    await make_due(database)
    await send_message(database, None, post=post_to(inbox.url))

    async with database.transaction() as session:
        assert (await session.scalars(select(RecipientRow.email))).all() == [None]
    assert inbox.letters == []
    assert (await message(database)).status is Status.NO_ADDRESS


async def test_given_a_redacted_person_when_an_older_fact_comes_late_then_nothing_is_kept(
    database: Database,
) -> None:
    await hear_redacted(database)

    await hear_party(database)

    async with database.transaction() as session:
        assert (await session.scalars(select(RecipientRow.email))).all() == [None]


def test_given_the_pauses_when_added_up_then_a_letter_is_tried_for_two_days() -> None:
    total = sum(PAUSES, timedelta())

    assert timedelta(hours=48) < total < timedelta(hours=50)
