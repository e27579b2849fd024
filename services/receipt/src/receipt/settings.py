"""What receipt reads from its environment."""

from datetime import time
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class SignerSettings(BaseModel):
    """A certificate with its key: which collectors it signs for, and where the key is.

    A ``key_file`` (PKCS#12, or PEM), or a hardware module (PKCS#11): its library, the label of the
    token, the label of key and certificate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tax_codes: tuple[str, ...]
    key_file: Path | None = None
    library: Path | None = None
    token: str | None = None
    label: str | None = None
    password: SecretStr | None = None
    """Of the file, or the PIN of the token."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        module = (self.library, self.token, self.label)
        if (self.key_file is None) == (None in module):
            raise ValueError("name key_file, or library, token and label")
        return self


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="RECEIPT_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("RECEIPT_"))]
    files_folder: Path | None = None
    """Where the files of receipts are stored; backed up with the database."""
    files_bucket: str | None = None
    """An S3-compatible store instead of the folder."""
    files_endpoint: str | None = None
    files_region: str = "us-east-1"
    files_access_key: SecretStr | None = None
    files_secret_key: SecretStr | None = None
    signers: tuple[SignerSettings, ...] = ()
    """Whose certificate signs for whom (JSON). Of several for one collector, the first in force."""
    timestamp_url: str | None = None
    """A time-stamp authority (RFC 3161); without one, signatures are PAdES B-B."""
    link_key: Annotated[SecretStr, Field(validation_alias="LINK_KEY")]
    """Signs the capabilities in links (architecture: Identity)."""
    check_base_url: Annotated[str | None, Field(validation_alias="RECEIPT_URL")] = None
    """What the printed check address begins with, without a trailing slash."""

    tax_url: Annotated[str, Field(validation_alias="TAX_URL")] = ""
    """Where the tax authority takes forms; empty: what is to be sent waits (no address yet)."""
    tax_secret: Annotated[SecretStr, Field(validation_alias="TAX_SECRET")] = SecretStr("")
    """Signs what we send there."""

    table_closes_at: time = time(22, 0)
    """When each day's 01/TH-BLĐT is made, Vietnam's clock; the law says the same day."""

    @model_validator(mode="after")
    def _one_store(self) -> Self:
        if (self.files_folder is None) == (self.files_bucket is None):
            raise ValueError("name RECEIPT_FILES_FOLDER or RECEIPT_FILES_BUCKET")
        return self

    @property
    def printed_url(self) -> str:
        """Return the beginning of printed addresses: RECEIPT_URL, else PUBLIC_URL."""
        return self.check_base_url or self.public_url
