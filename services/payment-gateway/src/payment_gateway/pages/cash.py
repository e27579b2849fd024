"""Thu tiền mặt: from a dossier's code to the phiếu thu, and the receipt that follows by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from payment_gateway.adapters import paying
from payment_gateway.adapters.browser import hall_of
from payment_gateway.adapters.catalogue import bank_names
from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.counting import BadCashError, read_handed
from payment_gateway.domain.errors import AttemptLiveError, NothingDueError, PayableNotFoundError
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.tills import NoOpenTillError, Till
from payment_gateway.domain.waiting import Waits
from payment_gateway.pages.payable import TAGS
from payment_gateway.pages.tills import holder_of, in_words
from payment_gateway.use_cases import cash, look, pay, tills, waiting
from payment_gateway.use_cases.cash import Taking
from shared.clock import utc_now
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.ids import new_id
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, database_of

router = APIRouter(dependencies=[allow(Role.OFFICER)], include_in_schema=False)

_TAKE: Final = "/can-bo/thu-tien/quy/thu"
_LONGEST: Final = 200


@dataclass(frozen=True)
class _Typed:
    """What stands in the form, and what is wrong with it."""

    code: str = ""
    key: str = ""
    amount: str = ""
    given: str = ""
    seen: str = ""
    """The live attempt that the officer was shown."""
    errors: Mapping[str, str] = field(default_factory=dict)
    came_between: bool = False
    """Somebody began to pay by phone while the form was being filled in."""
    status: int = 200


@dataclass(frozen=True)
class _Found:
    """What the code leads to."""

    payable: Payable | None
    live: Attempt | None
    till: Till | None
    waits: Waits


@router.get(_TAKE)
async def show_form(
    request: Request, user: SignedIn, ma: Annotated[str, Query(max_length=_LONGEST)] = ""
) -> Response:
    """Show what a dossier owes, who may be paying it just now, and where to type the cash."""
    return await _form_page(request, user, _Typed(code=ma))


@router.post(_TAKE)
async def take_cash(request: Request, user: SignedIn, cause: RequestCause) -> Response:
    """Take cash: the phone's attempt is asked about first; sent twice it is taken once."""
    typed = await _typed(request)
    try:
        voucher_id = await _take(request, user, typed, cause)
    except BadCashError as error:
        return await _form_page(request, user, replace(typed, errors=in_words(error), status=422))
    except AttemptLiveError:
        return await _form_page(request, user, replace(typed, came_between=True, status=409))
    except (NothingDueError, NoOpenTillError):
        return await _form_page(request, user, replace(typed, status=409))
    except (PayableNotFoundError, InvalidDossierCodeError):
        return await _form_page(request, user, replace(typed, status=422))
    return RedirectResponse(f"/can-bo/thu-tien/phieu-thu/{voucher_id}", status_code=303)


async def _take(request: Request, user: User, typed: _Typed, cause: RequestCause) -> UUID:
    """Ask about the attempt that lives (2 s), then take the cash in one transaction."""
    handed = read_handed(UUID(typed.key), typed.amount, typed.given)
    code, holder = parse_dossier_code(typed.code), holder_of(user)
    async with database_of(request).transaction() as session:
        payable = await look.find_payable(session, code)
    if payable is None or not cash.serves(payable, holder.agency_code):
        raise PayableNotFoundError(code)
    asked = await paying.ask_live(hall_of(request, utc_now), payable.id)
    shown = asked if asked is not None and str(asked) == typed.seen else None
    taking = Taking(holder, payable.id, handed, supersedes=shown)
    async with database_of(request).transaction() as session:
        return await cash.take_cash(session, taking, cause=cause, now=utc_now())


async def _typed(request: Request) -> _Typed:
    form = await request.form()
    values = {name: str(form.get(name, "")) for name in ("ma", "khoa", "so_tien", "dua", "lan")}
    try:
        key = str(UUID(values["khoa"]))
    except ValueError:
        key = str(new_id())  # Not from our form: it is taken once all the same.
    amount, given = values["so_tien"][:_LONGEST], values["dua"][:_LONGEST]
    return _Typed(values["ma"][:_LONGEST], key, amount, given, values["lan"])


async def _form_page(request: Request, user: User, typed: _Typed) -> Response:
    error, found = "", await _look(request, user, "")
    if typed.code.strip():
        try:
            code = parse_dossier_code(typed.code)
        except InvalidDossierCodeError as invalid:
            error = translate(invalid.title)
        else:
            found = await _look(request, user, code)
            if found.payable is None:
                error = translate("Chưa tìm thấy hồ sơ này ở cơ quan mình. Kiểm tra lại số hồ sơ.")
    payable, live = found.payable, found.live
    return render(
        request,
        "cash.html",
        typed=typed,
        error=error,
        payable=payable,
        till=found.till,
        live=live,
        live_via=bank_names().get((live.bank_code if live is not None else None) or "", ""),
        tag=TAGS[payable.public_status] if payable is not None else None,
        key=typed.key or str(new_id()),
        waits=found.waits,
        status=422 if error else typed.status,
    )


async def _look(request: Request, user: User, code: str) -> _Found:
    holder, now = holder_of(user), utc_now()
    async with database_of(request).transaction() as session:
        payable = await look.find_payable(session, code) if code else None
        if payable is not None and not cash.serves(payable, holder.agency_code):
            payable = None
        due = payable is not None and payable.takes_money
        live = await pay.live_attempt(session, payable.id) if payable is not None and due else None
        till = await tills.find_open(session, holder.id)
        return _Found(payable, live, till, await waiting.waits(session, now=now))
