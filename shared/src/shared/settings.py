"""What every service reads from its environment; a service's own Settings adds to it."""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.dossier_code import USUAL_DIGITS


class ServiceSettings(BaseSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment.

    A field without an alias is read from ``<SERVICE>_<FIELD>`` (``env_prefix`` of the subclass).
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str
    """``postgresql://role:password@host:port/database`` of this service's own database."""
    host: str = "127.0.0.1"
    port: int = 8000
    pool_size: int = 12
    worker_instance: str = "0"
    """Names this worker among its equals; a restart under the same name moves no partition."""
    oidc_client_secret: SecretStr = SecretStr("")

    kafka_bootstrap: Annotated[str, Field(validation_alias="KAFKA_BOOTSTRAP")]
    kafka_replication: Annotated[int, Field(validation_alias="KAFKA_REPLICATION")] = 1
    public_url: Annotated[str, Field(validation_alias="PUBLIC_URL")]
    """The front door as a citizen's phone reaches it, without a trailing slash."""
    oidc_issuer: Annotated[str, Field(validation_alias="OIDC_ISSUER")]
    oidc_internal_url: Annotated[str | None, Field(validation_alias="OIDC_INTERNAL_URL")] = None
    """Where services reach the provider, if not at the issuer's address."""
    session_key: Annotated[SecretStr, Field(validation_alias="SESSION_KEY")]
    parked_key: Annotated[SecretStr, Field(validation_alias="PARKED_KEY")]
    """Encrypts the bodies of parked messages; while it is rotated the new one and the old one."""
    dossier_code_digits: Annotated[
        int, Field(validation_alias="DOSSIER_CODE_DIGITS", ge=4, le=20)
    ] = USUAL_DIGITS
    """Most digits of the ordinal in a dossier code."""
    support_phone: Annotated[str, Field(validation_alias="SUPPORT_PHONE")] = "1900 0000"
    trusted_proxies: Annotated[str, Field(validation_alias="TRUSTED_PROXIES")] = (
        "127.0.0.1/32,::1/128"
    )
    rate_limit_trusted: Annotated[str, Field(validation_alias="RATE_LIMIT_TRUSTED")] = ""
    static_folder: Annotated[Path | None, Field(validation_alias="STATIC_FOLDER")] = None
    log_level: Annotated[str, Field(validation_alias="LOG_LEVEL")] = "INFO"


def database_url_alias(prefix: str) -> AliasChoices:
    """Return where a service finds its database: its own variable first, then DATABASE_URL."""
    return AliasChoices(f"{prefix}DATABASE_URL", "DATABASE_URL")
