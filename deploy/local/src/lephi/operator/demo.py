"""Which of the made-up dossiers a demonstration pays."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from lephi.operator.front import FrontDoor, NothingDueError
from lephi.operator.seed.dossiers import example_code, make_dossiers
from shared.days import vietnam_day

SEED: Final = 1
DOSSIERS: Final = 200


async def find_payable_code(door: FrontDoor, *, now: datetime) -> str:
    """Return the journeys' example, or the next made-up dossier of today that can still be paid."""
    example = example_code(vietnam_day(now))
    with suppress(NothingDueError):
        await door.find_payable(example)
        return example
    for dossier in make_dossiers(DOSSIERS, seed=SEED, now=now):
        payable = await door.look_up(dossier.code)
        if payable is not None and payable["status"] == "awaiting_payment":
            return dossier.code
    raise NothingDueError("every made-up dossier of today is paid")
