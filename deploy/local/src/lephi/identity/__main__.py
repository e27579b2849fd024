"""Runs the identity provider: ``python -m lephi.identity``."""

import os

import uvicorn

from lephi.identity.app import create_app
from lephi.identity.settings import read_settings


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    # Authlib refuses plain http; here the front door alone decides that, by PUBLIC_URL.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
