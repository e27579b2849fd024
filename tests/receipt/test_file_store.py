"""The store of files: written once, whole, and checked whenever read."""

import hashlib

import pytest

from receipt.adapters.file_store.port import FileStore
from receipt.domain.errors import FileDamagedError

NAME = "2026/11/22/a.pdf"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_given_a_kept_file_when_another_comes_under_its_name_then_the_first_stays(
    store: FileStore,
) -> None:
    assert await store.keep(NAME, b"%PDF") == b"%PDF"

    assert await store.keep(NAME, b"%PDG") == b"%PDF"

    assert await store.read(NAME, sha256=sha256(b"%PDF")) == b"%PDF"


async def test_given_a_kept_file_when_it_is_not_what_was_stored_then_it_is_not_handed_out(
    store: FileStore,
) -> None:
    await store.keep(NAME, b"%PDG")

    with pytest.raises(FileDamagedError):
        await store.read(NAME, sha256=sha256(b"%PDF"))
    with pytest.raises(FileDamagedError):
        await store.read("2026/11/22/b.pdf", sha256=sha256(b"%PDF"))
