"""Runs the mail catcher: ``python -m lephi.mail``."""

import asyncio
import os
from functools import partial
from pathlib import Path

import uvicorn

from lephi.mail.app import create_app, smtp_protocol


def main() -> None:
    """Take messages and show them until told to stop."""
    folder = Path(os.environ["MAIL_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(folder))


async def _serve(folder: Path) -> None:
    host = os.environ.get("MAIL_HOST") or "127.0.0.1"
    smtp_port = int(os.environ.get("MAIL_SMTP_PORT") or 8089)
    server = await asyncio.get_running_loop().create_server(
        partial(smtp_protocol, folder), host, smtp_port
    )
    config = uvicorn.Config(
        create_app(folder),
        host=host,
        port=int(os.environ.get("MAIL_WEB_PORT") or 8090),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    async with server:
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    main()
