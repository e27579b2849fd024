"""A run of the proof, and how it goes on."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from shared.lifecycle import Lifecycle, Step

PROVE: Final = "prove"
"""Name of the job that runs a proof; a page may ask for it at once."""

PROOF_INTERVAL: Final = timedelta(hours=1)
"""In operation the proof runs by itself (reliability 2)."""

PROOF_LEASE: Final = timedelta(minutes=15)
"""Longer than a run takes: a dead worker's run is taken again by itself."""

PROOF_RETRY: Final = timedelta(seconds=10)
"""Pause after a run in which Kafka or a database did not answer."""


class ProofStatus(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    HOLDS = "holds"
    VIOLATED = "violated"


class ProofTrigger(StrEnum):
    """What ends a run."""

    FOUND_NOTHING = "found_nothing"
    FOUND_VIOLATION = "found_violation"


LIFECYCLE: Final = Lifecycle(
    initial=ProofStatus.WAITING,
    steps=(
        Step(ProofStatus.WAITING, ProofTrigger.FOUND_NOTHING, ProofStatus.HOLDS),
        Step(ProofStatus.WAITING, ProofTrigger.FOUND_VIOLATION, ProofStatus.VIOLATED),
    ),
)
"""A finished run is never changed; looking again is another run."""
