"""Folding as it is heard: the one subscription that keeps a service's views up to date."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.subscriptions import Message, Subscription, on_messages, read_envelope
from shared.views import Fold, Put, View, apply


def folding(views: Sequence[View]) -> tuple[Subscription, ...]:
    """Return the subscription that folds ``views``, a poll in one transaction; none for none."""
    by_type: dict[str, list[Fold]] = {}
    for each in (each for view in views for each in view.folds):
        by_type.setdefault(each.event.type, []).append(each)
    topics = {each.event.topic for folds in by_type.values() for each in folds}

    async def handle(session: AsyncSession, messages: Sequence[Message]) -> None:
        await apply(session, _puts(by_type, messages))

    return (on_messages(tuple(sorted(topics)), handle),) if topics else ()


def _puts(by_type: Mapping[str, Sequence[Fold]], messages: Sequence[Message]) -> Iterator[Put]:
    for message in messages:
        for each in by_type.get(message.event_type or "", ()):
            yield from each.puts(read_envelope(each.event, message))
