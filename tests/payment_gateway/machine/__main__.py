"""One shard of the machine: ``python -m tests.payment_gateway.machine URL STEPS SEED``.

MACHINE_SHRINK=1 makes the story of a failure as short as it can be, which takes minutes.
"""

import itertools
import os
import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.payment_gateway.machine.desk import Desk
from tests.payment_gateway.machine.gateway import Gateway
from tests.payment_gateway.machine.look import Eyes
from tests.support.environment import ENVIRONMENT

_STEPS_A_PLAY = 60
_SETTINGS = settings(
    database=None, deadline=None, stateful_step_count=_STEPS_A_PLAY, print_blob=False,
    phases=(Phase.generate, *([Phase.shrink] if os.environ.get("MACHINE_SHRINK") else [])),
    suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
)  # fmt: skip


def main(url: str, steps: int, first_seed: int) -> None:
    """Desk until ``steps`` steps are done; raise what does not hold."""
    os.environ.update(ENVIRONMENT)
    os.environ["RATE_LIMIT_TRUSTED"] = "127.0.0.0/8"
    Desk.gateway, Desk.eyes = Gateway(url), Eyes(url)
    Desk.numbers = itertools.count(10 * Desk.eyes.said() + 1)
    begin = time.monotonic()
    round_ = 0
    while Desk.steps < steps:
        plays = max(1, (steps - Desk.steps) // _STEPS_A_PLAY)
        playing = seed(first_seed + 1_000_003 * round_)(Desk)
        run_state_machine_as_test(playing, settings=settings(_SETTINGS, max_examples=plays))
        round_ += 1
    Desk.gateway.close()
    Desk.eyes.close()
    seconds = time.monotonic() - begin
    sys.stdout.write(
        f"{Desk.steps} steps, {Desk.gateway.deaths} deaths, {Desk.kills} kills, {seconds:.1f} s\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
