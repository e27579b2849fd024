"""The identity provider, driven as a browser and a service drive it."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet

from lephi.identity.app import new_app
from lephi.identity.people import clients

ISSUER = "http://lephi.test/sso"
ENVIRONMENT = {
    "PUBLIC_URL": "http://lephi.test",
    "FEE_OIDC_CLIENT_SECRET": "fee-secret",
    "OPERATOR_CLIENT_SECRET": "operator-secret",
}
VERIFIER = "v" * 64
BACK = "http://lephi.test/api/fee/oidc/callback"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    return new_app(ISSUER, tmp_path, clients(ENVIRONMENT)).test_client()


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


def signed_in(browser: FlaskClient, username: str = "canbo", **changed: str) -> str:
    """Sign in and return the code with which the browser was sent back."""
    answer = browser.post(
        "/sso/authorize",
        query_string=a_request(**changed),
        data={"username": username, "password": username},
    )
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.location).query)["code"][0]


def redeemed(browser: FlaskClient, code: str, verifier: str = VERIFIER) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK,
        "code_verifier": verifier,
    }  # fmt: skip
    answer = browser.post("/sso/token", data=form, headers=basic("lephi-fee", "fee-secret"))
    found: dict[str, str] = answer.get_json()
    return found


def claims_of(browser: FlaskClient, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set(browser.get("/sso/jwks").get_json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_given_an_officer_when_signing_in_then_the_id_token_names_role_and_agency(
    browser: FlaskClient,
) -> None:
    token = redeemed(browser, signed_in(browser))["id_token"]

    claims = claims_of(browser, token)
    assert claims["iss"] == ISSUER
    assert claims["aud"] == ["lephi-fee"]
    assert claims["nonce"] == "n"
    assert claims["roles"] == ["officer"]
    assert claims["agency_code"] == "H34.10"


def test_given_a_code_when_redeemed_twice_or_with_another_verifier_then_it_is_refused(
    browser: FlaskClient,
) -> None:
    code = signed_in(browser)

    assert redeemed(browser, code, verifier="w" * 64)["error"] == "invalid_grant"
    assert "id_token" in redeemed(browser, signed_in(browser, nonce="m"))
    used = signed_in(browser, nonce="k")
    redeemed(browser, used)
    assert redeemed(browser, used)["error"] == "invalid_grant"


def test_given_one_sign_in_when_another_service_asks_then_no_password_is_asked(
    browser: FlaskClient,
) -> None:
    signed_in(browser)

    answer = browser.get("/sso/authorize", query_string=a_request(nonce="second"))

    assert answer.status_code == 302
    assert answer.location.startswith(BACK)


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.test/"},
        {"client_id": "lephi-nobody"},
        {"client_id": "lephi-operator"},
    ],
)
def test_given_a_stranger_when_asking_for_a_code_then_nothing_is_sent_anywhere(
    browser: FlaskClient, changed: dict[str, str]
) -> None:
    signed_in(browser)

    answer = browser.get("/sso/authorize", query_string=a_request(**changed))

    assert answer.status_code == 400
    assert answer.location is None


def test_given_a_wrong_password_when_signing_in_then_the_page_asks_again(
    browser: FlaskClient,
) -> None:
    answer = browser.post(
        "/sso/authorize",
        query_string=a_request(),
        data={"username": "canbo", "password": "ketoan"},
    )

    assert answer.status_code == 401
    assert "chưa đúng" in answer.text


def test_given_the_operators_program_when_it_asks_then_its_token_is_for_our_interfaces(
    browser: FlaskClient,
) -> None:
    answer = browser.post(
        "/sso/token",
        data={"grant_type": "client_credentials", "scope": "lephi-api"},
        headers=basic("lephi-operator", "operator-secret"),
    )

    claims = claims_of(browser, answer.get_json()["access_token"])
    assert claims["aud"] == "lephi-api"
    assert claims["iss"] == ISSUER
    assert claims["roles"] == ["operator"]


def test_given_a_signed_in_browser_when_signing_out_then_it_goes_home_and_is_asked_again(
    browser: FlaskClient,
) -> None:
    token = redeemed(browser, signed_in(browser))["id_token"]
    query = {
        "client_id": "lephi-fee", "id_token_hint": token,
        "post_logout_redirect_uri": "http://evil.test/",
    }  # fmt: skip

    answer = browser.get("/sso/logout", query_string=query)

    assert answer.location == "http://lephi.test"
    again = browser.get("/sso/authorize", query_string=a_request(nonce="third"))
    assert again.status_code == 200
    assert "Mật khẩu" in again.text
