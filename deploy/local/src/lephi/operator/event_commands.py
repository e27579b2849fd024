"""``lephi events``: what the kept streams hold."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated, Any, Final

import typer

from lephi.operator import streams
from lephi.operator.archive import read_times
from lephi.operator.console import FAILED, err, out, run, show_json, show_table
from lephi.operator.environment import read_stack
from lephi.operator.streams import Extent, Said
from lephi.operator.timeline import HEADINGS, Moment, details, moments, rows
from shared.contracts.catalogue import KEPT_TOPICS
from shared.days import in_vietnam
from shared.dossier_code import parse_dossier_code

events = typer.Typer(no_args_is_help=True, help="Read the kept streams; nothing is moved.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
_READABLE: Final = (*KEPT_TOPICS, "tthc.fact")
"""Streams without personal data: an operator needs no other (contracts: ``lephi.party``)."""

OfTopic = Annotated[str | None, typer.Option("--topic", help="One stream instead of all.")]


@events.command("topics")
def list_topics(as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List the kept streams with what each partition holds."""
    stack = read_stack()

    async def work() -> list[Extent]:
        async with streams.open_reader(stack.kafka) as reader:
            return await streams.extents(reader, KEPT_TOPICS)

    parts = run(work)
    if as_json:
        show_json([vars(part) for part in parts])
        return
    names = sorted({part.topic for part in parts})
    show_table(
        ("topic", "#partitions", "#facts"),
        [(name, *_sums([part for part in parts if part.topic == name])) for name in names],
    )


def _sums(parts: Sequence[Extent]) -> tuple[int, int]:
    return len(parts), sum(part.end - part.first for part in parts)


@events.command("tail")
def tail(
    topic: OfTopic = None,
    last: Annotated[int, typer.Option("-n", min=0, max=10_000, help="So many facts.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="And go on.")] = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show the newest facts, oldest first."""
    stack = read_stack()
    if topic is not None and topic not in _READABLE:
        raise typer.BadParameter(f"not one of {', '.join(_READABLE)}; others may hold people")
    topics = (topic,) if topic else KEPT_TOPICS

    async def watch() -> None:
        async with (
            streams.open_reader(stack.kafka) as reader,
            aclosing(streams.follow(reader, topics, last)) as facts,
        ):
            async for said in facts:
                _show_line(said, as_json=as_json)

    if follow:
        run(watch)
        return
    found = run(lambda: streams.newest(stack.kafka, topics, last))
    if as_json:
        show_json([_document(said) for said in found])
        return
    show_table(("time", "topic", "subject", "fact", "details"), [_line(said) for said in found])


def _show_line(said: Said, *, as_json: bool) -> None:
    if as_json:
        show_json(_document(said))
        return
    out().print(*_line(said))


def _line(said: Said) -> tuple[str, ...]:
    time = f"{in_vietnam(said.at):%H:%M:%S.%f}"[:-3]
    words = details(said.event.get("data", {}))
    return time, said.topic, str(said.event["subject"]), said.name, words


def _document(said: Said) -> dict[str, Any]:
    place = {"topic": said.topic, "partition": said.partition, "offset": said.offset}
    return {**place, "stored_at": said.stored_at.isoformat(), "event": said.event}


@events.command("get")
def get(event_id: str) -> None:
    """Print one fact by its id, as it stands in its stream (JSON); exit 1 if there is none."""
    stack = read_stack()
    found = run(lambda: streams.find(stack.kafka, event_id))
    if found is None:
        err().print(f"no kept stream holds {event_id}")
        raise typer.Exit(FAILED)
    show_json(_document(found))


@events.command("timeline")
def timeline(code: str, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show the journey of one dossier from the streams; exit 1 if nothing is known of it."""
    stack = read_stack()

    async def work() -> list[Moment]:
        plain = parse_dossier_code(code)
        said = await streams.facts_of(stack.kafka, plain)
        return moments(said, await read_times(stack, plain))

    journey = run(work)
    if as_json:
        show_json([moment.as_document() for moment in journey])
    else:
        show_timeline(journey)
    if not journey:
        err().print(f"no kept stream knows {code}")
        raise typer.Exit(FAILED)


def show_timeline(journey: Sequence[Moment]) -> None:
    """Print the journey as a table; times in Vietnam, durations in milliseconds."""
    if journey:
        show_table(HEADINGS, rows(journey))
