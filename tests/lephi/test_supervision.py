"""The supervisor: restarts what dies, stops what it started, leaves nothing behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lephi.servers.process import Program
from lephi.stack.layout import Layout
from lephi.stack.processes import Process
from lephi.stack.supervision import Supervisor, settings_text, write_settings
from tests.lephi.test_servers import is_alive
from tests.support.waiting import eventually

SLEEPER = Process(
    "fee",
    Program(arguments=("sleep", "600")),
    is_healthy=lambda: True,
    variables={"SUPPORT_PHONE": "1900 0000"},
)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path, 20_000, {})
    for folder in (made.run, made.logs):
        folder.mkdir()
    text = settings_text(made, [SLEEPER], as_root=os.geteuid() == 0)
    write_settings(made, [SLEEPER], text)
    return made


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[Supervisor]:
    made = Supervisor(layout)
    made.start()
    made.start_process(SLEEPER.name, SLEEPER.group)
    yield made
    if made.is_running():
        made.stop()


async def pid_of(layout: Layout, *, other_than: int = 0) -> int:
    async def written() -> int:
        file = layout.run / "fee.pid"
        number = int(file.read_text() or 0) if file.exists() else 0
        return 0 if number == other_than else number

    return await eventually(written)


async def runs_sleep(pid: int) -> bool:
    async def has_become() -> bool:
        return bool(psutil.Process(pid).name() == "sleep")

    return await eventually(has_become)


async def test_given_a_running_process_when_it_is_killed_then_it_comes_back(
    layout: Layout,
    supervisor: Supervisor,  # noqa: ARG001 - runs
) -> None:
    first = await pid_of(layout)
    assert await runs_sleep(first)

    os.kill(first, signal.SIGKILL)

    assert await runs_sleep(await pid_of(layout, other_than=first))


async def test_given_a_running_process_when_its_variables_hold_spaces_then_it_gets_them_whole(
    layout: Layout,
    supervisor: Supervisor,  # noqa: ARG001 - runs
) -> None:
    pid = await pid_of(layout)

    assert await runs_sleep(pid)
    assert psutil.Process(pid).environ()["SUPPORT_PHONE"] == "1900 0000"


async def test_given_a_running_process_when_the_supervisor_is_killed_then_no_orphan_stays(
    layout: Layout,
    supervisor: Supervisor,  # noqa: ARG001 - runs
) -> None:
    child = psutil.Process(await pid_of(layout))
    assert await runs_sleep(child.pid)

    os.kill(int((layout.run / "supervisord.pid").read_text()), signal.SIGKILL)

    async def gone() -> bool:
        return not is_alive(child)

    assert await eventually(gone)


async def test_given_a_running_stack_when_it_is_stopped_then_nothing_stays(
    layout: Layout, supervisor: Supervisor
) -> None:
    child = psutil.Process(await pid_of(layout))

    supervisor.stop()

    assert not is_alive(child)
    assert not supervisor.is_running()
    assert list(layout.run.glob("*.pid")) == []
