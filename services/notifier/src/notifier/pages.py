"""The HTML door: what payers were told, for the officers of the agency (Thông báo)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse

from notifier import views
from notifier.domain import LIFECYCLE, MessageFilter, Status, Template, Trigger, mask
from notifier.use_cases import send
from notifier.use_cases.send import Actor, MessagePage
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.money import grouped
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of, run_now

router: Final = APIRouter()

_PATH: Final = "/can-bo/thong-bao"
_PAGE: Final = 50
_SEND_MESSAGE: Final = "send-message"


class MessageQuery(BaseModel):
    """What is asked of the list; what is no code or no state is told, not refused."""

    model_config = ConfigDict(extra="ignore")

    ma: Annotated[str, Field(max_length=200)] = ""
    trang_thai: Annotated[str, Field(max_length=20)] = ""
    truoc: UUID | None = None

    def url(self, *, before: UUID | None) -> str:
        """Return the address of the page of messages older than ``before``."""
        asked = {"ma": self.ma, "trang_thai": self.trang_thai, "truoc": before}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{_PATH}?{query}" if query else _PATH


@dataclass(frozen=True)
class ShownMessage:
    """One line of the list; the address is masked."""

    dossier_code: str
    about: str
    address: str
    made_at: datetime
    state: str
    state_words: str
    note: str
    again_url: str | None


@router.get(_PATH, dependencies=[allow(Role.OFFICER)])
async def show_messages(
    request: Request,
    session: Transaction,
    user: SignedIn,
    asked: Annotated[MessageQuery, Query()],
) -> HTMLResponse:
    """Show what the payers of the officer's agency were told, newest first."""
    code, code_error = _code(asked.ma)
    status = Status(asked.trang_thai) if asked.trang_thai in set(Status) else None
    wanted = MessageFilter(
        agencies=await _agencies(session, user) if not code_error else (),
        dossier_code=code,
        status=status,
        before=asked.truoc,
        limit=_PAGE,
    )
    page = await send.list_messages(session, wanted)
    return render(
        request,
        "messages.html",
        asked=asked,
        code_error=code_error,
        rows=_shown(page),
        statuses=[("", translate("Tất cả")), *_status_words().items()],
        next_url=asked.url(before=page.next_before) if page.next_before else None,
        first_url=asked.url(before=None) if asked.truoc else None,
    )


@router.post(_PATH + "/{message_id}/gui-lai", dependencies=[allow(Role.OFFICER)])
async def send_again(request: Request, user: SignedIn, message_id: UUID) -> RedirectResponse:
    """Send a message again because its addressee asks for it, and wait a little for the answer."""
    async with database_of(request).transaction() as session:
        actor = Actor(user.subject, await _agencies(session, user))
        dossier_code = await send.send_again(session, message_id, actor=actor, now=utc_now())
    await run_now(request, _SEND_MESSAGE, message_id)
    return RedirectResponse(f"{_PATH}?{urlencode({'ma': dossier_code})}", status_code=303)


async def _agencies(session: AsyncSession, user: User) -> tuple[str, ...]:
    if user.agency_code is None:
        return ()
    return await views.agencies_of(session, user.agency_code, today=vietnam_day(utc_now()))


def _code(typed: str) -> tuple[str | None, str]:
    if not typed.strip():
        return None, ""
    try:
        return parse_dossier_code(typed), ""
    except InvalidDossierCodeError:
        return None, translate("Số hồ sơ chưa đúng. Kiểm tra lại số trên giấy tiếp nhận.")


def _shown(page: MessagePage) -> list[ShownMessage]:
    words = _status_words()
    return [
        ShownMessage(
            dossier_code=message.dossier_code,
            about=_about(message.template, message.content),
            address=_masked(page.addresses.get(message.dossier_code)),
            made_at=message.made_at,
            state=_TAGS[message.status],
            state_words=words[message.status],
            note=_note(message.attempts, message.error_code),
            again_url=_again_url(message.id, message.status),
        )
        for message in page.messages
    ]


def _again_url(message_id: UUID, status: Status) -> str | None:
    if not LIFECYCLE.allows(status, Trigger.SENT_AGAIN):
        return None
    return f"{_PATH}/{message_id}/gui-lai"


def _about(template: Template, content: dict[str, Any]) -> str:
    if template is Template.REFUND_SETTLED:
        return translate("Hoàn trả %(amount)s đồng", amount=grouped(content["amount_vnd"]))
    words = translate(
        "Biên lai %(serial)s số %(number)s",
        serial=content["serial_symbol"],
        number=content["number"],
    )
    if template is Template.ERROR_NOTICED:
        return f"{translate('Thông báo sai sót')} · {words}"
    return words


def _masked(address: str | None) -> str:
    return mask(address) if address else translate("chưa có địa chỉ")


_TAGS: Final = {
    Status.WAITING: "waiting",
    Status.QUEUED: "waiting",
    Status.SENT: "done",
    Status.FAILED: "wrong",
    Status.NO_ADDRESS: "neutral",
    Status.SKIPPED_OLD: "neutral",
}


def _status_words() -> dict[Status, str]:
    return {
        Status.WAITING: translate("Chờ địa chỉ"),
        Status.QUEUED: translate("Chờ gửi"),
        Status.SENT: translate("Đã gửi"),
        Status.FAILED: translate("Không gửi được"),
        Status.NO_ADDRESS: translate("Không có địa chỉ"),
        Status.SKIPPED_OLD: translate("Bỏ qua vì đã cũ"),
    }


def _note(attempts: int, error_code: str | None) -> str:
    """Return why a message is not with its addressee yet, in words."""
    if error_code is None:
        return ""
    if error_code.startswith("recipient-refused"):
        return translate("Máy chủ thư không nhận địa chỉ này.")
    tried = translate("Đã thử %(count)s lần.", count=attempts)
    if error_code.startswith("letter-refused"):
        return f"{translate('Máy chủ thư từ chối thư.')} {tried}"
    return f"{translate('Máy chủ thư không trả lời.')} {tried}"
