"""When a reader had each fact: asked of the archive (ops), where it answers."""

from datetime import datetime

from lephi.operator.environment import Stack
from lephi.operator.machine import MachineClient
from shared.errors import DomainError


async def read_times(stack: Stack, code: str) -> dict[str, datetime]:
    """Return the archive's commit time of each fact about ``code``, by event id.

    Empty where the archive does not answer: a timeline must not depend on it.
    """
    try:
        async with MachineClient(stack) as client:
            answer = await client.get(f"/api/ops/v1/timelines/{code}")
    except DomainError:
        return {}
    return {
        str(event["id"]): datetime.fromisoformat(event["archived_at"]) for event in answer["events"]
    }
