"""The province's small door under ``/tinh-thu``: a page for people, JSON for scripts."""

import os
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from lephi.province.exchange import Exchange, NotConnectedError, Order
from lephi.province.faults import Fault, Wish
from shared.web.language import COOKIE as LANGUAGE_COOKIE
from shared.web.language import current_language, use_language
from shared.web.pages import Shell, environment_of, translate

_POLICY: Final = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_HOME: Final = "/tinh-thu"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultWish(_Body):
    """A fault that is asked for."""

    fault: Fault
    times: int | None = Field(default=None, ge=1)
    after_ms: int = Field(default=3_000, ge=0, le=600_000)
    reason: str = Field(default="HO_SO_KHONG_CO", min_length=1, max_length=500)
    dossier_code: str | None = Field(default=None, max_length=40)


class DossierOrder(_Body):
    """What is to be published."""

    count: int = Field(ge=1, le=1_000_000)
    seed: int = 1
    skip: int = Field(default=0, ge=0)
    days_ago: int = Field(default=0, ge=0, le=365)
    withhold: int = Field(default=0, ge=0)


class Forgetting(_Body):
    """How much of a day is to be forgotten; ``most`` None: all of it."""

    most: int | None = Field(default=None, ge=1)


def create_app(exchange: Exchange) -> Starlette:
    """Return the door's application."""
    api = [
        Route("/state", partial(_state, exchange)),
        Route("/faults", partial(_list_faults, exchange), methods=["GET"]),
        Route("/faults", partial(_ask_for_fault, exchange), methods=["PUT"]),
        Route("/faults", partial(_clear_faults, exchange), methods=["DELETE"]),
        Route("/dossiers", partial(_publish, exchange), methods=["POST"]),
        Route("/days/{day}/totals", partial(_tell_totals, exchange), methods=["POST"]),
        Route("/days/{day}/forgotten", partial(_forget, exchange), methods=["POST"]),
    ]
    pages = [
        Route("/", partial(_show, exchange)),
        Route("/loi", partial(_ask_by_form, exchange), methods=["POST"]),
        Route("/ho-so", partial(_publish_by_form, exchange), methods=["POST"]),
        Route("/ngay", partial(_day_by_form, exchange), methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {ValidationError: _invalid, NotConnectedError: _away}
    routes = [Mount(_HOME, routes=[Mount("/api", routes=api), *pages])]
    return Starlette(routes=routes, exception_handlers=handlers)


async def _invalid(_: Request, error: ValidationError) -> Response:
    return JSONResponse({"errors": error.errors(include_url=False, include_context=False)}, 422)


async def _away(_: Request, __: Exception) -> Response:
    return JSONResponse({"code": "kafka-unavailable"}, HTTPStatus.SERVICE_UNAVAILABLE)


async def _state(exchange: Exchange, _: Request) -> Response:
    days = [asdict(line) for line in exchange.store.days()]
    return JSONResponse({"days": days, "refused": dict(exchange.refused)})


async def _list_faults(exchange: Exchange, _: Request) -> Response:
    return JSONResponse([asdict(wish) for wish in exchange.faults.wishes()])


async def _ask_for_fault(exchange: Exchange, request: Request) -> Response:
    wanted = FaultWish.model_validate_json(await request.body())
    exchange.faults.ask_for(Wish(**wanted.model_dump()))
    return await _list_faults(exchange, request)


async def _clear_faults(exchange: Exchange, request: Request) -> Response:
    await exchange.heal()
    return await _list_faults(exchange, request)


async def _publish(exchange: Exchange, request: Request) -> Response:
    wanted = DossierOrder.model_validate_json(await request.body())
    return JSONResponse(asdict(await exchange.publish(_order(wanted))))


def _order(wanted: DossierOrder) -> Order:
    day = datetime.now(UTC) - timedelta(days=wanted.days_ago) if wanted.days_ago else None
    return Order(wanted.count, wanted.seed, wanted.skip, day, wanted.withhold)


async def _tell_totals(exchange: Exchange, request: Request) -> Response:
    parts = await exchange.tell_totals(request.path_params["day"])
    totals = exchange.store.totals(request.path_params["day"])
    return JSONResponse(
        {
            "parts": parts, "dossiers": len(totals.codes), "facts": len(totals.fact_ids),
            "paid_count": totals.paid_count, "paid_vnd": totals.paid_vnd,
        }
    )  # fmt: skip


async def _forget(exchange: Exchange, request: Request) -> Response:
    wanted = Forgetting.model_validate_json(await request.body() or b"{}")
    lost = exchange.store.forget(request.path_params["day"], most=wanted.most)
    return JSONResponse({"forgotten": lost})


async def _show(exchange: Exchange, request: Request) -> Response:
    use_language(request.cookies.get(LANGUAGE_COOKIE))
    shell = Shell(
        service="dossier", path=request.url.path, here=request.url.path,
        language=current_language(), support_phone=os.environ.get("SUPPORT_PHONE", ""), user=None,
    )  # fmt: skip
    page = environment_of("lephi.province").get_template("province.html")
    text = page.render(
        {
            "shell": shell,
            "days": [
                {"line": line, "on": date.fromisoformat(line.day)} for line in exchange.store.days()
            ],
            "wishes": exchange.faults.wishes(),
            "faults": _fault_words(),
            "refused": exchange.refused.most_common(20),
        }
    )
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return HTMLResponse(text, headers=headers)


def _fault_words() -> dict[str, str]:
    return {
        Fault.SILENT.value: translate("im lặng: nhận mà không trả lời"),
        Fault.SLOW.value: translate("trả lời chậm"),
        Fault.REFUSE.value: translate("báo lỗi"),
        Fault.TWICE.value: translate("gửi mọi tin hai lần"),
        Fault.OUT_OF_ORDER.value: translate("gửi sai thứ tự"),
        Fault.OLD_VERSIONS.value: translate("gửi kèm bản cũ"),
        Fault.RUBBISH.value: translate("gửi kèm tin hỏng"),
    }


async def _ask_by_form(exchange: Exchange, request: Request) -> Response:
    form = dict(await request.form())
    if form.get("act") == "clear":
        await exchange.heal()
    else:
        given = {name: value for name, value in form.items() if value}
        exchange.faults.ask_for(Wish(**FaultWish.model_validate(given).model_dump()))
    return _home()


async def _publish_by_form(exchange: Exchange, request: Request) -> Response:
    given = {name: value for name, value in (await request.form()).items() if value}
    await exchange.publish(_order(DossierOrder.model_validate(given)))
    return _home()


async def _day_by_form(exchange: Exchange, request: Request) -> Response:
    form = await request.form()
    day = str(form["day"])
    if form["act"] == "forget":
        exchange.store.forget(day, most=None)
    else:
        await exchange.tell_totals(day)
    return _home()


def _home() -> Response:
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)
