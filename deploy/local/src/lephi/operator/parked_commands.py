"""``lephi parked``: messages that wait, in every service."""

import asyncio
import base64
from typing import Annotated, Any, Final

import typer

from lephi.operator.console import out, run, show_json, show_table
from lephi.operator.environment import read_stack
from lephi.operator.machine import SERVICES, MachineClient, NoSuchThingError

parked = typer.Typer(no_args_is_help=True, help="Read, retry and discard messages that wait.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
Why = Annotated[str, typer.Option("--reason", help="Goes to the audit record.")]

_PAGE: Final = 200
_COLUMNS: Final = ("id", "service", "topic", "key", "reason_code", "state", "tries", "parked_at")


@parked.command("list")
def list_parked(as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List what waits in all services, oldest first."""
    messages = run(_all)
    if as_json:
        show_json(messages)
        return
    if not messages:
        out().print("nothing is parked")
        return
    show_table(_COLUMNS, [[message[name] for name in _COLUMNS] for message in messages])


@parked.command("show")
def show(parked_id: str) -> None:
    """Print one parked message with its body (JSON); that you read it is recorded."""
    message = run(lambda: _open(parked_id))
    if message["body"] is not None:
        message["body"] = base64.b64decode(message["body"]).decode(errors="replace")
    show_json(message)


@parked.command("retry")
def retry(parked_id: str, reason: Why) -> None:
    """Have a parked message tried again."""
    run(lambda: _decide(parked_id, "release", reason))
    out().print(f"{parked_id} is tried again")


@parked.command("discard")
def discard(parked_id: str, reason: Why) -> None:
    """Drop a parked message for good; later ones of its key go on."""
    run(lambda: _decide(parked_id, "discard", reason))
    out().print(f"{parked_id} is discarded")


async def _all() -> list[dict[str, Any]]:
    async with MachineClient(read_stack()) as client:
        pages = await asyncio.gather(*(_of_service(client, name) for name in SERVICES))
    found = [message for page in pages for message in page]
    return sorted(found, key=lambda message: str(message["parked_at"]))


async def _of_service(client: MachineClient, service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        place = {"after": after} if after else {}
        page = await client.get(f"/api/{service}/v1/parked", limit=_PAGE, **place)
        found += [{**message, "service": service} for message in page["items"]]
        after = page["after"]
        if after is None:
            return found


async def _find(parked_id: str) -> dict[str, Any]:
    for message in await _all():
        if message["id"] == parked_id:
            return message
    raise NoSuchThingError(f"no service has parked {parked_id}")


async def _open(parked_id: str) -> dict[str, Any]:
    message = await _find(parked_id)
    async with MachineClient(read_stack()) as client:
        path = f"/api/{message['service']}/v1/parked/{parked_id}"
        opened: dict[str, Any] = await client.get(path)
    return {**opened, "service": message["service"]}


async def _decide(parked_id: str, act: str, reason: str) -> None:
    message = await _find(parked_id)
    async with MachineClient(read_stack()) as client:
        path = f"/api/{message['service']}/v1/parked/{parked_id}/{act}"
        await client.post(path, {"reason": reason})
