"""Real servers die with whoever started them, however that ends."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from lephi.servers.postgres import ensure_databases, is_ready, start_postgres
from tests.support.servers import free_ports
from tests.support.waiting import eventually

PARENT = """
import sys, time
from pathlib import Path
from lephi.servers.postgres import start_postgres

print(start_postgres(Path(sys.argv[1]), int(sys.argv[2])).process.pid, flush=True)
time.sleep(600)
"""


async def test_given_postgresql_when_its_parent_is_killed_then_no_orphan_stays(
    tmp_path: Path,
) -> None:
    words = [sys.executable, "-c", PARENT, str(tmp_path / "pg"), str(free_ports(1)[0])]
    with subprocess.Popen(  # noqa: ASYNC220, S603 - ours, and nobody else waits in this loop
        words, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        family = [server, *server.children(recursive=True)]
        parent.send_signal(signal.SIGKILL)

    async def all_gone() -> bool:
        return not any(is_alive(each) for each in family)

    assert await eventually(all_gone)


def test_given_a_fresh_folder_when_postgresql_starts_then_roles_see_only_their_own(
    tmp_path: Path,
) -> None:
    port = free_ports(1)[0]
    server = start_postgres(tmp_path / "pg", port)
    try:
        for _ in range(2):  # The second time changes nothing.
            passwords = {"fee": "aa", "ops": "bb"}
            ensure_databases(server.url_for("postgres"), passwords, prover_password="cc")  # noqa: S106 - made up

        at = f"127.0.0.1:{port}"
        assert is_ready(f"postgresql://fee:aa@{at}/fee")
        assert is_ready(f"postgresql://prover:cc@{at}/fee")
        assert not is_ready(f"postgresql://fee:aa@{at}/ops")
        assert not is_ready(f"postgresql://fee:wrong@{at}/fee")
    finally:
        server.stop()


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
