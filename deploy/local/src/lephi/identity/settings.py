"""What the identity provider reads from its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SUFFIX: Final = "_OIDC_CLIENT_SECRET"


@dataclass(frozen=True)
class Settings:
    """Read once at start and passed down."""

    issuer: str
    public_url: str
    folder: Path
    client_secrets: Mapping[str, str]
    """Secret by service; the client is called ``lephi-<service>``."""
    operator_secret: str = ""
    host: str = "127.0.0.1"
    port: int = 8088
    support_phone: str = ""

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach us over https."""
        return self.public_url.startswith("https://")


def read_settings() -> Settings:
    """Return the settings; a client for each ``<SERVICE>_OIDC_CLIENT_SECRET``."""
    public_url = os.environ["PUBLIC_URL"].rstrip("/")
    clients = {
        name.removesuffix(_SUFFIX).lower().replace("_", "-"): secret
        for name, secret in os.environ.items()
        if name.endswith(_SUFFIX) and secret
    }
    return Settings(
        issuer=os.environ.get("OIDC_ISSUER") or f"{public_url}/sso",
        public_url=public_url,
        folder=Path(os.environ["IDENTITY_FOLDER"]),
        client_secrets=clients,
        operator_secret=os.environ.get("OPERATOR_CLIENT_SECRET", ""),
        host=os.environ.get("IDENTITY_HOST") or "127.0.0.1",
        port=int(os.environ.get("IDENTITY_PORT") or 8088),
        support_phone=os.environ.get("SUPPORT_PHONE", ""),
    )
