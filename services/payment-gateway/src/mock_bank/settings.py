"""What the mock bank reads from its environment."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down."""

    model_config = SettingsConfigDict(env_prefix="MOCK_BANK_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("MOCK_BANK_"))]
    npsp_secret: Annotated[SecretStr, Field(validation_alias="NPSP_SECRET")]
    """The secret that the national payment platform shares with its partner."""
    bank_feed_secret: Annotated[SecretStr, Field(validation_alias="BANK_FEED_SECRET")]
    """Signs the feed of transfers."""
    vnpay_secret: Annotated[SecretStr, Field(validation_alias="VNPAY_SECRET")]
    momo_access_key: Annotated[SecretStr, Field(validation_alias="MOMO_ACCESS_KEY")]
    momo_secret_key: Annotated[SecretStr, Field(validation_alias="MOMO_SECRET_KEY")]
    zalopay_key1: Annotated[SecretStr, Field(validation_alias="ZALOPAY_KEY1")]
    zalopay_key2: Annotated[SecretStr, Field(validation_alias="ZALOPAY_KEY2")]
    callback_url: str = ""
    """Where partners are told, without the channel's name; empty: ``{PUBLIC_URL}/ipn``."""
    return_url: str = ""
    """Where the payer's browser goes back to, with ``{MaThamChieu}`` filled in."""

    @property
    def momo_keys(self) -> tuple[str, str]:
        """Return MoMo's access and secret key."""
        return self.momo_access_key.get_secret_value(), self.momo_secret_key.get_secret_value()

    def callback_address(self, channel: str) -> str:
        """Return the address of a channel's callbacks."""
        return f"{self.callback_url or f'{self.public_url}/ipn'}/{channel}"

    def return_address(self, reference: str) -> str:
        """Return where the browser of the payer of ``reference`` goes back to."""
        pattern = self.return_url or f"{self.public_url}/thanh-toan/tro-ve?ref={{MaThamChieu}}"
        return pattern.replace("{MaThamChieu}", reference)
