"""The identity provider, driven as a browser and a service drive it."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import ASGITransport, AsyncClient
from joserfc import jwt
from joserfc.jwk import KeySet

from lephi.identity.app import create_app
from lephi.identity.settings import Settings

ISSUER = "http://lephi.test/sso"
VERIFIER = "v" * 64
BACK = "http://lephi.test/api/fee/oidc/callback"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def browser(tmp_path: Path) -> AsyncClient:
    settings = Settings(
        issuer=ISSUER,
        public_url="http://lephi.test",
        folder=tmp_path,
        client_secrets={"fee": "fee-secret"},
        operator_secret="operator-secret",  # noqa: S106 - made up
    )
    app = create_app(settings)
    return AsyncClient(transport=ASGITransport(app), base_url="http://lephi.test")


def a_request(**changed: str) -> dict[str, str]:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    return {
        "response_type": "code", "client_id": "lephi-fee", "redirect_uri": BACK,
        "scope": "openid profile", "state": "s", "nonce": "n",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256", **changed,
    }  # fmt: skip


def basic(client_id: str, secret: str) -> dict[str, str]:
    value = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {value}"}


async def signed_in(browser: AsyncClient, username: str = "canbo", **changed: str) -> str:
    """Sign in and return the code with which the browser was sent back."""
    answer = await browser.post(
        "/sso/authorize",
        params=a_request(**changed),
        data={"username": username, "password": username},
    )
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def redeemed(browser: AsyncClient, code: str, verifier: str = VERIFIER) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK,
        "code_verifier": verifier,
    }  # fmt: skip
    answer = await browser.post("/sso/token", data=form, headers=basic("lephi-fee", "fee-secret"))
    found: dict[str, str] = answer.json()
    return found


async def claims_of(browser: AsyncClient, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set((await browser.get("/sso/jwks.json")).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


async def test_given_an_officer_when_signing_in_then_the_id_token_names_role_and_agency(
    browser: AsyncClient,
) -> None:
    token = (await redeemed(browser, await signed_in(browser)))["id_token"]

    claims = await claims_of(browser, token)
    assert claims["iss"] == ISSUER
    assert claims["aud"] == "lephi-fee"
    assert claims["nonce"] == "n"
    assert claims["roles"] == ["officer"]
    assert claims["agency_code"] == "H34.10"


async def test_given_a_code_when_redeemed_twice_or_with_another_verifier_then_it_is_refused(
    browser: AsyncClient,
) -> None:
    code = await signed_in(browser)

    assert (await redeemed(browser, code, verifier="w" * 64))["error"] == "invalid_grant"
    assert "id_token" in await redeemed(browser, await signed_in(browser, nonce="m"))
    used = await signed_in(browser, nonce="k")
    await redeemed(browser, used)
    assert (await redeemed(browser, used))["error"] == "invalid_grant"


async def test_given_one_sign_in_when_another_service_asks_then_no_password_is_asked(
    browser: AsyncClient,
) -> None:
    await signed_in(browser)

    answer = await browser.get("/sso/authorize", params=a_request(nonce="second"))

    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.test/"},
        {"client_id": "lephi-nobody"},
        {"client_id": "lephi-operator"},
    ],
)
async def test_given_a_stranger_when_asking_for_a_code_then_nothing_is_sent_anywhere(
    browser: AsyncClient, changed: dict[str, str]
) -> None:
    await signed_in(browser)

    answer = await browser.get("/sso/authorize", params=a_request(**changed))

    assert answer.status_code == 400
    assert answer.headers.get("location") is None


async def test_given_a_wrong_password_when_signing_in_then_the_page_asks_again(
    browser: AsyncClient,
) -> None:
    answer = await browser.post(
        "/sso/authorize",
        params=a_request(),
        data={"username": "canbo", "password": "ketoan"},
    )

    assert answer.status_code == 401
    assert "chưa đúng" in answer.text


async def test_given_the_operators_program_when_it_asks_then_its_token_is_for_our_interfaces(
    browser: AsyncClient,
) -> None:
    answer = await browser.post(
        "/sso/token",
        data={"grant_type": "client_credentials", "scope": "lephi-api"},
        headers=basic("lephi-operator", "operator-secret"),
    )

    claims = await claims_of(browser, answer.json()["access_token"])
    assert claims["aud"] == "lephi-api"
    assert claims["iss"] == ISSUER
    assert claims["roles"] == ["operator"]


async def test_given_a_signed_in_browser_when_signing_out_then_the_next_sign_in_asks_again(
    browser: AsyncClient,
) -> None:
    token = (await redeemed(browser, await signed_in(browser)))["id_token"]
    query = {"client_id": "lephi-fee", "id_token_hint": token}
    evil, home = "http://evil.test/", "http://lephi.test/"

    abroad = await browser.get(
        "/sso/end-session", params={**query, "post_logout_redirect_uri": evil}
    )
    answer = await browser.get(
        "/sso/end-session", params={**query, "post_logout_redirect_uri": home}
    )

    assert abroad.headers.get("location") is None
    assert answer.headers.get("location") == home
    again = await browser.get("/sso/authorize", params=a_request(nonce="third"))
    assert again.status_code == 200
    assert "Mật khẩu" in again.text
