"""One dossier's journey, put together from what the streams hold. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lephi.operator.streams import Said
from shared.days import in_vietnam
from shared.money import grouped

_SHOWN: Final = (
    "status", "channel", "bank_code", "method", "outcome", "code", "reason_code", "reason", "kind",
    "template", "fact_type", "result", "level", "consumer",
)  # fmt: skip
"""Plain fields worth a word in the last column."""
_AMOUNTS: Final = ("amount_vnd", "total_vnd", "unmatched_vnd")
_PREFIX: Final = "vn.lephi."


@dataclass(frozen=True)
class Moment:
    """One fact of the journey, and how long its hops took."""

    said: Said
    since_start: timedelta
    since_cause: timedelta | None
    """From the fact that caused it to this one: heard, decided, committed by the next owner."""
    to_stream: timedelta
    """From saying it to Kafka's own time of the record."""
    read_at: datetime | None
    """When the archive, a reader, had it committed; None where that is not known."""

    @property
    def to_reader(self) -> timedelta | None:
        """Return how long the fact took to be committed by its reader."""
        return None if self.read_at is None else self.read_at - self.said.at

    def as_document(self) -> dict[str, Any]:
        """Return the moment for machines; durations in milliseconds."""
        return {
            "time": self.said.event["time"],
            "type": self.said.event["type"],
            "id": self.said.event["id"],
            "topic": self.said.topic,
            "sequence": self.said.event["sequence"],
            "since_start_ms": milliseconds(self.since_start),
            "since_cause_ms": milliseconds(self.since_cause),
            "to_stream_ms": milliseconds(self.to_stream),
            "to_reader_ms": milliseconds(self.to_reader),
            "details": details(self.said.event.get("data", {})),
        }


def moments(said: Sequence[Said], read_at: Mapping[str, datetime]) -> list[Moment]:
    """Return the journey in order; ``read_at`` gives a reader's commit time by event id."""
    if not said:
        return []
    times = {one.event["id"]: one.at for one in said}
    start = said[0].at
    return [_moment(one, start, times, read_at.get(one.event["id"])) for one in said]


def _moment(
    said: Said, start: datetime, times: Mapping[str, datetime], read_at: datetime | None
) -> Moment:
    cause = times.get(said.event.get("causationid", ""))
    return Moment(
        said=said,
        since_start=said.at - start,
        since_cause=None if cause is None else said.at - cause,
        to_stream=max(said.stored_at - said.at, timedelta(0)),
        read_at=read_at,
    )


def details(data: Mapping[str, Any]) -> str:
    """Return the few words that tell one fact from another: amount, number, state."""
    words = [f"{grouped(data[name])} ₫" for name in _AMOUNTS if name in data]
    if "serial_symbol" in data:
        words.append(" ".join(str(data.get(name, "")) for name in _NUMBER))
    words += [str(data[name]).removeprefix(_PREFIX) for name in _SHOWN if name in data]
    return " · ".join(words)


_NUMBER: Final = ("form_symbol", "serial_symbol", "number")


def milliseconds(length: timedelta | None) -> float | None:
    """Return a length of time in milliseconds, to a tenth."""
    return None if length is None else round(length / timedelta(milliseconds=1), 1)


HEADINGS: Final = ("time", "+start", "+cause", "+stream", "+reader", "said by", "fact", "details")
"""Milliseconds: since the first fact, since its cause, until in Kafka, until a reader had it."""


def rows(journey: Sequence[Moment]) -> list[tuple[object, ...]]:
    """Return the journey as lines under HEADINGS."""
    return [
        (
            f"{in_vietnam(moment.said.at):%H:%M:%S.%f}"[:-3],
            _shown(moment.since_start),
            _shown(moment.since_cause),
            _shown(moment.to_stream),
            _shown(moment.to_reader),
            moment.said.topic.removeprefix("lephi."),
            moment.said.name,
            details(moment.said.event.get("data", {})),
        )
        for moment in journey
    ]


def _shown(length: timedelta | None) -> str:
    value = milliseconds(length)
    return "" if value is None else f"{value:,.0f}"
