"""What payment-gateway reads from its environment."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, database_url_alias


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="PAYMENT_GATEWAY_")

    database_url: Annotated[str, Field(validation_alias=database_url_alias("PAYMENT_GATEWAY_"))]
    link_key: Annotated[SecretStr, Field(validation_alias="LINK_KEY")]
    """Makes and reads the capabilities in links."""

    npsp_url: Annotated[str, Field(validation_alias="NPSP_URL")]
    """Where the national payment platform hears INIT and QUERY."""
    npsp_partner: Annotated[str, Field(validation_alias="NPSP_PARTNER")] = "LEPHI"
    """MaDoiTac: who we are to the platform."""
    npsp_secret: Annotated[SecretStr, Field(validation_alias="NPSP_SECRET")]
    npsp_secret_previous: Annotated[
        SecretStr | None, Field(validation_alias="NPSP_SECRET_PREVIOUS")
    ] = None
    """Still accepted in what the platform tells us, while the secret is being rotated."""
    npsp_agency: Annotated[str, Field(validation_alias="NPSP_AGENCY")] = "H34.10"
    """Code of the agency that owns the merchant account; money nobody knows is its to sort out."""
    npsp_ip: Annotated[str, Field(validation_alias="NPSP_IP")] = "127.0.0.1"
    """Our address as the protocol's field Ip wants it; never the payer's."""

    bank_feed_secret: Annotated[SecretStr, Field(validation_alias="BANK_FEED_SECRET")]
    """Signs what a bank tells us of transfers (channel vietqr)."""
    bank_feed_secret_previous: Annotated[
        SecretStr | None, Field(validation_alias="BANK_FEED_SECRET_PREVIOUS")
    ] = None
    vietqr_agency: Annotated[str, Field(validation_alias="VIETQR_AGENCY")] = "H34.10"
    """Code of the agency that sorts out transfers which nobody knows."""

    @property
    def npsp_secrets(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what the platform says, the present one first."""
        return _either(self.npsp_secret, self.npsp_secret_previous)

    @property
    def bank_feed_secrets(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what a bank tells, the present one first."""
        return _either(self.bank_feed_secret, self.bank_feed_secret_previous)


def _either(now: SecretStr, before: SecretStr | None) -> tuple[str, ...]:
    secrets = (now, before) if before is not None else (now,)
    return tuple(secret.get_secret_value() for secret in secrets)
