"""Runs the mail catcher and the stand-in tax authority: ``python -m lephi.mail``."""

import asyncio
import os
from functools import partial
from pathlib import Path

import uvicorn
from cryptography import x509
from starlette.applications import Starlette

from lephi.mail.app import create_app, smtp_protocol
from lephi.tax import app as tax


def main() -> None:
    """Take messages and show them until told to stop."""
    folder = Path(os.environ["MAIL_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    trusted = os.environ.get("TAX_TRUSTED_FILE")
    issuer = x509.load_pem_x509_certificate(Path(trusted).read_bytes()) if trusted else None
    asyncio.run(_serve(folder, issuer))


async def _serve(folder: Path, issuer: x509.Certificate | None) -> None:
    host = os.environ.get("MAIL_HOST") or "127.0.0.1"
    smtp_port = int(os.environ.get("MAIL_SMTP_PORT") or 8089)
    server = await asyncio.get_running_loop().create_server(
        partial(smtp_protocol, folder), host, smtp_port
    )
    secret = os.environ.get("TAX_SECRET") or ""
    authority = tax.create_app(folder / "tax", secret, trusted=issuer)
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
