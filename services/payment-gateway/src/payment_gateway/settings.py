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

    vnpay_url: Annotated[str, Field(validation_alias="VNPAY_URL")]
    """Where a payment by VNPAY begins (vpcpay.html)."""
    vnpay_query_url: Annotated[str, Field(validation_alias="VNPAY_QUERY_URL")]
    vnpay_terminal: Annotated[str, Field(validation_alias="VNPAY_TERMINAL")] = "LEPHI001"
    """vnp_TmnCode: who we are to VNPAY."""
    vnpay_secret: Annotated[SecretStr, Field(validation_alias="VNPAY_SECRET")]
    vnpay_secret_previous: Annotated[
        SecretStr | None, Field(validation_alias="VNPAY_SECRET_PREVIOUS")
    ] = None
    vnpay_agency: Annotated[str, Field(validation_alias="VNPAY_AGENCY")] = "H34.10"
    vnpay_ip: Annotated[str, Field(validation_alias="VNPAY_IP")] = "127.0.0.1"
    """Our address as vnp_IpAddr wants it; never the payer's."""

    momo_url: Annotated[str, Field(validation_alias="MOMO_URL")]
    """Where MoMo's interface begins: ``/v2/gateway/api/…`` follows."""
    momo_partner: Annotated[str, Field(validation_alias="MOMO_PARTNER")] = "LEPHI"
    momo_access_key: Annotated[SecretStr, Field(validation_alias="MOMO_ACCESS_KEY")]
    momo_secret_key: Annotated[SecretStr, Field(validation_alias="MOMO_SECRET_KEY")]
    momo_access_key_previous: Annotated[
        SecretStr | None, Field(validation_alias="MOMO_ACCESS_KEY_PREVIOUS")
    ] = None
    momo_secret_key_previous: Annotated[
        SecretStr | None, Field(validation_alias="MOMO_SECRET_KEY_PREVIOUS")
    ] = None
    momo_agency: Annotated[str, Field(validation_alias="MOMO_AGENCY")] = "H34.10"

    zalopay_url: Annotated[str, Field(validation_alias="ZALOPAY_URL")]
    """Where ZaloPay's interface begins: ``/v2/…`` follows."""
    zalopay_app: Annotated[str, Field(validation_alias="ZALOPAY_APP")] = "2554"
    zalopay_key1: Annotated[SecretStr, Field(validation_alias="ZALOPAY_KEY1")]
    """Signs what we ask; key 2 signs what ZaloPay tells us."""
    zalopay_key2: Annotated[SecretStr, Field(validation_alias="ZALOPAY_KEY2")]
    zalopay_key2_previous: Annotated[
        SecretStr | None, Field(validation_alias="ZALOPAY_KEY2_PREVIOUS")
    ] = None
    zalopay_agency: Annotated[str, Field(validation_alias="ZALOPAY_AGENCY")] = "H34.10"

    settlement_url: Annotated[str, Field(validation_alias="SETTLEMENT_URL")] = ""
    """Where settlement files are fetched, ``/{day}?channel=…`` follows; empty: people hand them in.
    """

    def agency_of(self, channel: str) -> str:
        """Return the agency that owns a channel's merchant account."""
        return str(getattr(self, f"{channel}_agency"))

    @property
    def npsp_secrets(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what the platform says, the present one first."""
        return _either(self.npsp_secret, self.npsp_secret_previous)

    @property
    def bank_feed_secrets(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what a bank tells, the present one first."""
        return _either(self.bank_feed_secret, self.bank_feed_secret_previous)

    @property
    def vnpay_secrets(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what VNPAY says, the present one first."""
        return _either(self.vnpay_secret, self.vnpay_secret_previous)

    @property
    def momo_keys(self) -> tuple[tuple[str, str], ...]:
        """Return pairs of access and secret key with which MoMo may sign, the present one first."""
        access = _either(self.momo_access_key, self.momo_access_key_previous)
        secret = _either(self.momo_secret_key, self.momo_secret_key_previous)
        return tuple((each, of) for of in secret for each in access)

    @property
    def zalopay_keys2(self) -> tuple[str, ...]:
        """Return the keys 2 with which ZaloPay may sign, the present one first."""
        return _either(self.zalopay_key2, self.zalopay_key2_previous)


def _either(now: SecretStr, before: SecretStr | None) -> tuple[str, ...]:
    secrets = (now, before) if before is not None else (now,)
    return tuple(secret.get_secret_value() for secret in secrets)
