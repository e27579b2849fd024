"""Letters on their way: a post to a mail server, and the message that a test begins with."""

from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import select, update

from notifier.adapters.smtp.client import MailServer
from notifier.adapters.smtp.letters import LetterHead
from notifier.jobs import Post
from notifier.tables import MessageRow
from shared.clock import utc_now
from shared.db.database import Database
from tests.notifier.facts import hear_file, hear_issued, hear_party, issued

LINK_KEY = "link-key-of-the-tests"


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
