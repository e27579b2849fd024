"""The letter about a notice of error: by the fact alone, once, without the wrong or right words."""

from sqlalchemy import func, select

from notifier import handlers
from notifier.domain import Status
from notifier.jobs import send_message
from notifier.tables import MessageRow
from shared.clock import utc_now
from shared.contracts.receipt import PrintedField, ReceiptErrorNoticed
from shared.db.database import Database
from shared.ids import new_id
from tests.notifier.facts import CODE, CONTEXT, EMAIL, ISSUER, hear_party
from tests.notifier.mail_server import Inbox
from tests.notifier.post import message, post_to
from tests.support.facts import an_envelope


def an_error(**changes: object) -> ReceiptErrorNoticed:
    facts: dict[str, object] = {
        "dossier_code": CODE, "receipt_id": new_id(), "notice_id": new_id(),
        "fields": (PrintedField.PAYER_NAME, PrintedField.OTHER), "notice_number": 12,
        "noticed_on": "2026-11-24", "kind": "phi", "context": CONTEXT, "issuer": ISSUER,
        "form_symbol": "EBL01", "serial_symbol": "26TAA", "number": 1024,
    }  # fmt: skip
    return ReceiptErrorNoticed.model_validate(facts | changes)


async def hear(database: Database, fact: ReceiptErrorNoticed, *, times: int = 1) -> None:
    envelope = an_envelope(fact).model_copy(update={"time": utc_now()})
    for _ in range(times):
        async with database.transaction() as session:
            await handlers.tell_of_error(session, envelope)


async def test_given_a_notice_of_error_when_it_is_heard_twice_then_its_payer_gets_one_letter(
    database: Database, inbox: Inbox
) -> None:
    await hear_party(database)
    await hear(database, an_error(), times=2)

    assert await send_message(database, None, post=post_to(inbox.url))
    assert not await send_message(database, None, post=post_to(inbox.url))

    (letter,) = inbox.letters
    assert letter["To"] == EMAIL
    assert letter["Subject"] == "Thông báo sai sót: biên lai 26TAA-1024"
    for body in (inbox.body("plain"), inbox.body("html")):
        for said in ("12/2026", "24/11/2026", "họ tên người nộp, nội dung khác", "/bien-lai/"):
            assert said in body
    assert (await message(database)).status is Status.SENT


async def test_given_a_fact_from_before_it_told_of_the_receipt_when_heard_then_nobody_is_told(
    database: Database,
) -> None:
    await hear_party(database)

    await hear(database, an_error(issuer=None))
    await hear(database, an_error(number=None))

    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(MessageRow)) == 0
