"""The provider's clients: one per service, as Authlib asks for them."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749 import ClientMixin

from lephi.identity.settings import Settings

_SCOPES: Final = frozenset({"openid", "profile", "lephi-api"})
_OPERATOR: Final = "lephi-operator"
"""The operator's command line: a machine, for whom nobody signs in."""
_WAYS: Final = frozenset({"client_secret_basic", "client_secret_post"})


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib's base is Any
    """One service that lets people sign in, or one machine that asks in its own name."""

    client_id: str
    secret: str
    redirect_uri: str | None
    """Where its people come back to; None: it is a machine."""
    home: str

    @property
    def client_metadata(self) -> dict[str, Any]:
        """Return what the end of a session needs to know."""
        return {"post_logout_redirect_uris": [self.home]}

    @property
    def machine_roles(self) -> Sequence[str]:
        """Return what the client may do as a machine."""
        return ("operator",) if self.client_id == _OPERATOR else ()

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Return where its people come back to."""
        return self.redirect_uri

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return those of ``scope`` that the client may have."""
        return " ".join(word for word in (scope or "").split() if word in _SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Say whether people may be sent there: only the registered address, to the letter."""
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        """Say whether this is the secret."""
        return hmac.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Say whether the client may prove itself so."""
        return endpoint != "token" or method in _WAYS

    def check_response_type(self, response_type: str) -> bool:
        """Say whether the client may ask for this: codes only."""
        return response_type == "code" and self.redirect_uri is not None

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether the client may use this grant."""
        own = "client_credentials" if self.redirect_uri is None else "authorization_code"
        return grant_type == own


def make_clients(settings: Settings) -> dict[str, Client]:
    """Return the clients by id."""
    home = f"{settings.public_url}/"
    found = {}
    for service, secret in settings.client_secrets.items():
        back = f"{settings.public_url}/api/{service}/oidc/callback"
        found[f"lephi-{service}"] = Client(f"lephi-{service}", secret, back, home)
    if settings.operator_secret:
        found[_OPERATOR] = Client(_OPERATOR, settings.operator_secret, None, home)
    return found
