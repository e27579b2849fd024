"""The demo users, and which programs may ask for tokens."""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

_CENTRE: Final = ("H34.10", "Trung tâm Phục vụ hành chính công tỉnh")
_WARD: Final = ("H34.22.08", "Ủy ban nhân dân phường Kon Tum")

API_AUDIENCE: Final = "lephi-api"
OPERATOR_CLIENT: Final = "lephi-operator"
"""The operator's command line; it asks for tokens of its own."""


@dataclass(frozen=True)
class Person:
    """One user; the password is the user name. Nobody here is real."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency: tuple[str, str] | None = None
    id_number: str | None = None

    @property
    def subject(self) -> str:
        """Return the opaque id that other systems keep."""
        return str(uuid5(NAMESPACE_URL, f"lephi/{self.username}"))

    def get_user_id(self) -> str:
        """Return the subject, under the name that Authlib asks for."""
        return self.subject

    def claims(self) -> dict[str, object]:
        """Return what services learn of this person."""
        code, agency = self.agency or (None, None)
        found = {
            "sub": self.subject,
            "name": self.name,
            "preferred_username": self.username,
            "roles": list(self.roles),
            "agency_code": code,
            "agency_name": agency,
            "id_number": self.id_number,
        }
        return {name: value for name, value in found.items() if value is not None}


PEOPLE: Final = {
    person.username: person
    for person in (
        Person("canbo", "Trần Thị Cán Bộ", ("officer",), _CENTRE),
        Person("ketoan", "Lê Văn Kế Toán", ("accountant",), _CENTRE),
        Person("lanhdao", "Phạm Thị Lãnh Đạo", ("supervisor",), _CENTRE),
        Person("vanhanh", "Hoàng Văn Vận Hành", ("operator",), _CENTRE),
        Person("vanhanh2", "Vũ Thị Vận Hành", ("operator",), _CENTRE),
        Person("quantri", "Đỗ Văn Quản Trị", ("administrator",), _CENTRE),
        Person("thanhtra", "Bùi Thị Thanh Tra", ("auditor",), _CENTRE),
        Person("canbo2", "Y Cán Bộ Phường", ("officer",), _WARD),
        Person("congdan", "Nguyễn Văn Công Dân", ("citizen",), id_number="062090000001"),
        Person("congdan2", "A Công Dân Hai", ("citizen",), id_number="062090000002"),
    )
}


@dataclass(frozen=True)
class Client:
    """One program that may send people here, or ask for a token of its own."""

    client_id: str
    secret: str
    redirect_uri: str | None
    home: str
    """Where people may be sent after signing out: any address below it."""

    id_token_signed_response_alg = "RS256"  # noqa: S105 - an algorithm

    def get_client_id(self) -> str:
        """Return the client's id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Return the only address to which codes go."""
        return self.redirect_uri

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scopes of ``scope`` that exist."""
        known = {"openid", "profile", API_AUDIENCE}
        return " ".join(each for each in (scope or "").split() if each in known)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether ``redirect_uri`` is the registered one, to the letter."""
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(client_secret.encode(), self.secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Tell whether the client may prove itself by ``method`` at ``endpoint``."""
        return endpoint != "token" or method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        """Allow the code flow, to programs that show pages."""
        return response_type == "code" and self.redirect_uri is not None

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes to programs that show pages, and a token of its own to the operator's."""
        wanted = "client_credentials" if self.redirect_uri is None else "authorization_code"
        return grant_type == wanted


def clients(environment: Mapping[str, str] = os.environ) -> dict[str, Client]:
    """Return the programs whose secrets the environment holds."""
    public, found = environment["PUBLIC_URL"], {}
    for variable, secret in environment.items():
        if variable.endswith("_OIDC_CLIENT_SECRET"):
            service = variable.removesuffix("_OIDC_CLIENT_SECRET").lower().replace("_", "-")
            back = f"{public}/api/{service}/oidc/callback"
            found[f"lephi-{service}"] = Client(f"lephi-{service}", secret, back, public)
    operator = environment.get("OPERATOR_CLIENT_SECRET")
    if operator:
        found[OPERATOR_CLIENT] = Client(OPERATOR_CLIENT, operator, None, public)
    return found
