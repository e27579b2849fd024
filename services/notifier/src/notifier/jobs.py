"""The clock door: messages that are due are sent."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from notifier.adapters.smtp.client import MailServer
from notifier.adapters.smtp.letters import LetterHead, compose
from notifier.domain import NotDeliveredError
from notifier.use_cases import send
from shared.clock import utc_now
from shared.db.database import Database
from shared.failpoints import hit
from shared.jobs import Job
from shared.web.pages import render_text

SEND_MESSAGE: Final = "send-message"
_WRITE: Final = partial(render_text, "notifier")


@dataclass(frozen=True)
class Post:
    """How letters leave the house."""

    server: MailServer
    head: LetterHead


def jobs(post: Post) -> tuple[Job, ...]:
    """Return the jobs of notifier."""
    run = partial(send_message, post=post)
    return (Job(name=SEND_MESSAGE, run=run, pause=timedelta(seconds=1)),)


async def send_message(database: Database, only: UUID | None, *, post: Post) -> bool:
    """Send one due message; False when there is none.

    No transaction is open during the call. Dying after it repeats it with the same Message-ID.
    """
    async with database.transaction() as session:
        taken = await send.take_due_message(session, only, now=utc_now())
    if taken is None:
        return False
    letter = taken.letter
    if letter is None:
        return True

    failure: NotDeliveredError | None = None
    try:
        await post.server.send(compose(letter, post.head, _WRITE))
    except NotDeliveredError as error:
        failure = error
    hit("W16")

    async with database.transaction() as session:
        if failure is None:
            await send.mark_sent(session, letter.id, now=utc_now())
        else:
            await send.mark_failed(session, letter.id, failure, now=utc_now())
    return True
