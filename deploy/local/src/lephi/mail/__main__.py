"""Catches mail and shows it: ``python -m lephi.mail``; stays on this machine."""

import os
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, abort, render_template
from waitress import serve  # type: ignore[import-untyped]  # ships no types

from lephi.mail.box import Box, Caught

BASE = "/thu-thu"


class Catcher:
    """What aiosmtpd gives each message to."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Keep the message; it is acknowledged once it is on disk."""
        content = envelope.content or b""
        self._box.keep(content.encode() if isinstance(content, str) else content)
        return "250 Message accepted for delivery"


def new_app(box: Box) -> Flask:
    """Return the pages: the list, one message, and the list for scripts."""
    app = Flask(__name__)

    @app.get(BASE)
    def show_all() -> str:
        return render_template("box.html", messages=box.newest())

    @app.get(f"{BASE}/<name>")
    def show_one(name: str) -> str:
        return render_template("message.html", message=_or_404(box.find(name)))

    @app.get(f"{BASE}/api/messages")
    def messages() -> list[dict[str, str]]:
        return [each.as_json() for each in box.newest()]

    return app


def _or_404(found: Caught | None) -> Caught:
    if found is None:
        abort(404)
    return found


def main() -> None:
    """Run both doors until the process is stopped."""
    box = Box(Path(os.environ["MAIL_FOLDER"]))
    host = os.environ.get("MAIL_HOST", "127.0.0.1")
    controller = Controller(
        Catcher(box), hostname=host, port=int(os.environ["MAIL_SMTP_PORT"]), ready_timeout=10
    )
    controller.start()
    try:
        serve(new_app(box), host=host, port=int(os.environ["MAIL_WEB_PORT"]), threads=2, ident=None)
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
