"""The environment of dossier."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="DOSSIER_", frozen=True, extra="ignore")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("DOSSIER_"))]

    agencies_file: Path | None = None
    """Agencies (cơ quan) as CSV, published at start where they changed; None: as they are."""
    procedures_file: Path | None = None
    """Procedures (thủ tục hành chính) as CSV, loaded at start."""
    compare_after: timedelta = timedelta(seconds=30)
    """How long after the province has told its counts of a day they are compared with ours: what
    is on its way then must not be taken for missing."""
