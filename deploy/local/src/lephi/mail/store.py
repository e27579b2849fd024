"""Messages as they came, one file each; read back for the page and for scripts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Final

from shared.ids import new_id

_SUFFIX: Final = ".eml"
_SHOWN: Final = 200


@dataclass(frozen=True)
class Message:
    """One message as people read it."""

    id: str
    sender: str
    to: list[str]
    subject: str
    date: str
    text: str
    html: str

    @property
    def paragraphs(self) -> list[list[str]]:
        """Return the lines of the text, by paragraph."""
        return [part.splitlines() for part in self.text.strip().split("\n\n")]

    @property
    def sent_at(self) -> datetime:
        """Return when the sender says that it was sent."""
        return parsedate_to_datetime(self.date)


def keep(folder: Path, content: bytes) -> str:
    """Store a message; return its id. The file appears whole or not at all."""
    name = str(new_id())
    part = folder / f"{name}.part"
    part.write_bytes(content)
    part.replace(folder / f"{name}{_SUFFIX}")
    return name


def newest(folder: Path, *, limit: int = _SHOWN) -> list[Message]:
    """Return the newest messages, the last one first: ids are made in the order of time."""
    files = sorted(folder.glob(f"*{_SUFFIX}"), reverse=True)[:limit]
    return [_read(file) for file in files]


def find(folder: Path, message_id: str) -> Message | None:
    """Return one message; None if there is none of this id."""
    found = [file for file in folder.glob(f"*{_SUFFIX}") if file.stem == message_id]
    return _read(found[0]) if found else None


def _read(file: Path) -> Message:
    parsed = message_from_bytes(file.read_bytes(), policy=default)
    return Message(
        id=file.stem,
        sender=str(parsed.get("From", "")),
        to=[str(value) for value in parsed.get_all("To", [])],
        subject=str(parsed.get("Subject", "")),
        date=str(parsed.get("Date") or format_datetime(_kept_at(file))),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
    )


def _kept_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
