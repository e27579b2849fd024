"""Migrations: forward only, the messaging tables and the service's own."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import MetaData

from shared.db import tables, web_tables
from shared.db.metadata import MessagingBase


def alembic_config(url: str, package: str, metadata: MetaData) -> Config:
    """Return Alembic's configuration for the database of ``package``."""
    here = Path(str(files("shared.db"))) / "migrations"
    own = Path(str(files(package))) / "migrations"
    config = Config()
    config.set_main_option("script_location", str(here))
    locations = [str(here / "versions"), *([str(own)] if own.is_dir() else [])]
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(locations))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    config.attributes["metadata"] = [MessagingBase.metadata, metadata]
    return config


def migrate(url: str, package: str, metadata: MetaData) -> None:
    """Bring the database at ``url`` to the newest version; must not be called inside a loop."""
    command.upgrade(alembic_config(url, package, metadata), "heads")


def differences(url: str, package: str, metadata: MetaData) -> str | None:
    """Return how tables and migrations differ (``alembic check``); None if they agree."""
    try:
        command.check(alembic_config(url, package, metadata))
    except CommandError as error:
        return str(error)
    return None


MODULES = (tables, web_tables)
"""Imported so that Alembic sees their tables."""
