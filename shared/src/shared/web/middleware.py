"""What happens around every route: cause, language, origin, size, headers, figures."""

import time
from collections.abc import Callable
from functools import lru_cache
from re import Pattern
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from shared.contracts.envelope import Cause
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.web.language import COOKIE, use_language
from shared.web.problems import answer_domain_error

CORRELATION: Final = "x-correlation-id"
MAX_BODY_BYTES: Final = 64 * 1024

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE_POLICY: Final = (
    b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_FILE_POLICY: Final = b"frame-ancestors 'none'; base-uri 'none'"
"""For PDFs: the browser's own viewer is a page with styles and scripts of its own."""
Header = tuple[bytes, bytes]
_POLICY_NAME: Final = b"content-security-policy"
_CORRELATION_NAME: Final = CORRELATION.encode()
_DEFAULTS: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
)
_FIXED: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_FIXED_WHERE_SECURE: Final[tuple[Header, ...]] = (
    *_FIXED,
    (b"strict-transport-security", b"max-age=31536000"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_FIXED_NAMES: Final = frozenset({_CORRELATION_NAME, *(name for name, _ in _FIXED_WHERE_SECURE)})

_REQUESTS: Final = Counter(
    "lephi_http_requests", "Requests answered", ["service", "method", "route", "status"]
)
_SECONDS: Final = Histogram(
    "lephi_http_request_seconds", "Time to the first byte", ["service", "method", "route"]
)


class CrossSiteError(DomainError):
    """Another site's page tried to act in the name of whoever is signed in here."""

    kind = Kind.FORBIDDEN
    code = "cross-site"
    title = "Yêu cầu đến từ một trang khác"


class BodyTooLargeError(DomainError):
    """More was sent than this address takes."""

    kind = Kind.INVALID
    code = "body-too-large"
    title = "Nội dung gửi lên quá lớn"
    status = 413


class Doors:
    """The one ASGI layer around a service's routes."""

    def __init__(
        self, app: ASGIApp, *, service: str, public_url: str, body_limits: Callable[[str], int]
    ) -> None:
        self._app = app
        self._service = service
        self._public = urlsplit(public_url)
        self._body_limits = body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request = Request(scope, receive)
        cause = _cause_of(headers)
        request.state.cause = cause
        use_language(request.cookies.get(COOKIE))
        secure = self._public.scheme == "https"
        answering = _Answer(
            scope, send, self._service, correlation=cause.correlation_id, secure=secure
        )
        noted = bind_contextvars(correlation_id=answering.correlation)
        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await answer_domain_error(request, refusal)(scope, receive, answering)
                return
            limited = _limited(receive, self._body_limits(scope["path"]))
            await self._app(scope, limited, answering)
        finally:
            reset_contextvars(**noted)

    def _refusal(self, scope: Scope, headers: Headers) -> DomainError | None:
        if scope["method"] in _SAFE_METHODS:
            return None
        if not self._is_same_site(headers):
            return CrossSiteError("Origin or Sec-Fetch-Site names another site")
        limit = self._body_limits(scope["path"])
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > limit:
            return BodyTooLargeError(f"more than {limit} bytes")
        return None

    def _is_same_site(self, headers: Headers) -> bool:
        """Tell whether our own page asks, or a program, which sends neither header."""
        site = headers.get("sec-fetch-site")
        if site is not None and site not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        return urlsplit(origin).netloc in {headers.get("host"), self._public.netloc}


def _cause_of(headers: Headers) -> Cause:
    causation_id = new_id()
    try:
        told = headers.get(CORRELATION)
        correlation_id = UUID(told) if told else causation_id
    except ValueError:
        correlation_id = causation_id
    return Cause(correlation_id=correlation_id, causation_id=causation_id)


def _limited(receive: Receive, limit: int) -> Receive:
    """Return ``receive`` that refuses a body longer than ``limit``, whatever its length said."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"more than {limit} bytes")
        return message

    return receive_some


class _Answer:
    """Sends the answer with the headers that every answer has, and counts it."""

    def __init__(
        self, scope: Scope, send: Send, service: str, *, correlation: UUID, secure: bool
    ) -> None:
        self._scope = scope
        self._send = send
        self._service = service
        self.correlation = str(correlation)
        self._secure = secure
        self._began = time.perf_counter()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = self._complete(message["headers"])
            self._count(message["status"])
        await self._send(message)

    def _complete(self, headers: list[Header]) -> list[Header]:
        """Return the answer's own ``headers``, those it left out, and those it may not choose."""
        own = {name.lower(): value for name, value in headers}
        is_file = own.get(b"content-type", b"").startswith(b"application/pdf")
        policy = _FILE_POLICY if is_file else _PAGE_POLICY
        chosen = [each for each in headers if each[0].lower() not in _FIXED_NAMES]
        left_out = [each for each in ((_POLICY_NAME, policy), *_DEFAULTS) if each[0] not in own]
        fixed = _FIXED_WHERE_SECURE if self._secure else _FIXED
        return [*chosen, *left_out, *fixed, (_CORRELATION_NAME, self.correlation.encode())]

    def _count(self, status: int) -> None:
        route = getattr(self._scope.get("route"), "path", "unknown")
        requests, seconds = _figures(self._service, self._scope["method"], route, status)
        requests.inc()
        seconds.observe(time.perf_counter() - self._began)


@lru_cache(maxsize=4096)
def _figures(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts such answers; looking it up by its labels costs more than counting."""
    return (
        _REQUESTS.labels(service, method, route, str(status)),
        _SECONDS.labels(service, method, route),
    )


def body_limits(special: list[tuple[Pattern[str], int]]) -> Callable[[str], int]:
    """Return how many bytes each path takes: what ``special`` says, else 64 KB."""

    def limit_of(path: str) -> int:
        return next((limit for pattern, limit in special if pattern.match(path)), MAX_BODY_BYTES)

    return limit_of
