"""What fee reads from its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="FEE_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("FEE_"))]
    tariffs_file: Path | None = None
    """The published list of tariffs (CSV), taken in at each start."""
