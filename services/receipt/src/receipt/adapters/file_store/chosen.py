"""The store of files that the settings name."""

from datetime import timedelta
from functools import cache

from obstore.store import S3Store
from pydantic import SecretStr

from receipt.adapters.file_store.bucket import Bucket
from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.file_store.port import FileStore
from receipt.settings import Settings


@cache
def store_of(settings: Settings) -> FileStore:
    """Return where ``settings`` keep the files of receipts; the same store for all who ask."""
    if settings.files_folder is not None:
        return LocalFolder(settings.files_folder)
    endpoint = settings.files_endpoint
    return Bucket(
        S3Store(
            settings.files_bucket,
            endpoint=endpoint,
            region=settings.files_region,
            access_key_id=_plain(settings.files_access_key),
            secret_access_key=_plain(settings.files_secret_key),
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
            client_options={
                "timeout": "20s",
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
            },
        )
    )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
