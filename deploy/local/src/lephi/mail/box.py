"""The messages that were caught: files in a folder, newest first."""

from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final, cast
from uuid import uuid4

_SHOWN: Final = 200


@dataclass(frozen=True)
class Caught:
    """One message, as a person reads it."""

    id: str
    to: str
    sender: str
    subject: str
    date: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Return it for a script."""
        return asdict(self)


class Box:
    """A folder of ``.eml`` files; the file's time is when the message came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, raw: bytes) -> str:
        """Store one message and return its id."""
        name = uuid4().hex
        part = self._folder / f"{name}.part"
        part.write_bytes(raw)
        part.rename(self._folder / f"{name}.eml")
        return name

    def newest(self) -> list[Caught]:
        """Return the newest messages, the last one first."""
        files = sorted(
            self._folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True
        )
        return [_read(file) for file in files[:_SHOWN]]

    def find(self, name: str) -> Caught | None:
        """Return one message; None if there is none of that id."""
        file = self._folder / f"{name}.eml"
        return _read(file) if name.isalnum() and file.exists() else None


def _read(file: Path) -> Caught:
    message = cast("EmailMessage", message_from_bytes(file.read_bytes(), policy=policy.default))
    body = message.get_body(("plain", "html"))
    return Caught(
        id=file.stem,
        to=str(message["to"] or ""),
        sender=str(message["from"] or ""),
        subject=str(message["subject"] or ""),
        date=str(message["date"] or ""),
        text=body.get_content() if body is not None else "",
    )
