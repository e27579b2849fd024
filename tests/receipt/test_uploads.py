"""Files handed in to be checked: what is bad is answered for two seconds of work at most."""

import resource
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import psutil
import pytest

from receipt.adapters.uploads.reader import MAX_FILE_BYTES, FileReader
from receipt.domain.errors import TooManyFilesError
from receipt.domain.uploads import Problem, Told
from tests.receipt.hostile_files import BOMBS, COSTLY, small
from tests.support.waiting import eventually

CPU_SECONDS = 2.0
"""Of a processor: what a bomb may cost, and so how soon it is answered where nothing else runs."""
CHILD = "receipt.adapters.uploads.reading"


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[FileReader]:
    reader = FileReader()
    yield reader
    await reader.close()


def spent_by_children() -> float:
    """Return the processor seconds that readers have cost: those that ended, and the one now."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = [each.cpu_times() for each in psutil.Process().children() if CHILD in each.cmdline()]
    now = sum(float(each.user + each.system) for each in alive)
    return ended.ru_utime + ended.ru_stime + now


async def read(reader: FileReader, content: bytes) -> tuple[Told, float]:
    """Return what is told of a file, and what that cost; ask again where the machine is busy."""
    told: Told | None = None
    before = 0.0

    async def once() -> bool:
        nonlocal told, before
        await reader.warm()
        before = spent_by_children()
        with suppress(TooManyFilesError):
            told = await reader.read(content)
        return told is not None

    await eventually(once, timeout_seconds=120)
    assert told is not None
    return told, spent_by_children() - before


async def test_given_a_file_that_is_no_receipt_when_read_then_it_is_called_what_it_is_unfetched(
    reader: FileReader,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        port = b"%d" % listener.getsockname()[1]
        told = {
            name: (await read(reader, content.replace(b"{port}", port)))[0].problem
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

    told, spent = await read(reader, content)

    assert told.problem in COSTLY
    assert spent < CPU_SECONDS
    assert (await read(reader, b"<a/>"))[0].problem is Problem.NO_NUMBER
