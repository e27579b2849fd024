"""Kafka's jars: pinned, resumed, and a clear word when there is no network."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lephi.servers.jars import JarSet, ensure_jars, repository_url
from lephi.servers.process import ServerError
from tests.support.servers import free_ports

CONTENT = bytes(range(256)) * 40


class Repository(BaseHTTPRequestHandler):
    """Serves one file; knows ranges; cuts the first answer short when it is told to."""

    asked: list[str | None]
    cut_next: bool

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        type(self).asked.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(CONTENT) - begin))
        self.end_headers()
        end = len(CONTENT) // 2 if type(self).cut_next else len(CONTENT)
        type(self).cut_next = False
        self.wfile.write(CONTENT[begin:end])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Repository]]:
    class Fresh(Repository):
        asked: list[str | None] = []  # noqa: RUF012 - one class per test
        cut_next = False

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("LEPHI_MAVEN_URL", f"http://127.0.0.1:{server.server_port}/maven/")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield Fresh
    server.shutdown()
    server.server_close()


def a_list(folder: Path, digest: str) -> JarSet:
    file = folder / "jars.txt"
    file.write_text(f"# comment\n{digest}  {len(CONTENT)}  org/a/a/1/a-1.jar\n")
    return JarSet("A", "1", file)


def test_given_a_cut_download_when_it_goes_on_then_only_the_rest_is_fetched(
    repository: type[Repository], tmp_path: Path
) -> None:
    listed = a_list(tmp_path, hashlib.sha256(CONTENT).hexdigest())
    repository.cut_next = True

    folder = ensure_jars(listed)
    ensure_jars(listed)

    assert (folder / "a-1.jar").read_bytes() == CONTENT
    assert repository.asked == [None, f"bytes={len(CONTENT) // 2}-"]


def test_given_two_stacks_when_both_need_the_jars_then_one_downloads(
    repository: type[Repository], tmp_path: Path
) -> None:
    listed = a_list(tmp_path, hashlib.sha256(CONTENT).hexdigest())
    both = [threading.Thread(target=ensure_jars, args=(listed,)) for _ in range(2)]

    for each in both:
        each.start()
    for each in both:
        each.join()

    assert repository.asked == [None]


@pytest.mark.usefixtures("repository")
def test_given_another_file_under_the_name_when_it_is_fetched_then_it_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(ServerError, match="not the pinned file"):
        ensure_jars(a_list(tmp_path, "0" * 64))


def test_given_no_network_when_jars_are_needed_then_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEPHI_MAVEN_URL", f"http://127.0.0.1:{free_ports(1)[0]}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with pytest.raises(ServerError, match="LEPHI_MAVEN_URL"):
        ensure_jars(a_list(tmp_path, "0" * 64))


def test_given_a_mirror_in_the_users_settings_when_asked_then_it_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / ".m2" / "settings.xml"
    settings.parent.mkdir()
    settings.write_text(
        '<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0"><mirrors><mirror>'
        "<mirrorOf>central</mirrorOf><url>http://mirror.test/maven/</url>"
        "</mirror></mirrors></settings>"
    )
    monkeypatch.delenv("LEPHI_MAVEN_URL", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert repository_url() == "http://mirror.test/maven"
