"""Runs the mail catcher and the stand-in tax authority: ``python -m lephi.mail``."""

import asyncio
import os
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from lephi.mail.app import create_app, smtp_protocol
from lephi.tax import app as tax


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
    authority = tax.create_app(folder / "tax", os.environ.get("TAX_SECRET") or "")
    config = uvicorn.Config(
        Starlette(routes=[*create_app(folder).routes, *authority.routes]),
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
