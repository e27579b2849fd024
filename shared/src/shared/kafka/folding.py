"""Folding as it is heard: the one subscription that keeps a service's views up to date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.subscriptions import Message, Subscription, on_messages, read_envelope
from shared.views import Fold, Put, View, apply


def folding(views: Sequence[View]) -> tuple[Subscription, ...]:
    """Return the subscription that folds ``views``, a poll in one transaction; none for none."""
    by_type = by_event_type(views)
    topics = {each.event.topic for folds in by_type.values() for each in folds}

    async def handle(session: AsyncSession, messages: Sequence[Message]) -> None:
        await apply(session, puts_of(by_type, messages))

    return (on_messages(tuple(sorted(topics)), handle),) if topics else ()


def by_event_type(views: Iterable[View]) -> Mapping[str, Sequence[Fold]]:
    """Return the folds of ``views`` by the type of fact that they hear."""
    by_type: dict[str, list[Fold]] = {}
    for each in (each for view in views for each in view.folds):
        by_type.setdefault(each.event.type, []).append(each)
    return by_type


def puts_of(by_type: Mapping[str, Sequence[Fold]], messages: Iterable[Message]) -> Iterator[Put]:
    """Return what ``messages`` change; raise UnreadableMessageError at one that is no fact."""
    for message in messages:
        folds = by_type.get(message.event_type or "", ())
        if folds:
            fact = read_envelope(folds[0].event, message)  # All folds of a type name its class.
            for each in folds:
                yield from each.puts(fact)
