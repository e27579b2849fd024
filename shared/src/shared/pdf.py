"""PDF files from HTML (receipts, slips, hand-over notes): WeasyPrint in a child with limits.

The child reads no network, starts no program and writes no file; a page that would cost too much
ends the child, not the service (reliability.md 8.2). It lives as long as it is used and ends when
idle, so that a service that prints nothing carries no printing library.
"""

import asyncio
import base64
import contextlib
import io
import logging
import os
import resource
import select
import signal
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from shared.errors import DomainError, Kind
from shared.outside import require_open

if TYPE_CHECKING:
    from weasyprint import CSS

_FONTS: Final = Path(__file__).parent / "web" / "static" / "vendor"
_FAMILY: Final = "Be Vietnam Pro"
_WEIGHTS: Final = (400, 600, 700)
_SUBSETS: Final = ("latin", "vietnamese")
_HEAD: Final = struct.Struct(">BII")
"""A frame: kind, then the lengths of its two parts."""
_RENDER: Final = 0
_DONE: Final = 1
_FAILED: Final = 2
_STYLES_KEPT: Final = 8
_NICE: Final = 10
"""How far a child steps back: money and numbers come before files."""


class PdfNotMadeError(DomainError):
    """A page could not be printed; trying again may help."""

    kind = Kind.UNAVAILABLE
    code = "pdf-not-made"
    title = "Tệp PDF chưa tạo được"


@dataclass(frozen=True)
class PdfLimits:
    """What one page may cost, and how long an idle child stays."""

    html_characters: int = 2_000_000
    cpu_seconds: int = 20
    wall_seconds: float = 45
    memory_bytes: int = 1_500_000_000
    """Of address space, which is several times what is used."""
    idle_seconds: int = 120
    pages: int = 300
    """Then a child ends as if idle: Pango may keep 150 kB of a page (tabular figures, for one)."""


class PdfPrinter:
    """One child that prints a page at a time; started when first needed, safe to share."""

    def __init__(self, limits: PdfLimits | None = None) -> None:
        self._limits = limits or PdfLimits()
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def render(self, html: str, *, style: str) -> bytes:
        """Return ``html`` with the sheet ``style`` as PDF: equal input, equal bytes.

        Raises PdfNotMadeError when the page is too large, costs too much, or wants to fetch
        anything but ``data:``. Pictures come as ``data:`` URLs of bitmaps.
        """
        require_open("pdf")
        if len(html) > self._limits.html_characters or "<svg" in html.lower():
            raise PdfNotMadeError("too large, or with inline SVG")
        async with self._turn:
            try:
                async with asyncio.timeout(self._limits.wall_seconds):
                    kind, content = await self._ask(html.encode(), style.encode())
            except TimeoutError as error:
                await self._end_child()
                raise PdfNotMadeError("took too long") from error
            except (EOFError, ConnectionError) as error:
                raise PdfNotMadeError(f"the child ended: {self._ending()}") from error
            except asyncio.CancelledError:
                await self._end_child()  # It would answer the next request with this page.
                raise
        if kind == _FAILED:
            raise PdfNotMadeError(f"the page was refused: {content.decode()}")
        return content

    async def close(self) -> None:
        """End the child, if there is one."""
        async with self._turn:
            await self._end_child()

    async def _ask(self, html: bytes, style: bytes) -> tuple[int, bytes]:
        try:
            return await self._exchange(html, style)
        except (EOFError, ConnectionError):
            if self._ending() != os.EX_OK:
                raise
            # It had just ended by itself, idle: a new one answers.
            return await self._exchange(html, style)

    async def _exchange(self, html: bytes, style: bytes) -> tuple[int, bytes]:
        child = await self._running_child()
        requests = cast("asyncio.StreamWriter", child.stdin)
        answers = cast("asyncio.StreamReader", child.stdout)
        try:
            requests.write(_HEAD.pack(_RENDER, len(html), len(style)) + html + style)
            await requests.drain()
            kind, length, _ = _HEAD.unpack(await answers.readexactly(_HEAD.size))
            return kind, await answers.readexactly(length)
        except (EOFError, ConnectionError):
            await child.wait()
            raise

    async def _running_child(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            await self._end_child()
            limits = self._limits
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "shared.pdf",
                str(limits.cpu_seconds), str(limits.memory_bytes), str(limits.idle_seconds),
                str(limits.pages),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                env=_environment(), limit=2**20,
            )  # fmt: skip
        return self._child

    def _ending(self) -> int | None:
        return None if self._child is None else self._child.returncode

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()


def _environment() -> dict[str, str]:
    """Return the little that the child may know: no secret of the service."""
    known = ("PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "TMPDIR")
    return {"LC_ALL": "C.UTF-8"} | {name: os.environ[name] for name in known if name in os.environ}


class _Press:
    """WeasyPrint with what is costly to make again: the fonts, and the parsed style sheets."""

    def __init__(self) -> None:
        from weasyprint import CSS  # noqa: PLC0415  # only the child loads the printing library
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415

        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
        self._fetcher = URLFetcher(
            allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True
        )
        self._fonts = FontConfiguration()
        self._faces = CSS(string=_font_faces(), font_config=self._fonts, url_fetcher=self._fetcher)
        self._styles: dict[bytes, CSS] = {}

    def render(self, html: bytes, style: bytes) -> tuple[int, bytes]:
        """Return the PDF, or the name of what went wrong."""
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

        try:
            page = HTML(string=html.decode(), url_fetcher=self._fetcher)
            sheets = [self._faces, self._style(style)]
            content: Any = page.write_pdf(font_config=self._fonts, stylesheets=sheets)
        except FatalURLFetchingError as error:  # A BaseException: nothing else would catch it.
            return _FAILED, type(error).__name__.encode()
        except Exception as error:  # noqa: BLE001  # the child's door: the parent is told
            return _FAILED, type(error).__name__.encode()
        return _DONE, content

    def _style(self, style: bytes) -> "CSS":
        from weasyprint import CSS  # noqa: PLC0415

        if style not in self._styles:
            while len(self._styles) >= _STYLES_KEPT:
                self._styles.pop(next(iter(self._styles)))
            self._styles[style] = CSS(
                string=style.decode(), font_config=self._fonts, url_fetcher=self._fetcher
            )
        return self._styles[style]


def _font_faces() -> str:
    return "".join(_font_face(weight) for weight in _WEIGHTS)


def _font_face(weight: int) -> str:
    content = base64.b64encode(_whole_font(weight)).decode()
    return (
        f"@font-face{{font-family:'{_FAMILY}';font-weight:{weight};"
        f"src:url(data:font/ttf;base64,{content})}}"
    )


def _whole_font(weight: int) -> bytes:
    """Return the subsets of one weight as one font, the same bytes each time.

    WeasyPrint takes two files of one family for the same font, and mixes up their glyphs.
    """
    from fontTools.merge import Merger  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    plain = []
    for subset in _SUBSETS:
        name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
        font = TTFont(next(_FONTS.rglob(name)))
        font.flavor = None
        font.save(part := io.BytesIO())
        plain.append(part)
    whole = Merger().merge(plain)
    whole.recalcTimestamp = False
    whole["head"].created = whole["head"].modified = 0  # Else the time of merging.
    whole.save(content := io.BytesIO())
    return content.getvalue()


_REFUSED: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what printing never needs (PEP 578): the network, other programs, writing files."""
    if event.startswith(_REFUSED):
        raise PermissionError(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("open for writing")


def _allow_cpu(seconds: int) -> None:
    """Let this process use ``seconds`` more; past them the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _serve(requests: BinaryIO, answers: BinaryIO, limits: PdfLimits) -> None:
    """Answer requests until there are no more, none for a while, or enough are answered."""
    press = _Press()
    sys.addaudithook(_refuse)
    for _ in range(limits.pages):
        if not select.select([requests], [], [], limits.idle_seconds)[0]:
            return
        head = requests.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        _, html_length, style_length = _HEAD.unpack(head)
        html, style = requests.read(html_length), requests.read(style_length)
        _allow_cpu(limits.cpu_seconds)
        kind, content = press.render(html, style)
        answers.write(_HEAD.pack(kind, len(content), 0) + content)
        answers.flush()


def main(arguments: list[str]) -> None:
    """Be the child: CPU seconds per page, bytes of address space, idle seconds, pages."""
    cpu_seconds, memory_bytes, idle_seconds, pages = map(int, arguments)
    limits = PdfLimits(cpu_seconds=cpu_seconds, idle_seconds=idle_seconds, pages=pages)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its child.
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # A library that prints harms no answer.
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    _serve(requests, answers, limits)


if __name__ == "__main__":
    main(sys.argv[1:])
