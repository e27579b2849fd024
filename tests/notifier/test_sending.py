"""Sending: crashes, refusals, giving up, and a person who sends again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from notifier.domain import PAUSES, NotDeliveredError, Status
from notifier.jobs import send_message
from notifier.tables import AttemptRow
from notifier.use_cases import send
from notifier.use_cases.send import Actor
from shared.clock import utc_now
from shared.contracts.notification import NotificationFailed, NotificationSent
from shared.db.database import Database
from shared.failpoints import FailpointError
from shared.lifecycle import IllegalStepError
from tests.notifier.facts import EMAIL
from tests.notifier.mail_server import Inbox
from tests.notifier.post import a_ready_message, make_due, message, post_to
from tests.support.facts import emitted, facts
from tests.support.personal_data import Scanner, in_tables

SENT = NotificationSent.type
FAILED = NotificationFailed.type


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


def test_given_the_pauses_when_added_up_then_a_letter_is_tried_for_two_days() -> None:
    total = sum(PAUSES, timedelta())

    assert timedelta(hours=48) < total < timedelta(hours=50)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize("code", [450, 554])
async def test_given_a_server_that_quotes_the_address_when_it_refuses_then_only_its_code_is_kept(
    database: Database, inbox: Inbox, capsys: pytest.CaptureFixture[str], step: str, code: int
) -> None:
    await a_ready_message(database)
    inbox.answers[step] = f"{code} <{EMAIL}> Nguyễn Thị Người Nộp does not want it".encode(
        "ascii", "ignore"
    ).decode()

    await send_message(database, None, post=post_to(inbox.url))

    kept = (await message(database)).error_code or ""
    found = Scanner([EMAIL]).look(
        [
            *await in_tables(database.dsn, without=("recipient",)),
            ("log", "".join(capsys.readouterr()).encode()),
        ]
    )
    assert kept.endswith(str(code))
    assert found == []
