"""Runs the made-up province: ``python -m lephi.province``."""

import asyncio
import os
from pathlib import Path

import uvicorn

from lephi.province.app import create_app
from lephi.province.exchange import Exchange
from lephi.province.store import Store


def main() -> None:
    """Hear, answer and show until told to stop."""
    folder = Path(os.environ["PROVINCE_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(Exchange(os.environ["KAFKA_BOOTSTRAP"], Store(folder / "province.db"))))


async def _serve(exchange: Exchange) -> None:
    config = uvicorn.Config(
        create_app(exchange),
        host=os.environ.get("PROVINCE_HOST") or "127.0.0.1",
        port=int(os.environ.get("PROVINCE_PORT") or 8091),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    hearing = asyncio.create_task(exchange.run())
    try:
        await uvicorn.Server(config).serve()
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        exchange.store.close()


if __name__ == "__main__":
    main()
