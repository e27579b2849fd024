"""Signing in and out, sessions, bearer tokens: the provider is real HTTP, and sometimes lies."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text, update
from starlette.types import ASGIApp

from shared.clock import utc_now
from shared.db.database import Database
from shared.db.web_tables import SessionRow
from shared.web import sessions
from tests.shared.web.provider import KEY, OTHER_KEY, StubProvider
from tests.shared.web.site import PERSON, Site, a_client, serving, some_doors, some_settings

LOGIN = "/api/desk/oidc/login?next=%2Fcan-bo%3Fa%3D1"


@pytest.fixture
async def provider() -> StubProvider:
    return StubProvider()


@pytest.fixture
async def app(database: Database, provider: StubProvider) -> AsyncIterator[ASGIApp]:
    async with serving(provider.app()) as address:
        settings = some_settings(OIDC_INTERNAL_URL=address)
        yield Site(settings, [some_doors()]).app(database)


async def sign_in(client: AsyncClient, provider: StubProvider) -> Response:
    """Go to the provider and come back; return the callback's answer."""
    there = (await client.get(LOGIN)).headers["location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    code = provider.sign_in(there)
    return await client.get(f"/api/desk/oidc/callback?state={state}&code={code}", headers=PERSON)


async def test_given_nobody_when_an_officer_signs_in_then_the_page_opens_with_their_name(
    app: ASGIApp, provider: StubProvider
) -> None:
    async with a_client(app, **PERSON) as client:
        refused = await client.get("/can-bo?a=1")
        back = await sign_in(client, provider)
        page = await client.get("/can-bo?a=1")

    assert refused.headers["location"] == LOGIN
    assert back.headers["location"] == "http://lephi.test/can-bo?a=1"
    cookie = next(each for each in back.headers.get_list("set-cookie") if "lephi-desk=" in each)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert page.status_code == 200
    assert "Cán bộ" in page.text


async def test_given_a_session_when_its_row_is_read_then_it_holds_no_cookie(
    app: ASGIApp, provider: StubProvider, database: Database
) -> None:
    async with a_client(app) as client:
        await sign_in(client, provider)
        secret = client.cookies["lephi-desk"]

    async with database.transaction() as session:
        row = (await session.execute(text("SELECT id, roles FROM session"))).one()
    assert row.id == sessions.hashed(secret)
    assert row.roles == ["officer"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://other.test/sso"},
        {"aud": "lephi-fee"},
        {"aud": ["lephi-desk", "lephi-fee"], "azp": "lephi-fee"},
        {"exp": 1_700_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
async def test_given_a_token_with_a_false_claim_when_signing_in_then_no_session_begins(
    app: ASGIApp, provider: StubProvider, changes: dict[str, object]
) -> None:
    provider.changes = changes

    async with a_client(app) as client:
        answer = await sign_in(client, provider)

    assert answer.status_code == 410
    assert "lephi-desk=" not in str(answer.headers)


async def test_given_a_token_of_another_key_when_signing_in_then_no_session_begins(
    app: ASGIApp, provider: StubProvider
) -> None:
    provider.signer = OTHER_KEY

    async with a_client(app) as client:
        answer = await sign_in(client, provider)

    assert answer.status_code == 410


async def test_given_a_sign_in_when_its_callback_comes_twice_or_elsewhere_then_it_is_refused(
    app: ASGIApp, provider: StubProvider
) -> None:
    async with a_client(app) as client, a_client(app) as thief:
        there = (await client.get(LOGIN)).headers["location"]
        state = parse_qs(urlsplit(there).query)["state"][0]
        address = f"/api/desk/oidc/callback?state={state}&code={provider.sign_in(there)}"

        elsewhere = await thief.get(address)
        first = await client.get(address)
        client.cookies.set("lephi-desk-login", state, domain="lephi.test")
        second = await client.get(address)

    assert [elsewhere.status_code, first.status_code, second.status_code] == [410, 303, 410]


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
async def test_given_a_session_that_is_over_when_a_page_is_opened_then_one_signs_in_again(
    app: ASGIApp, provider: StubProvider, database: Database, column: str
) -> None:
    async with a_client(app, **PERSON) as client:
        await sign_in(client, provider)
        async with database.transaction() as session:
            past = utc_now() - timedelta(hours=2)
            await session.execute(update(SessionRow).values({column: past}))

        answer = await client.get("/can-bo")

    assert answer.status_code == 303


async def test_given_a_session_when_signing_out_then_row_and_cookies_of_all_services_go(
    app: ASGIApp, provider: StubProvider, database: Database
) -> None:
    async with a_client(app, **PERSON) as client:
        await sign_in(client, provider)
        client.cookies.set("lephi-fee", "session of another service", domain="lephi.test")

        answer = await client.post("/api/desk/oidc/logout")
        after = await client.get("/can-bo")

    assert answer.headers["location"].startswith("http://lephi.test/sso/end-session?id_token_hint=")
    gone = [each for each in answer.headers.get_list("set-cookie") if "Max-Age=0" in each]
    assert {each.split("=")[0] for each in gone} == {"lephi-desk", "lephi-fee"}
    assert after.status_code == 303
    async with database.transaction() as session:
        left = (await session.execute(text("SELECT count(*) FROM session"))).scalar()
    assert left == 0


async def test_given_another_host_when_signing_in_then_it_goes_to_the_public_one_first(
    app: ASGIApp,
) -> None:
    async with a_client(app, host="localhost:8080") as client:
        answer = await client.get(LOGIN)

    assert answer.headers["location"] == f"http://lephi.test{LOGIN}"


async def test_given_a_session_elsewhere_when_a_public_page_opens_then_the_provider_is_asked_once(
    app: ASGIApp,
) -> None:
    async with a_client(app, **PERSON) as client:
        client.cookies.set("lephi-fee", "session of another service", domain="lephi.test")
        asked = await client.get("/trang")
        there = (await client.get(asked.headers["location"])).headers["location"]
        state = parse_qs(urlsplit(there).query)["state"][0]
        back = await client.get(f"/api/desk/oidc/callback?state={state}&error=login_required")
        page = await client.get("/trang")

    assert asked.headers["location"] == "/api/desk/oidc/login?next=%2Ftrang&silent=true"
    assert "prompt=none" in there
    assert back.headers["location"] == "http://lephi.test/trang"
    assert page.status_code == 200


async def test_given_no_provider_when_a_public_page_opens_then_it_is_shown_all_the_same(
    database: Database,
) -> None:
    app = Site(some_settings(OIDC_INTERNAL_URL="http://127.0.0.1:1"), [some_doors()]).app(database)

    async with a_client(app, **PERSON) as client:
        client.cookies.set("lephi-fee", "session of another service", domain="lephi.test")
        asked = await client.get("/trang")
        back = await client.get(asked.headers["location"])
        page = await client.get(back.headers["location"])
        officers = await client.get("/api/desk/oidc/login?next=/can-bo")

    assert page.status_code == 200
    assert officers.status_code == 503


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_given_machine_tokens_when_they_are_shown_then_only_the_genuine_one_opens(
    app: ASGIApp, provider: StubProvider
) -> None:
    genuine = provider.id_token(aud="lephi-api", roles=["operator"])
    secret = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    confused = jwt.encode(
        {"alg": "HS256", "kid": "one"}, {"sub": "x", "aud": "lephi-api"}, secret, ["HS256"]
    )
    false = [
        provider.id_token(aud="lephi-desk"),
        provider.id_token(aud="lephi-api", exp=1_700_000_000),
        provider.id_token(aud="lephi-api", iss="http://other.test"),
        confused,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiYXVkIjoibGVwaGktYXBpIn0.",
        "not.a.token",
    ]

    async with a_client(app) as client:
        good = await client.get("/api/desk/v1/machines", headers=bearer(genuine))
        parked = await client.get("/api/desk/v1/parked", headers=bearer(genuine))
        bad = [await client.get("/api/desk/v1/machines", headers=bearer(each)) for each in false]

    assert good.status_code == 200
    assert parked.json() == {"items": [], "after": None}
    assert {answer.status_code for answer in bad} == {401}
    assert bad[0].headers["www-authenticate"] == "Bearer"


async def test_given_an_officer_when_asking_for_what_is_not_theirs_then_it_is_refused_in_words(
    app: ASGIApp, provider: StubProvider
) -> None:
    async with a_client(app) as client:
        await sign_in(client, provider)
        answer = await client.get("/api/desk/v1/parked")
        machines = await client.get("/api/desk/v1/machines")

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    assert machines.status_code == 403
