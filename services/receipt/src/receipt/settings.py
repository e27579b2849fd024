"""What receipt reads from its environment."""

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="RECEIPT_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("RECEIPT_"))]
    files_folder: Path
    """Where the files of receipts are stored; backed up with the database."""
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

    @property
    def printed_url(self) -> str:
        """Return the beginning of printed addresses: RECEIPT_URL, else PUBLIC_URL."""
        return self.check_base_url or self.public_url
