"""The provider's clients: one per service, as Authlib asks for them."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749 import ClientMixin  # type: ignore[import-untyped] # ships no types

from lephi.identity.settings import Settings

_SCOPES: Final = frozenset({"openid", "profile", "lephi-api"})
_GRANTS: Final = frozenset({"authorization_code", "client_credentials"})
_WAYS: Final = frozenset({"client_secret_basic", "client_secret_post"})


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc] # its base has no types
    """One service that lets people sign in, and asks other services as a machine."""

    client_id: str
    secret: str
    redirect_uri: str
    home: str

    @property
    def client_metadata(self) -> dict[str, Any]:
        """Return what the end of a session needs to know."""
        return {"post_logout_redirect_uris": [self.home]}

    @property
    def machine_roles(self) -> Sequence[str]:
        """Return what the client may do as a machine: ops works with parked messages."""
        return ("operator",) if self.client_id == "lephi-ops" else ()

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
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
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether the client may use this grant."""
        return grant_type in _GRANTS


def make_clients(settings: Settings) -> dict[str, Client]:
    """Return the clients by id."""
    return {
        client_id: Client(
            client_id=client_id,
            secret=secret,
            redirect_uri=(
                f"{settings.public_url}/api/{client_id.removeprefix('lephi-')}/oidc/callback"
            ),
            home=f"{settings.public_url}/",
        )
        for client_id, secret in settings.client_secrets.items()
    }
