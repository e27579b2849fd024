"""Runs a service: ``python -m <package> all | api | worker | migrate | rebuild``, and its own."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import structlog
import uvicorn
import uvloop
from aiokafka.errors import KafkaError
from dotenv import dotenv_values

from shared.clock import utc_now
from shared.db.database import Database
from shared.dossier_code import allow_ordinals
from shared.errors import DomainError
from shared.jobs import JobRunner, run_by_clock
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.folding import folding
from shared.kafka.follower import follow
from shared.kafka.loops import restarting
from shared.kafka.rebuild import Rebuild, Rebuilt, rebuild
from shared.kafka.relay import Relay
from shared.kafka.topics import ensure_topics
from shared.kafka.view_schema import prepare_views
from shared.live import Live
from shared.observability.logs import configure_logs
from shared.parked import delete_old_bodies
from shared.service import Service
from shared.vault import Vault
from shared.web.app import create_app

_log: Final = structlog.get_logger()
_PROCESSES: Final = ("all", "api", "worker")
_LOCAL_FILES: Final = ("endpoints.env", "secrets.env")
"""What the embedded stack writes into LEPHI_HOME, so that a command by hand finds it."""
_TIDY_SECONDS: Final = 3600.0

Loop = tuple[str, Callable[[], Awaitable[None]]]
Command = Callable[[Service, Sequence[str]], Awaitable[int]]


def run(make_service: Callable[[], Service]) -> None:
    """Do what the command line says with the service that ``make_service`` makes."""
    if sys.argv[1:2] and sys.argv[1] not in _PROCESSES:
        _read_local_files()
    service = make_service()
    allow_ordinals(service.settings.dossier_code_digits)
    commands: Mapping[str, Command] = {"rebuild": rebuild_view, **service.commands}
    parser = argparse.ArgumentParser(prog=f"python -m {service.package}")
    parser.add_argument("command", choices=(*_PROCESSES, "migrate", *commands))
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    answers = options.command in commands
    configure_logs(
        service=service.name,
        level=service.settings.log_level,
        stream=sys.stderr if answers else sys.stdout,
    )
    if options.command == "migrate":
        from shared.db.migrate import migrate  # noqa: PLC0415 - no running service needs Alembic

        migrate(service.settings.database_url, service.package, service.metadata)
        return
    if answers:
        work = commands[options.command](service, options.rest)
    else:
        work = _serve(service, options.command)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, suppress(KeyboardInterrupt):
        sys.exit(runner.run(_finishing(work)))


def _read_local_files() -> None:
    """Take what the environment does not say from the files of the stack in LEPHI_HOME."""
    home = Path(os.environ.get("LEPHI_HOME", ".lephi"))
    for name, value in (
        (n, v) for file in _LOCAL_FILES for n, v in dotenv_values(home / file).items()
    ):
        if value is not None:
            os.environ.setdefault(name, value)


async def _finishing(work: Awaitable[int]) -> int:
    return await work


async def _serve(service: Service, process: str) -> int:
    settings = service.settings
    database = Database(
        settings.database_url,
        vault=Vault(settings.parked_key.get_secret_value()),
        pool_size=settings.pool_size,
        name=service.name,
    )
    live = Live()
    loops: list[Loop] = []
    if process in {"all", "worker"}:
        loops.append(("worker", partial(work, service, database)))
    if process in {"all", "api"} and service.follows:
        following = partial(
            follow, settings.kafka_bootstrap, service.follows, live,
            client_id=f"{service.name}-pages",
        )  # fmt: skip
        loops.append(("pages", following))
    gc.collect()
    gc.freeze()  # What is loaded now stays; a collection need not walk it again.
    tasks = [asyncio.create_task(restarting(name, loop), name=name) for name, loop in loops]
    try:
        if process == "worker":
            await _until_stopped()
        else:
            await _answer(service, database, live)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for close in service.closers:
            await close()
        await database.close()
    return 0


async def _answer(service: Service, database: Database, live: Live) -> None:
    app = create_app(service, database, live, JobRunner(database, service.jobs))
    config = uvicorn.Config(
        app,
        host=service.settings.host,
        port=service.settings.port,
        loop="none",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        lifespan="off",
    )
    _listen_for_signals(asyncio.Event())  # uvicorn gives the signal on when it has ended.
    await uvicorn.Server(config).serve()


async def work(service: Service, database: Database) -> None:
    """Run the loops of a worker: jobs at once, relay and readers as soon as Kafka answers."""
    for start in service.on_start:
        await start(database)
    if service.views:
        await prepare_views(database, service.views, consumer=f"{service.name}.views")
    loops: list[Loop] = [
        (f"job {job.name}", partial(run_by_clock, database, job)) for job in service.jobs
    ]
    loops.append(("old bodies", partial(_delete_old_bodies, database)))
    loops.append(("streams", partial(_streams, service, database)))
    await _together(loops)


async def _streams(service: Service, database: Database) -> None:
    settings = service.settings
    readers = _readers(service)
    own = () if service.topic is None else (service.topic, *service.also_says)
    heard = {topic for reader in readers for each in reader.subscriptions for topic in each.topics}
    if names := {*own, *heard, *service.follows}:
        await ensure_topics(settings.kafka_bootstrap, names, replication=settings.kafka_replication)
    loops: list[Loop] = []
    if service.topic is not None:
        relay = Relay(database, bootstrap=settings.kafka_bootstrap, name=service.name)
        loops.append(("relay", relay.run))
    for reader in readers:
        consumer = Consumer(database, reader, bootstrap=settings.kafka_bootstrap)
        loops.append((reader.consumer, consumer.run))
    await _together(loops)
    await asyncio.Event().wait()  # A service without streams has nothing to do here.


async def _together(loops: Sequence[Loop]) -> None:
    async with asyncio.TaskGroup() as group:
        for name, loop in loops:
            group.create_task(restarting(name, loop), name=name)


def _readers(service: Service) -> tuple[Reader, ...]:
    wanted = (
        (service.name, service.subscriptions),
        (f"{service.name}.views", folding(service.views)),
    )
    return tuple(
        Reader(
            consumer=consumer,
            instance=service.settings.worker_instance,
            subscriptions=subscriptions,
            topic=service.topic or "",
            source=service.source,
        )
        for consumer, subscriptions in wanted
        if subscriptions
    )


async def _delete_old_bodies(database: Database) -> None:
    """Keep no parked body longer than it may be kept."""
    while True:
        async with database.transaction() as session:
            await delete_old_bodies(session, now=utc_now())
        await asyncio.sleep(_TIDY_SECONDS)


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    _listen_for_signals(stopped)
    await stopped.wait()


def _listen_for_signals(stopped: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)


async def rebuild_view(service: Service, words: Sequence[str]) -> int:
    """Fold one view anew from the streams, compare it with the live one, and swap; 0 if equal."""
    parser = argparse.ArgumentParser(prog=f"python -m {service.package} rebuild")
    views = {view.name: view for view in service.views}
    parser.add_argument("view", choices=sorted(views))
    parser.add_argument("--replace", action="store_true", help="swap although they differ")
    options = parser.parse_args(words)
    wanted = Rebuild(
        view=views[options.view], views=service.views, live=f"{service.name}.views",
        bootstrap=service.settings.kafka_bootstrap, replace=options.replace, told=_tell_progress,
    )  # fmt: skip
    database = Database(service.settings.database_url, pool_size=6, name=f"{service.name} rebuild")
    try:
        done = await rebuild(database, wanted)
    except DomainError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 2
    except (KafkaError, TimeoutError, OSError) as error:
        away = f"{type(error).__name__}: Kafka or PostgreSQL is away"
        sys.stderr.write(f"{away}; started again, it goes on where it was\n")
        return 3
    finally:
        await database.close()
    sys.stdout.write("\n".join(_rebuilt_lines(options.view, done)) + "\n")
    return 1 if done.differences else 0


def _tell_progress(done: int, left: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} facts read, {left:,} left \033[K")


def _rebuilt_lines(view: str, done: Rebuilt) -> list[str]:
    """Return what came of a rebuild, in the words of an operator's screen."""
    verdict = (
        "byte-equal to the live view" if not done.differences else "NOT equal to the live view"
    )
    lines = [f"{view}: {done.facts:,} facts read, {done.lines:,} lines: {verdict}"]
    if done.left_out:
        lines.append(
            f"{done.left_out:,} messages left out: the live view could not take them either"
        )
    for each in done.differences:
        changes = (f"{name}: live {a!r}, facts {b!r}" for name, (a, b) in each.columns.items())
        lines.append(f"  {each.table} {each.key}: {'; '.join(changes)}")
    return [*lines, "swapped" if done.swapped else "the live view stays as it is"]
