"""The operator's commands: ``register`` puts them on the command line."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Annotated, Final

import typer

from lephi.operator import demo
from lephi.operator.archive import read_times
from lephi.operator.console import FAILED, out, progress, run, show_json, show_table
from lephi.operator.environment import Stack, read_stack
from lephi.operator.event_commands import events, show_timeline
from lephi.operator.front import FrontDoor, Paid
from lephi.operator.health import examine
from lephi.operator.parked_commands import parked
from lephi.operator.partner_commands import partner
from lephi.operator.party_commands import party
from lephi.operator.streams import facts_of, wait_until_quiet
from lephi.operator.timeline import Moment, moments
from lephi.province.dossiers import example_code, make_dossiers
from lephi.province.wire import publish
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.dossier_code import parse_dossier_code

_QUIET_SECONDS: Final = 10.0
_LOOKS: Final = 8
_LOOK_SECONDS: Final = 0.4

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the operator's commands to ``app``."""
    app.command("seed")(seed)
    app.command("pay")(pay)
    app.command("verify")(verify)
    app.command("doctor")(doctor)
    app.add_typer(events, name="events")
    app.add_typer(parked, name="parked")
    app.add_typer(partner, name="partner")
    app.add_typer(party, name="party")


def seed(
    dossiers: Annotated[int, typer.Option(min=1, max=1_000_000)] = demo.DOSSIERS,
    number: Annotated[int, typer.Option("--seed", help="Another number, other people.")] = (
        demo.SEED
    ),
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Load made-up dossiers of today through Kafka, as the province would send them."""
    stack, now = read_stack(), utc_now()

    async def work() -> int:
        with progress() as bar:
            task = bar.add_task("dossiers", total=dossiers)
            made = make_dossiers(dossiers, seed=number, now=now)
            return await publish(
                stack.kafka, made, told=lambda more: bar.update(task, advance=more)
            )

    sent = run(work)
    example = example_code(vietnam_day(now))
    if as_json:
        show_json({"published": sent, "seed": number, "example": example})
        return
    out().print(f"{sent} dossiers published to tthc.dossier; example: [bold]{example}[/]")


def pay(
    code: Annotated[str | None, typer.Argument(help="Dossier code (số hồ sơ).")] = None,
    use_demo: Annotated[bool, typer.Option("--demo", help="Pay today's example.")] = False,  # noqa: FBT002 - a flag
    patience: Annotated[float, typer.Option(help="Seconds to wait for each step.")] = 30.0,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Drive one payment through the public addresses, and show what each hop took."""
    if (code is None) is not use_demo:
        raise typer.BadParameter("give a dossier code, or --demo")
    stack = read_stack()

    async def load(count: int) -> int:
        made = make_dossiers(count, seed=demo.SEED, now=utc_now())
        return await publish(stack.kafka, made, told=lambda _: None)

    async def work() -> tuple[Paid, list[Moment]]:
        door = FrontDoor(stack.front_door, patience_seconds=patience)
        try:
            given = None if code is None else parse_dossier_code(code)
            chosen = given or await demo.find_payable_code(door, load, now=utc_now())
            if use_demo:  # So that the hops show a payment, not the loading before it.
                await wait_until_quiet(stack.kafka, most_seconds=_QUIET_SECONDS)
            paid = await door.pay(chosen)
        finally:
            await door.close()
        return paid, await _settled_journey(stack, paid.dossier_code)

    paid, journey = run(work)
    if as_json:
        timeline = [moment.as_document() for moment in journey]
        show_json({**vars(paid), "timeline": timeline})
        return
    _show_paid(paid)
    show_timeline(journey)


async def _settled_journey(stack: Stack, code: str) -> list[Moment]:
    """Return the journey once nothing more happens, or after a few seconds anyway."""
    seen: list[Moment] = []
    for _ in range(_LOOKS):
        journey = moments(await facts_of(stack.kafka, code), await read_times(stack, code))
        if len(journey) == len(seen) and all(moment.read_at for moment in journey):
            return journey
        seen = journey
        await asyncio.sleep(_LOOK_SECONDS)
    return seen


def _show_paid(paid: Paid) -> None:
    out().print(f"[bold]{paid.dossier_code}[/] paid {paid.amount_vnd} đồng through {paid.bank}")
    show_table(("step", "#ms since pay"), [(name, f"{at:,.0f}") for name, at in _steps(paid)])
    for receipt in paid.receipts:
        words = (receipt["kind"], receipt["form_symbol"], receipt["serial_symbol"])
        out().print(f"receipt {' '.join(words)} {receipt['number']}: {receipt['url']}")


def _steps(paid: Paid) -> list[tuple[str, float]]:
    return sorted(paid.steps_ms.items(), key=lambda step: step[1])


def verify(
    grace: Annotated[float | None, typer.Option(help="Seconds that a fact may be under way.")] = (
        None
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Nothing may be on its way.")] = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Prove from all streams and databases that nothing is missing; exit 1 if something is."""
    stack = read_stack()
    flags = [*(["--json"] if as_json else []), *(["--quiet"] if quiet else [])]
    if grace is not None:
        flags += ["--grace", f"{timedelta(seconds=grace) / timedelta(seconds=1):g}"]
    command = [sys.executable, "-m", "ops", "verify", *flags]
    done = subprocess.run(command, env=dict(stack.variables), check=False)  # noqa: S603 - our own
    raise typer.Exit(done.returncode)


def doctor(as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Check machine, ports, servers and services; exit 1 if one is not well."""
    findings = run(lambda: examine(read_stack()))
    is_well = all(finding.is_well for finding in findings)
    if as_json:
        show_json({"well": is_well, "findings": [vars(finding) for finding in findings]})
    else:
        marks = {True: "[green]ok[/]", False: "[bold red]not well[/]"}
        show_table(
            ("", "what", "found"),
            [(marks[one.is_well], one.what, one.words) for one in findings],
        )
    raise typer.Exit(0 if is_well else FAILED)
