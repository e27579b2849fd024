"""The S3-compatible store of files, against a server that speaks S3."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import AsyncClient
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from receipt.adapters.file_store.bucket import Bucket
from receipt.adapters.file_store.chosen import store_of
from receipt.domain.errors import FileDamagedError, FileNotKeptError
from receipt.settings import Settings

NAME = "2026/11/22/a.pdf"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Settings:
    named: dict[str, Any] = {"BUCKET": "receipts", "ENDPOINT": endpoint}
    named |= {"ACCESS_KEY": "key", "SECRET_KEY": "secret"}
    monkeypatch.delenv("RECEIPT_FILES_FOLDER")
    for name, value in named.items():
        monkeypatch.setenv(f"RECEIPT_FILES_{name}", value)
    return Settings()


async def test_given_a_bucket_when_a_name_is_used_twice_then_the_first_file_stays(
    settings: Settings, endpoint: str
) -> None:
    async with AsyncClient() as client:
        await client.put(f"{endpoint}/receipts")
    store = store_of(settings)

    assert await store.keep(NAME, b"%PDF") == b"%PDF"
    assert await store.keep(NAME, b"%PDG") == b"%PDF"

    assert await store.read(NAME, sha256=sha256(b"%PDF")) == b"%PDF"
    with pytest.raises(FileDamagedError):
        await store.read(NAME, sha256=sha256(b"%PDG"))
    with pytest.raises(FileDamagedError):
        await store.read("2026/11/22/b.pdf", sha256=sha256(b"%PDF"))


async def test_given_no_answer_when_a_file_is_to_be_kept_then_it_is_tried_again_later() -> None:
    nobody = S3Store(
        "receipts",
        endpoint="http://127.0.0.1:1",
        region="us-east-1",
        access_key_id="key",
        secret_access_key="secret",  # noqa: S106
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )

    with pytest.raises(FileNotKeptError):
        await Bucket(nobody).keep(NAME, b"%PDF")
