"""The letter about money that went back: by the fact alone, once, and to nobody who is unknown."""

from typing import Any

import pytest
from sqlalchemy import func, select

from notifier import handlers
from notifier.domain import Status
from notifier.jobs import send_message
from notifier.tables import MessageRow
from shared.clock import utc_now
from shared.contracts.money import RefundReason, RefundScope, RefundSettled
from shared.db.database import Database
from shared.ids import new_id
from tests.notifier.facts import CODE, CONTEXT, EMAIL, ISSUER, hear_party, hear_redacted
from tests.notifier.mail_server import Inbox
from tests.notifier.post import message, post_to
from tests.support.facts import an_envelope


def a_refund(**changes: Any) -> RefundSettled:  # noqa: ANN401 - any field of the fact
    facts: dict[str, Any] = {
        "dossier_code": CODE, "agency_code": "H34.10", "refund_id": new_id(),
        "money_id": new_id(), "payment_id": new_id(), "scope": RefundScope.SURPLUS,
        "amount_vnd": 62_000, "reason_code": RefundReason.DUPLICATE, "by": "system",
        "approved_by": "lanhdao", "channel_reference": "900000000001", "channel": "momo",
        "context": CONTEXT, "payee": ISSUER,
    }  # fmt: skip
    return RefundSettled.model_validate(facts | changes)


async def hear(database: Database, fact: RefundSettled, *, times: int = 1) -> None:
    envelope = an_envelope(fact).model_copy(update={"time": utc_now()})
    for _ in range(times):
        async with database.transaction() as session:
            await handlers.tell_of_refund(session, envelope)


@pytest.mark.parametrize(
    ("channel", "words"), [("momo", "ngân hàng hoặc ví đã nộp"), (None, "từ tài khoản của đơn vị")]
)
async def test_given_a_refund_when_it_is_heard_twice_then_its_payer_gets_one_letter(
    database: Database, inbox: Inbox, channel: str | None, words: str
) -> None:
    await hear_party(database)
    await hear(database, a_refund(channel=channel), times=2)

    assert await send_message(database, None, post=post_to(inbox.url))
    assert not await send_message(database, None, post=post_to(inbox.url))

    (letter,) = inbox.letters
    text = inbox.body("plain")
    assert (letter["To"], letter["Subject"]) == (
        EMAIL, f"Đã hoàn trả 62.000 ₫ của hồ sơ {CODE}"
    )  # fmt: skip
    for said in ("62.000 ₫", "nộp hai lần", "900000000001", words):
        assert said in text
    assert "62.000 ₫" in inbox.body("html")
    assert (await message(database)).status is Status.SENT


async def test_given_a_person_to_forget_when_money_went_back_then_nobody_is_written_to(
    database: Database,
) -> None:
    await hear_party(database)
    await hear_redacted(database)

    await hear(database, a_refund())

    assert (await message(database)).status is Status.NO_ADDRESS


async def test_given_money_of_no_dossier_when_it_went_back_then_there_is_no_message(
    database: Database,
) -> None:
    await hear(database, a_refund(dossier_code=None, payment_id=None, context=None, payee=None))

    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(MessageRow)) == 0
