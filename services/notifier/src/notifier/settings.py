"""What notifier reads from its environment."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("NOTIFIER_"))]
    mail_url: Annotated[SecretStr, Field(validation_alias="MAIL_URL")]
    """``smtp://[user:password@]host:port``; ``smtps://`` for TLS from the first byte."""
    mail_from: Annotated[str, Field(validation_alias="MAIL_FROM")] = "khong-tra-loi@lephi.invalid"
    """The sender's address; ``.invalid`` (RFC 2606) until an installation names its own."""
    mail_from_name: Annotated[str, Field(validation_alias="MAIL_FROM_NAME")] = (
        "Thanh toán phí, lệ phí"
    )
    link_key: Annotated[SecretStr, Field(validation_alias="LINK_KEY")]
