"""The front door's log: a failure is told, and nothing of the address that met it."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from httpx import AsyncClient, HTTPError

from tests.support.servers import free_ports
from tests.support.waiting import eventually

CADDYFILE = Path(__file__).parents[2] / "deploy/caddy/Caddyfile"
NAME, TOKEN = "B%C3%AD%20M%E1%BA%ADt", "capability-of-a-payer"
BROKEN = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nhalf"


@contextmanager
def a_front_door(folder: Path, port: int, *, behind: int) -> Iterator[Path]:
    """Run the real settings in front of services that all answer on ``behind``; give its log."""
    names = re.findall(r"{\$(\w+_UPSTREAM)}", CADDYFILE.read_text("utf-8"))
    caddy = str(Path(sys.executable).with_name("caddy"))
    variables = {
        **os.environ, **dict.fromkeys(names, f"127.0.0.1:{behind}"), "FRONT_DOOR": f":{port}",
        "STATIC_FOLDER": str(folder), "ERROR_FOLDER": str(CADDYFILE.parent / "errors"),
        "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
    }  # fmt: skip
    log = folder / "caddy.log"
    with log.open("wb") as stream:
        running = subprocess.Popen(  # noqa: S603 - our own settings
            [caddy, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)],
            env=variables, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        yield log
    finally:
        running.terminate()
        running.wait(10)


async def _break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(BROKEN)
    await writer.drain()
    writer.close()


async def _answers(client: AsyncClient) -> bool:
    with suppress(HTTPError):
        return (await client.get("/suc-khoe")).is_success
    return False


async def test_given_a_service_that_breaks_off_when_it_is_asked_then_the_log_names_no_person(
    tmp_path: Path,
) -> None:
    port, behind = free_ports(2)
    address, paths = f"http://127.0.0.1:{port}", (f"/can-bo/ho-so?tim={NAME}", f"/p/{TOKEN}")
    service = await asyncio.start_server(_break_off, "127.0.0.1", behind)

    with a_front_door(tmp_path, port, behind=behind) as log:
        async with AsyncClient(base_url=address, cookies={"lephi": TOKEN}, timeout=8) as client:
            await eventually(lambda: _answers(client))
            for path in paths:
                with pytest.raises(HTTPError):
                    await client.get(path)
        words = log.read_text("utf-8")
    service.close()

    assert words.count("aborting with incomplete response") == 2
    assert not re.search(f"{NAME}|{TOKEN}|can-bo", words)
