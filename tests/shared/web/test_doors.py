"""What every answer has: headers, origin, size, language, health; open pages hear what is new."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Form, Request
from httpx import AsyncClient
from sqlalchemy import text
from starlette.responses import HTMLResponse, Response

from shared.db.database import Database
from shared.db.web_tables import RateHitRow
from shared.web.identity import public
from shared.web.live import event_stream
from shared.web.pages import render
from shared.web.request import RequestCause, Transaction, body_limit
from tests.shared.web.site import PERSON, NoSuchPayableError, Site, a_client, serving, some_settings

router = APIRouter()
state = {"k": "one"}


@router.get("/trang/{name}", dependencies=[public()])
async def show(request: Request, name: str) -> HTMLResponse:
    return render(request, "shared/failed.html", heading=name, code="none")


@router.post("/gui", dependencies=[public()])
async def send(words: Annotated[str, Form()]) -> dict[str, int]:
    return {"length": len(words)}


@router.post("/tep", dependencies=[public(), body_limit(200_000)])
async def send_file(request: Request) -> dict[str, int]:
    return {"length": len(await request.body())}


@router.post("/ghi", dependencies=[public()])
async def write(session: Transaction, cause: RequestCause, *, then_fail: bool) -> dict[str, str]:
    session.add(RateHitRow(bucket="x", window_start=datetime.now(UTC), count=1))
    await session.flush()
    if then_fail:
        raise NoSuchPayableError("after writing")
    return {"correlation_id": str(cause.correlation_id)}


@router.get("/bien-lai.pdf", dependencies=[public()])
async def show_file() -> Response:
    return Response(b"%PDF", media_type="application/pdf")


@router.get("/dong/{key}", dependencies=[public()])
async def stream(request: Request, key: str) -> Response:
    async def read() -> str | None:
        return state[key]

    return event_stream(request, key, read)


@pytest.fixture
def site() -> Site:
    return Site(some_settings(), [router])


@pytest.fixture
async def client(site: Site) -> AsyncIterator[AsyncClient]:
    """A client of a site whose database is away; most of what doors do needs none."""
    async with a_client(site.app(Database(site.settings.database_url))) as client:
        yield client


@pytest.fixture
async def writer(site: Site, database: Database) -> AsyncIterator[AsyncClient]:
    """A client of a site that may write."""
    async with a_client(site.app(database)) as client:
        yield client


async def test_given_no_database_when_a_page_needs_it_then_it_says_that_the_system_is_down(
    client: AsyncClient,
) -> None:
    written = await client.post("/ghi?then_fail=false")
    ready = await client.get("/api/desk/health/ready")
    live = await client.get("/api/desk/health/live")

    assert (written.status_code, written.json()["code"]) == (503, "unavailable")
    assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
    assert live.status_code == 200


async def test_given_any_answer_when_it_is_sent_then_it_has_the_headers_that_protect(
    client: AsyncClient,
) -> None:
    answer = await client.get("/trang/x")

    policy = answer.headers["content-security-policy"]
    for rule in ("script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_given_a_pdf_when_it_is_shown_then_its_policy_leaves_the_viewer_alone(
    client: AsyncClient,
) -> None:
    answer = await client.get("/bien-lai.pdf")

    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'; base-uri 'none'"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://lephi.test"}, 200),
        ({"origin": "http://lephi.test", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
async def test_given_a_form_when_it_is_posted_then_only_our_own_pages_may(
    client: AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/gui", data={"words": "abc"}, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/tep", 200_000, 200), ("/tep", 200_001, 413), ("/gui", 64 * 1024 + 1, 413)],
)
async def test_given_a_large_body_when_it_comes_then_each_address_has_its_limit(
    client: AsyncClient, path: str, size: int, status: int
) -> None:
    async def in_parts() -> AsyncIterator[bytes]:
        yield b"x" * (size - 1)
        yield b"x"

    form = {"content-type": "application/x-www-form-urlencoded"}
    announced = await client.post(path, content=b"x" * size, headers=form)
    in_chunks = await client.post(path, content=in_parts(), headers=form)

    assert (announced.status_code, in_chunks.status_code) == (status, status)


async def test_given_a_transaction_when_the_route_fails_then_nothing_was_written(
    writer: AsyncClient, database: Database
) -> None:
    failed = await writer.post("/ghi?then_fail=true")
    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT count(*) FROM rate_hit"))).scalar()
    written = await writer.post("/ghi?then_fail=false")
    ready = await writer.get("/api/desk/health/ready")

    assert (failed.status_code, rows) == (404, 0)
    assert (written.status_code, ready.status_code) == (200, 200)


async def test_given_a_correlation_id_when_a_request_brings_it_then_it_is_kept(
    writer: AsyncClient,
) -> None:
    known = "01a20b9c-77b9-7144-8215-1bf69971481e"
    kept = await writer.post("/ghi?then_fail=false", headers={"x-correlation-id": known})
    made = await writer.get("/trang/x", headers={"x-correlation-id": "<script>"})

    assert kept.json() == {"correlation_id": known}
    assert kept.headers["x-correlation-id"] == known
    assert UUID(made.headers["x-correlation-id"]).version == 7


async def test_given_the_switch_when_english_is_chosen_then_pages_are_english_until_changed_back(
    client: AsyncClient,
) -> None:
    before = await client.get("/trang/x", headers={"accept-language": "en"})
    switch = await client.get("/api/desk/language?to=en&next=/trang/x%3Fa=1")
    english = await client.get("/trang/x")
    await client.get("/api/desk/language?to=vi")
    after = await client.get("/trang/x")

    assert "Đăng nhập" in before.text
    assert switch.headers["location"] == "/trang/x?a=1"
    assert '<html lang="en">' in english.text
    assert "Sign in" in english.text
    assert "Đăng nhập" not in english.text
    assert '<html lang="vi">' in after.text


@pytest.mark.parametrize(
    "path", ["//evil.test", "/\\evil.test", "http://evil.test", "evil", "/a\nb", "", "/\tevil"]
)
async def test_given_a_switch_to_elsewhere_when_it_is_followed_then_it_stays_here(
    client: AsyncClient, path: str
) -> None:
    answer = await client.get("/api/desk/language", params={"to": "en", "next": path})

    assert answer.headers["location"] == "/"


async def test_given_hostile_text_when_a_page_shows_it_then_it_is_text(client: AsyncClient) -> None:
    answer = await client.get("/trang/<script>alert(1)")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_given_requests_when_metrics_are_read_then_they_are_counted_by_route(
    client: AsyncClient,
) -> None:
    await client.get("/trang/x")
    figures = (await client.get("/api/desk/metrics")).text

    counted = 'lephi_http_requests_total{method="GET",route="/trang/{name}",service="desk"'
    assert counted in figures


async def test_given_the_documents_of_the_api_when_they_are_read_then_they_name_our_addresses(
    client: AsyncClient,
) -> None:
    document = (await client.get("/api/desk/openapi.json")).json()
    page = await client.get("/api/desk/docs", headers=PERSON)

    assert document["openapi"].startswith("3.1")
    assert "/api/desk/v1/parked" in document["paths"]
    assert "/api/desk/v1/parked/{parked_id}/discard" in page.text


async def test_given_a_route_without_a_guard_when_the_app_is_made_then_it_is_refused() -> None:
    open_router = APIRouter()
    open_router.get("/open")(lambda: "x")
    site = Site(some_settings(), [open_router])

    with pytest.raises(ValueError, match="/open must declare"):
        site.app(Database(site.settings.database_url))


async def test_given_an_open_page_when_its_key_changes_then_it_hears_once_what_is_new(
    site: Site,
) -> None:
    app = site.app(Database(site.settings.database_url))
    state["k"] = "one"
    heard: list[str] = []

    async with (
        asyncio.timeout(20),
        serving(app) as address,
        AsyncClient(base_url=address) as client,
        client.stream("GET", "/dong/k") as answer,
    ):
        async for line in answer.aiter_lines():
            heard.append(line)
            if line == "data: one":
                site.live.tell("other")
                site.live.tell("k")
                state["k"] = "two\nlines"
            if line == "data: lines":
                break

    assert answer.headers["content-type"].startswith("text/event-stream")
    said = [line for line in heard if line and not line.startswith(":")]
    assert said == ["event: status", "data: one", "event: status", "data: two", "data: lines"]
