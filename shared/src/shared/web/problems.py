"""Failures as answers: RFC 9457 for machines, a page for people."""

from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.db.database import is_disconnection
from shared.errors import DomainError, Kind
from shared.web.identity import KnownElsewhereError, NoRightError, NotSignedInError
from shared.web.language import mark, safe_path
from shared.web.pages import render, translate

_log: Final = structlog.get_logger()

_STATUS: Final = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.LIMITED: 429,
    Kind.WAITING: 409,
    Kind.UNAVAILABLE: 503,
}
_PAGES: Final = {
    403: "shared/no_right.html",
    404: "shared/not_found.html",
    410: "shared/expired.html",
    429: "shared/limited.html",
    503: "shared/down.html",
}
_OTHER_PAGE: Final = "shared/failed.html"
_FROM_THE_DATABASE: Final[tuple[type[Exception], ...]] = (
    SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)  # fmt: skip
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


def status_of(error: DomainError) -> int:
    """Return the HTTP status of ``error``: its own ``status`` if it has one, else its kind's."""
    own: int | None = getattr(error, "status", None)
    return own or _STATUS[error.kind]


def wants_page(request: Request) -> bool:
    """Tell whether a person asked: a browser asks for a whole page, and never under ``/v1/``."""
    is_part = "/v1/" in request.url.path or "hx-request" in request.headers
    return "text/html" in request.headers.get("accept", "") and not is_part


def problem(status: int, code: str, title: str, **members: Any) -> JSONResponse:  # noqa: ANN401 -- RFC 9457 §3.2 allows any member
    """Return a problem document."""
    document = {"type": f"/problems/{code}", "title": title, "status": status, "code": code}
    return JSONResponse(
        {**document, **members}, status_code=status, media_type="application/problem+json"
    )


def answer_domain_error(request: Request, error: DomainError) -> Response:
    """Answer an expected failure, in the form that the caller understands."""
    status = status_of(error)
    if not wants_page(request):
        answer: Response = problem(
            status, error.code, error.title, detail=error.detail, **error.extra
        )
    elif isinstance(error, NotSignedInError):
        return _to_login(request, silently=isinstance(error, KnownElsewhereError))
    else:
        answer = _page(request, status, error.code, translate(error.title), **error.extra)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
        answer.headers["HX-Refresh"] = "true"  # An open page whose session ended signs in again.
    if error.kind is Kind.LIMITED:
        answer.headers["Retry-After"] = str(error.extra.get("retry_after_seconds", 60))
    return answer


def _to_login(request: Request, *, silently: bool) -> Response:
    """Send a browser to the provider, and afterwards back to where it is."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in _SAFE_METHODS:
        here = urlsplit(request.headers.get("referer", "/")).path
    service = request.app.state.service.name
    query = f"next={quote(safe_path(here), safe='')}" + ("&silent=true" if silently else "")
    return RedirectResponse(f"/api/{service}/oidc/login?{query}", status_code=303)


def _page(request: Request, status: int, code: str, title: str, **extra: str | int) -> Response:
    template = _PAGES.get(status, _OTHER_PAGE)
    return render(request, template, status=status, code=code, heading=title, extra=extra)


def _plain(request: Request, status: int, code: str, title: str, detail: str) -> Response:
    if wants_page(request):
        return _page(request, status, code, translate(title))
    return problem(status, code, title, detail=detail)


async def _domain(request: Request, error: Exception) -> Response:
    expected = cast("DomainError", error)
    if isinstance(expected, NoRightError):
        _log.info("request.refused", path=request.url.path, detail=expected.detail)
    return answer_domain_error(request, expected)


async def _http(request: Request, error: Exception) -> Response:
    raised = cast("HTTPException", error)
    known = {
        404: ("not-found", mark("Không tìm thấy trang này")),
        405: ("method-not-allowed", mark("Địa chỉ này không nhận yêu cầu kiểu này")),
        413: ("body-too-large", mark("Nội dung gửi lên quá lớn")),
    }
    code, title = known.get(raised.status_code, ("bad-request", mark("Yêu cầu chưa đúng")))
    answer = _plain(request, raised.status_code, code, title, str(raised.detail))
    answer.headers.update(raised.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    if wants_page(request):
        return _page(request, 422, "request-invalid", translate("Nội dung gửi lên chưa đúng"))
    fields = [
        {"field": ".".join(str(part) for part in each["loc"]), "message": each["msg"]}
        for each in cast("RequestValidationError", error).errors()
    ]
    return problem(422, "request-invalid", mark("Nội dung gửi lên chưa đúng"), errors=fields)


async def _database(request: Request, error: Exception) -> Response:
    """Answer 503 while the database is away; any other database error is a bug."""
    if not is_disconnection(error):
        raise error
    _log.warning("database.away", path=_template(request), error=type(error).__name__)
    answer = _plain(
        request, 503, "unavailable", mark("Hệ thống đang gián đoạn"), "the database does not answer"
    )
    answer.headers["Retry-After"] = "5"
    return answer


def _template(request: Request) -> str:
    """Return the address as its route is written: a real one may hold a capability."""
    return str(getattr(request.scope.get("route"), "path", "-"))


async def _bug(request: Request, error: Exception) -> Response:
    _log.error("request.failed", path=_template(request), exc_info=error)
    return _plain(
        request, 500, "internal-error", mark("Hệ thống gặp sự cố"), "an unexpected error, logged"
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every failure of ``app`` as this module says."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in _FROM_THE_DATABASE:
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _bug)
