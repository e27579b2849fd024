"""Jars: pinned by SHA-256, fetched once from a Maven repository, kept in a cache."""

import fcntl
import hashlib
import os
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import certifi
import httpx
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from lephi.servers.process import ServerError

_STANDARD_REPOSITORY: Final = "https://repo1.maven.org/maven2"
_TRIES: Final = 4


@dataclass(frozen=True)
class Jar:
    """One file of the repository."""

    path: str
    sha256: str
    size_bytes: int

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class JarSet:
    """All jars of one program."""

    title: str
    version: str
    listed: Path

    @property
    def folder(self) -> Path:
        """Return where they are kept."""
        return cache_folder() / f"{self.title.lower()}-{self.version}"


def cache_folder() -> Path:
    """Return where downloads are kept between stacks."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lephi"


def ensure_jars(jars: JarSet) -> Path:
    """Return the folder of a program's jars, complete and checked.

    What is missing is downloaded, and goes on where an earlier download ended. Several processes
    may call it at once: one works, the others wait.

    Raises:
        ServerError: The repository cannot be reached, or gives other files than the pinned ones.
    """
    folder = jars.folder
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        missing = [jar for jar in _read_list(jars.listed) if not _is_right(folder / jar.name, jar)]
        if missing:
            _download(jars, missing)
    return folder


def repository_url() -> str:
    """Return the Maven repository: LEPHI_MAVEN_URL, the user's own mirror, or Maven Central."""
    return os.environ.get("LEPHI_MAVEN_URL", "").rstrip("/") or _mirror() or _STANDARD_REPOSITORY


def _read_list(listed: Path) -> list[Jar]:
    lines = (line.split() for line in listed.read_text(encoding="utf-8").splitlines())
    return [Jar(words[2], words[0], int(words[1])) for words in lines if words[0] != "#"]


def _mirror() -> str | None:
    file = Path.home() / ".m2" / "settings.xml"
    try:
        root = ET.parse(file).getroot()  # noqa: S314 - the user's own file
    except (OSError, ET.ParseError):
        return None
    for mirror in root.iterfind(".//{*}mirrors/{*}mirror"):
        of = (mirror.findtext("{*}mirrorOf") or "").split(",")
        url = (mirror.findtext("{*}url") or "").strip()
        if url.startswith("http") and {"*", "central", "external:*"} & {
            each.strip() for each in of
        }:
            return url.rstrip("/")
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_right(file: Path, jar: Jar) -> bool:
    if not file.is_file() or file.stat().st_size != jar.size_bytes:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == jar.sha256


def _download(of: JarSet, missing: Sequence[Jar]) -> None:
    base, folder, named = repository_url(), of.folder, f"{of.title} {of.version}"
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    console = Console(stderr=True, highlight=False)
    total = sum(jar.size_bytes for jar in missing)
    console.print(f"{named}: {len(missing)} jars, {total / 1e6:.0f} MB, into {folder}")
    client = httpx.Client(verify=trust, timeout=30, follow_redirects=True)
    with client, Progress(*columns, console=console) as progress:
        task = progress.add_task(named, total=total)
        for jar in missing:
            for came in _fetch(client, f"{base}/{jar.path}", folder / jar.name, jar):
                progress.advance(task, came)


def _fetch(client: httpx.Client, url: str, file: Path, jar: Jar) -> Iterator[int]:
    """Fetch one jar, telling how many bytes came; a new try goes on where the last one ended."""
    part = file.with_name(f"{file.name}.part")
    for left in reversed(range(_TRIES)):
        try:
            yield from _fetch_rest(client, url, part, jar)
        except httpx.HTTPError as error:
            if left == 0:
                raise ServerError(_offline(url, error)) from error
        else:
            break
    if not _is_right(part, jar):
        part.unlink(missing_ok=True)
        raise ServerError(f"{url} is not the pinned file (SHA-256 {jar.sha256})")
    part.replace(file)


def _fetch_rest(client: httpx.Client, url: str, part: Path, jar: Jar) -> Iterator[int]:
    have = part.stat().st_size if part.exists() else 0
    if have >= jar.size_bytes:
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream("GET", url, headers=headers) as answer:
        answer.raise_for_status()
        goes_on = have and answer.status_code == httpx.codes.PARTIAL_CONTENT
        if goes_on:
            yield have
        with part.open("ab" if goes_on else "wb") as output:
            for chunk in answer.iter_raw():
                output.write(chunk)
                yield len(chunk)


def _offline(url: str, error: httpx.HTTPError) -> str:
    return (
        f"cannot download {url} ({error}).\n"
        "These jars are needed once. Either connect this machine to the network, or name a Maven "
        "repository that it reaches (LEPHI_MAVEN_URL=…), or copy the folder "
        f"{cache_folder()} from a machine that has them. "
        "A download that was cut goes on where it ended."
    )
