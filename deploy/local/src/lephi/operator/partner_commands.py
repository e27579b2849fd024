"""``lephi partner``: what the province was told, what it lacks, and sending it again."""

from datetime import date, datetime
from typing import Annotated, Any, Final

import typer

from lephi.operator.console import FAILED, out, progress, run, show_json, show_table
from lephi.operator.environment import read_stack
from lephi.operator.machine import MachineClient

partner = typer.Typer(no_args_is_help=True, help="The exchange with the province, day by day.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
Why = Annotated[str, typer.Option("--reason", help="Goes to the audit record.")]
Day = Annotated[
    datetime, typer.Argument(formats=["%Y-%m-%d"], help="A day in Vietnam: 2026-11-22.")
]

_PROVINCE: Final = "tthc"
_ADDRESS: Final = f"/api/dossier/v1/partners/{_PROVINCE}"
_WHOLE: Final = "whole"
_DAYS: Final = (
    "day", "state", "#dossiers", "#theirs", "#paid đồng", "#theirs", "#missing here",
    "#missing there", "#to send",
)  # fmt: skip
_FACTS: Final = ("fact_id", "fact_type", "dossier_code", "amount_vnd", "state", "sent_at", "sends")


@partner.command("status")
def status(as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show what waits for the province's answer, and each day on both sides."""

    async def ask() -> Any:  # noqa: ANN401 - JSON
        async with MachineClient(read_stack()) as client:
            return await client.get(_ADDRESS)

    found = run(ask)
    if as_json:
        show_json(found)
        return
    since = f", the oldest since {found['oldest_at']}" if found["oldest_at"] else ""
    out().print(
        f"unanswered {found['unanswered']}{since}; late {found['late']}, "
        f"escalated {found['escalated']}, refused {found['refused']}"
    )
    show_table(_DAYS, [_line(day) for day in found["days"]])


@partner.command("missing")
def missing(
    day: Day,
    compare: Annotated[bool, typer.Option(help="Compare the day anew first.")] = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List what either side lacks of a day; exit 1 unless both sides agree."""
    found = run(lambda: _missing(day.date(), compare=compare))
    if as_json:
        show_json(found)
    else:
        show_table(_DAYS, [_line(found["day"])])
        for code in found["here"]:
            out().print(f"missing here: {code}")
        if found["there"]:
            show_table(_FACTS, [[fact[name] for name in _FACTS] for fact in found["there"]])
    raise typer.Exit(0 if found["day"]["state"] == _WHOLE else FAILED)


@partner.command("resend")
def resend(
    reason: Why,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All that this day lacks there.")
    ] = None,
    fact: Annotated[str | None, typer.Option(help="One fact, by its id.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Send the province again what it lacks: the same bytes, the same ids.

    Interrupted, it goes on where it was: what was sent since the comparison is not sent twice.
    """
    if (day is None) is (fact is None):
        raise typer.BadParameter("give --day or --fact")
    sent = run(lambda: _resend(None if day is None else day.date(), fact, reason))
    if as_json:
        show_json({"sent": sent})
        return
    out().print(f"{sent} facts are sent again")


async def _missing(day: date, *, compare: bool) -> dict[str, Any]:
    address = f"{_ADDRESS}/days/{day}"
    async with MachineClient(read_stack()) as client:
        if compare:
            await client.post(f"{address}/comparisons", {})
        page = await client.get(address)
        found: dict[str, Any] = {"day": page["day"], "here": page["here"], "there": page["there"]}
        for side in ("here", "there"):
            after = page[f"after_{side}"]
            while after is not None:
                more = await client.get(address, after=after)
                found[side] += more[side]
                after = more[f"after_{side}"]
    return found


async def _resend(day: date | None, fact: str | None, reason: str) -> int:
    body = {"reason": reason}
    async with MachineClient(read_stack()) as client:
        if fact is not None:
            await client.post(f"/api/dossier/v1/partner-facts/{fact}/resends", body)
            return 1
        with progress() as bar:
            task = bar.add_task("facts", total=None)
            total, left = 0, 1
            while left:
                done = await client.post(f"{_ADDRESS}/days/{day}/resends", body)
                total, left = total + done["sent"], done["left"]
                bar.update(task, completed=total, total=total + left)
        return total


def _line(day: dict[str, Any]) -> list[object]:
    theirs = day["theirs"] or {}
    return [
        day["day_on"], day["state"], day["ours"]["dossier_count"], theirs.get("dossier_count"),
        day["ours"]["paid_vnd"], theirs.get("paid_vnd"), day["missing_here"], day["missing_there"],
        day["to_send"],
    ]  # fmt: skip
