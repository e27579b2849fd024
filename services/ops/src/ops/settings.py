"""What ops reads from its environment."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once in ``main.py`` and passed down; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="OPS_")

    proof_grace: timedelta = timedelta(seconds=60)
    """What is newer may still be on its way when the proof looks (reliability 2)."""

    prover_dossier: Annotated[
        SecretStr | None, Field(validation_alias="PROVER_DOSSIER_DATABASE_URL")
    ] = None
    """Each owner's database as the role ``prover`` reads it: read only, named here alone."""
    prover_fee: Annotated[SecretStr | None, Field(validation_alias="PROVER_FEE_DATABASE_URL")] = (
        None
    )
    prover_payment_gateway: Annotated[
        SecretStr | None, Field(validation_alias="PROVER_PAYMENT_GATEWAY_DATABASE_URL")
    ] = None
    prover_receipt: Annotated[
        SecretStr | None, Field(validation_alias="PROVER_RECEIPT_DATABASE_URL")
    ] = None
    prover_notifier: Annotated[
        SecretStr | None, Field(validation_alias="PROVER_NOTIFIER_DATABASE_URL")
    ] = None
    prover_ops: Annotated[SecretStr | None, Field(validation_alias="PROVER_OPS_DATABASE_URL")] = (
        None
    )

    def prover_urls(self) -> dict[str, str]:
        """Return the databases that the proof may read, by service; our own in any case."""
        urls = {
            "dossier": self.prover_dossier,
            "fee": self.prover_fee,
            "payment-gateway": self.prover_payment_gateway,
            "receipt": self.prover_receipt,
            "notifier": self.prover_notifier,
            "ops": self.prover_ops,
        }
        given = {name: url.get_secret_value() for name, url in urls.items() if url is not None}
        return {"ops": self.database_url, **given}
