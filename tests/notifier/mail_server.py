"""A mail server over real SMTP that keeps what it takes, refuses on demand, and can be away."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.support.servers import free_ports


class Inbox:
    """What arrived, and what the server answers instead of taking the next letters."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.url = ""

    async def handle_RCPT(self, *told: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd calls it so
        _, _, envelope, address, _ = told
        if answer := self.answers.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, *told: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd calls it so
        if answer := self.answers.get("DATA"):
            return answer
        parsed: Any = BytesParser(policy=default).parsebytes(told[2].content)
        self.letters.append(parsed)
        return "250 OK"

    def ids(self) -> list[str]:
        """Return the Message-IDs of all that arrived, in order."""
        return [str(letter["Message-ID"]) for letter in self.letters]

    def body(self, kind: str) -> str:
        """Return the part ``plain`` or ``html`` of the first letter."""
        part = self.letters[0].get_body(preferencelist=(kind,))
        assert part is not None
        return cast("str", part.get_content())


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """Start a mail server on a free port, and stop it at the end."""
    inbox = Inbox()
    (port,) = free_ports(1)
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    inbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield inbox
    finally:
        controller.stop()
