"""The services' own addresses for operators, asked as a machine of the identity provider."""

from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from lephi.operator.environment import Stack
from shared.errors import DomainError, Kind

SERVICES: Final = ("dossier", "fee", "payment-gateway", "receipt", "notifier", "ops")
"""The services that hear streams and may have parked messages."""

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
_CLIENT: Final = "lephi-operator"


class RefusedError(DomainError):
    """The provider or a service does not let this machine in, or does not answer."""

    kind = Kind.UNAVAILABLE
    code = "refused"
    title = "Chưa được phép hoặc chưa trả lời"


class NoSuchThingError(DomainError):
    """The service knows nothing of that id."""

    kind = Kind.NOT_FOUND
    code = "not-found"
    title = "Không tìm thấy"


class MachineClient:
    """Asks services with a bearer token (OAuth 2.0, client credentials)."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx.AsyncClient(base_url=stack.front_door, timeout=_TIMEOUT, trust_env=False)
        self._token: str | None = None

    async def __aenter__(self) -> Self:
        """Open the client; the token is fetched when first needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at ``path``."""
        return await self._ask("GET", path, params=parameters)

    async def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Post ``body`` and return the JSON of the answer, None if it has no content."""
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        if self._token is None:
            self._token = await self._fetch_token()
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._send(method, path, headers=headers, **request)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NoSuchThingError(f"{method} {path}")
        return _checked(answer).json() if answer.content else None

    async def _fetch_token(self) -> str:
        """Fetch a token; the provider is reached at the front door, whatever its public name."""
        base = urlsplit(self._stack.need("OIDC_ISSUER")).path.rstrip("/")
        known = _checked(await self._send("GET", f"{base}/.well-known/openid-configuration"))
        endpoint = urlsplit(str(known.json()["token_endpoint"])).path
        secret = self._stack.need("OPERATOR_CLIENT_SECRET")
        form = {"grant_type": "client_credentials", "scope": "lephi-api"}
        answer = _checked(await self._send("POST", endpoint, data=form, auth=(_CLIENT, secret)))
        return str(answer.json()["access_token"])

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            return await self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise RefusedError(f"{method} {path}: {type(error).__name__}") from error


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    place = f"{answer.request.method} {answer.request.url.path}"
    raise RefusedError(f"{place}: {answer.status_code} {answer.text[:200]}")
