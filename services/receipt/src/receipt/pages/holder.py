"""Thông tin biên lai thanh toán and Tra cứu biên lai: for whoever holds the link, or finds it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from receipt.adapters.file_store.answers import stored_pdf
from receipt.adapters.file_store.chosen import store_of
from receipt.domain.errors import ReceiptNotFoundError
from receipt.domain.paper import METHODS, money_in_words
from receipt.domain.receipt import Receipt
from receipt.settings import Settings
from receipt.use_cases import look_up, noticing
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.links import Purpose, make_token, read_token
from shared.web.identity import MaybeSignedIn, public
from shared.web.limits import count_look_up, count_miss
from shared.web.live import event_stream
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

PAGE_SIZE: Final = 20

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Linked:
    """A receipt with the link that opens it."""

    receipt: Receipt
    path: str


@dataclass(frozen=True)
class Found:
    """One page of receipts, and where the next ones are."""

    receipts: list[Linked]
    next_url: str | None
    first_url: str | None


@dataclass(frozen=True)
class Typed:
    """What was typed into *Tra cứu biên lai*."""

    ma: Annotated[str, Form(max_length=200)] = ""
    so_cuoi: Annotated[str, Form(max_length=20)] = ""


@router.get("/bien-lai", dependencies=[public()])
async def show_search(
    request: Request,
    session: Transaction,
    settings: Configured,
    user: MaybeSignedIn,
    after: Annotated[UUID | None, Query()] = None,
) -> HTMLResponse:
    """Show *Tra cứu biên lai*: the form, and a signed-in citizen's own receipts."""
    id_number = None if user is None else user.id_number
    own: list[Receipt] = []
    if id_number is not None:
        own = await look_up.list_own(session, id_number, after=after, limit=PAGE_SIZE + 1)
    page = Found(
        _linked(own[:PAGE_SIZE], settings),
        next_url=f"/bien-lai?after={own[PAGE_SIZE - 1].receipt_id}" if own[PAGE_SIZE:] else None,
        first_url="/bien-lai" if after is not None else None,
    )
    return _search_page(request, page if id_number is not None else None)


@router.post("/bien-lai", dependencies=[public()])
async def search(
    request: Request,
    session: Transaction,
    settings: Configured,
    typed: Annotated[Typed, Depends()],
) -> Response:
    """Open the receipts of a dossier to whoever knows four digits of its phone.

    A wrong guess and a missing dossier get the same answer.
    """
    try:
        dossier_code = parse_dossier_code(typed.ma)
    except InvalidDossierCodeError as error:
        code_error = translate(error.title)
        return _search_page(request, None, typed=typed, code_error=code_error, status=422)
    await count_look_up(request, dossier_code)
    found = await look_up.find_by_phone(session, dossier_code, typed.so_cuoi)
    if not found:
        await count_miss(request, dossier_code)
        return _search_page(request, None, typed=typed, status=404)
    linked = _linked(found, settings)
    if len(linked) == 1:
        return RedirectResponse(linked[0].path, status_code=303)
    return render(request, "found.html", receipts=linked, dossier_code=dossier_code)


@router.get("/bien-lai/{token}", dependencies=[public()])
async def show_receipt(
    request: Request, session: Transaction, settings: Configured, token: str
) -> HTMLResponse:
    """Show *Thông tin biên lai thanh toán*: facts, and the file or that it is being made."""
    receipt = await look_up.show_receipt(session, _opened(settings, token))
    successor = receipt.replaced_by
    return render(
        request,
        "receipt.html",
        notices=await noticing.list_of_receipt(session, receipt.receipt_id),
        successor_path=None if successor is None else _path(settings, successor),
        receipt=receipt,
        fact=receipt.fact,
        token=token,
        method=METHODS[receipt.fact.method],
        monies=[money_in_words(money) for money in receipt.fact.monies],
    )


@router.get("/bien-lai/{token}/thong-bao/{notice_id}", dependencies=[public()], response_model=None)
async def view_notice(
    request: Request, session: Transaction, settings: Configured, token: str, notice_id: UUID
) -> Response:
    """Show the paper of a notice 04/SS-CTĐT to the holder of its receipt."""
    receipt = await look_up.show_receipt(session, _opened(settings, token))
    notice = await noticing.find(session, notice_id, receipt.receipt_id)
    if not notice.is_stored:
        return render(request, "notice_being_made.html", status=202, notice=notice)
    return await stored_pdf(store_of(settings), notice)


@router.get("/bien-lai/{token}/events", dependencies=[public()], response_model=None)
async def follow_receipt(request: Request, settings: Configured, token: str) -> StreamingResponse:
    """Tell the page of a receipt that its file is ready, or that a mark was set beside it."""
    receipt_id = _opened(settings, token)
    async with database_of(request).transaction() as session:
        shown = await look_up.show_receipt(session, receipt_id)

    async def read() -> str | None:
        async with database_of(request).transaction() as session:
            receipt = await look_up.show_receipt(session, receipt_id)
            notices = await noticing.list_of_receipt(session, receipt_id)
        return f"{receipt.status} {receipt.file.status} {receipt.refunded_vnd} {len(notices)}"

    return event_stream(request, shown.fact.dossier_code, read)


def _search_page(
    request: Request,
    own: Found | None,
    *,
    typed: Typed | None = None,
    code_error: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Answer with *Tra cứu biên lai*; ``own`` is None for whoever is no signed-in citizen."""
    return render(
        request,
        "search.html",
        status=status,
        own=own,
        typed=typed or Typed(),
        code_error=code_error,
        missing=status == HTTPStatus.NOT_FOUND,
    )


def _linked(receipts: list[Receipt], settings: Settings) -> list[Linked]:
    return [Linked(each, _path(settings, each.receipt_id)) for each in receipts]


def _path(settings: Settings, receipt_id: UUID) -> str:
    key = settings.link_key.get_secret_value()
    return f"/bien-lai/{make_token(key, Purpose.RECEIPT, receipt_id)}"


def _opened(settings: Settings, token: str) -> UUID:
    receipt_id = read_token(settings.link_key.get_secret_value(), Purpose.RECEIPT, token)
    if receipt_id is None:
        raise ReceiptNotFoundError
    return receipt_id
