"""What officers are shown of the messages to payers, and sending one again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from notifier.main import make_service
from notifier.tables import MessageRow
from notifier.views import agency_published
from shared.clock import utc_now
from shared.contracts.dossier import AgencyPublished
from shared.days import vietnam_day
from shared.db.database import Database
from shared.db.tables import AuditRow
from shared.jobs import run_due
from shared.service import Service
from shared.views import apply
from shared.web.identity import Role
from tests.notifier.facts import CODE, EMAIL, hear_file, hear_issued, hear_party, issued
from tests.notifier.mail_server import Inbox
from tests.notifier.test_error_notices import an_error
from tests.notifier.test_error_notices import hear as hear_error
from tests.notifier.test_refunds import a_refund
from tests.notifier.test_refunds import hear as hear_refund
from tests.support.facts import an_envelope
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

LIST = "/can-bo/thong-bao"
PEOPLE = {"Accept": "text/html"}


@dataclass
class Notifier:
    client: AsyncClient
    service: Service
    database: Database
    inbox: Inbox

    async def sign_in(self, agency_code: str = "H34.10") -> str:
        user = await sign_in_as(
            Role.OFFICER,
            client=self.client,
            service=self.service,
            database=self.database,
            agency_code=agency_code,
        )
        return user.subject

    async def page(self, query: str = "") -> str:
        answer = await self.client.get(LIST + query, headers=PEOPLE)
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())

    async def message_refused(self) -> MessageRow:
        """Let a message be refused for good, then let the server take the next one."""
        await hear_party(self.database)
        await hear_issued(self.database, issued(), said_at=utc_now())
        await hear_file(self.database)
        self.inbox.answers["DATA"] = "554 spam"
        await run_due(self.database, self.service.jobs[0])
        self.inbox.answers.clear()
        async with self.database.transaction() as session:
            return (await session.scalars(select(MessageRow))).one()


@pytest.fixture
async def notifier(
    database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Notifier]:
    monkeypatch.setenv("MAIL_URL", inbox.url)
    service = make_service()
    async with client_of(service, database) as client:
        yield Notifier(client, service, database, inbox)


async def test_given_a_refused_message_when_an_officer_looks_then_state_and_masked_address_show(
    notifier: Notifier,
) -> None:
    await notifier.message_refused()
    await notifier.sign_in()

    page = await notifier.page()

    assert CODE in page
    assert "Biên lai 26TAA số 1024" in page
    assert "Máy chủ thư từ chối thư. Đã thử 1 lần." in page
    assert "n•••@vi-du.test" in page
    assert EMAIL not in page


async def test_given_every_kind_of_message_when_an_officer_looks_then_each_says_what_it_is_about(
    notifier: Notifier,
) -> None:
    await hear_issued(notifier.database, issued(), said_at=utc_now())
    await hear_refund(notifier.database, a_refund())
    await hear_error(notifier.database, an_error())
    await notifier.sign_in()

    page = await notifier.page()

    for words in ("Biên lai 26TAA số 1024", "Hoàn trả 62.000 đồng", "Thông báo sai sót · Biên lai"):
        assert words in page


async def test_given_a_refused_message_when_an_officer_sends_it_again_then_it_is_sent_at_once(
    notifier: Notifier,
) -> None:
    message = await notifier.message_refused()
    subject = await notifier.sign_in()

    answer = await notifier.client.post(f"{LIST}/{message.id}/gui-lai", headers=PEOPLE)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}?ma={CODE}")
    assert len(notifier.inbox.letters) == 1
    assert "Đã gửi" in await notifier.page(f"?ma={CODE.lower()}&trang_thai=sent")
    async with notifier.database.transaction() as session:
        audit = (await session.scalars(select(AuditRow))).one()
    assert (audit.actor, audit.act, audit.subject) == (subject, "notification.send_again", CODE)


async def test_given_a_message_of_another_agency_when_an_officer_asks_then_it_is_not_theirs(
    notifier: Notifier,
) -> None:
    message = await notifier.message_refused()
    await notifier.sign_in("H34.22.08")

    answer = await notifier.client.post(f"{LIST}/{message.id}/gui-lai", headers=PEOPLE)

    assert answer.status_code == 404
    assert CODE not in await notifier.page()
    assert notifier.inbox.letters == []


async def test_given_what_is_no_code_when_searched_then_the_field_says_so(
    notifier: Notifier,
) -> None:
    await notifier.sign_in()

    page = await notifier.page("?ma=abc&trang_thai=khong-co")

    assert "Số hồ sơ chưa đúng" in page


async def test_given_nobody_signed_in_when_the_list_is_asked_for_then_signing_in_comes_first(
    notifier: Notifier,
) -> None:
    answer = await notifier.client.get(LIST, headers=PEOPLE)

    assert answer.status_code == 303
    assert "/api/notifier/oidc/login" in answer.headers["Location"]


async def test_given_a_merger_when_its_day_is_past_then_the_successors_officers_see_the_messages(
    notifier: Notifier,
) -> None:
    await notifier.message_refused()
    await notifier.sign_in("H48.70")
    today = vietnam_day(utc_now())
    account = {"ref": "TK", "bin": "970415", "number": "1", "holder": "CO QUAN"}
    seen = []

    for last_day in (None, today, today - timedelta(days=1)):
        facts = [
            AgencyPublished.model_validate(
                {
                    "agency_code": code, "name": "Cơ quan", "tax_code": "6101234567",
                    "address": "Số 1", "phone": "0260 3797 000", "territory_code": "H34",
                    "accounts": (account,), "valid_from": "2025-07-01", "valid_to": ends,
                    "succeeded_by": successor,
                }
            )
            for code, ends, successor in (
                ("H48.70", None, None),
                ("H34.10", last_day, "H48.70" if last_day else None),
            )
        ]  # fmt: skip
        async with notifier.database.transaction() as session:
            puts = [put for fact in facts for put in agency_published(an_envelope(fact))]
            await apply(session, puts)
        seen.append(CODE in await notifier.page())

    assert seen == [False, False, True]
