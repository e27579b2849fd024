"""Messages to people: one per fact and person, sent or given up, none to whom we must forget."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from notifier.domain import Status
from notifier.jobs import send_message
from notifier.tables import MessageRow, RecipientRow
from shared.clock import utc_now
from shared.contracts.notification import NotificationFailed, NotificationSent
from shared.db.database import Database
from shared.links import Purpose, read_token
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
from tests.notifier.mail_server import Inbox
from tests.notifier.post import LINK_KEY, a_ready_message, make_due, message, post_to
from tests.support.facts import emitted, facts

SENT = NotificationSent.type
FAILED = NotificationFailed.type


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
