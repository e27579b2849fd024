"""Files handed in to be checked: every kind of bad one has an answer within two seconds."""

import os
import socket
import time
from collections.abc import AsyncIterator

import pytest

from receipt.adapters.uploads.reader import MAX_FILE_BYTES, FileReader
from receipt.domain.uploads import Problem
from tests.receipt.hostile_files import BOMBS, COSTLY, small

QUIET_SECONDS = 2.0
"""Within them a bomb is answered where nothing else runs; its child steps back where much does."""


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[FileReader]:
    reader = FileReader()
    yield reader
    await reader.close()


async def test_given_a_file_that_is_no_receipt_when_read_then_it_is_called_what_it_is_unfetched(
    reader: FileReader,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        port = b"%d" % listener.getsockname()[1]
        told = {
            name: (await reader.read(content.replace(b"{port}", port))).problem
            for name, content, _ in small()
        }

        with pytest.raises(TimeoutError):
            listener.accept()
    assert told == {name: problem for name, _, problem in small()}


@pytest.mark.parametrize("name", BOMBS)
async def test_given_a_bomb_when_read_then_it_is_answered_in_time_and_the_next_file_too(
    reader: FileReader, name: str
) -> None:
    content = BOMBS[name]()
    assert len(content) <= MAX_FILE_BYTES, name
    await reader.warm()

    began = time.perf_counter()
    told = await reader.read(content)
    seconds = time.perf_counter() - began

    assert told.problem in COSTLY
    assert seconds < QUIET_SECONDS * max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))
    assert (await reader.read(b"<a/>")).problem is Problem.NO_NUMBER
