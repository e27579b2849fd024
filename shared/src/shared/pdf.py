"""PDF files from HTML (receipts, slips, hand-over notes): WeasyPrint in a child with limits."""

import base64
import io
import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shared.child import Child, ChildError, ChildLimits, be_child
from shared.errors import DomainError, Kind
from shared.outside import require_open

if TYPE_CHECKING:
    from weasyprint import CSS

_FONTS: Final = Path(__file__).parent / "web" / "static" / "vendor"
_FAMILY: Final = "Be Vietnam Pro"
_WEIGHTS: Final = (400, 600, 700)
_SUBSETS: Final = ("latin", "vietnamese")
_STYLES_KEPT: Final = 8


class PdfNotMadeError(DomainError):
    """A page could not be printed; trying again may help."""

    kind = Kind.UNAVAILABLE
    code = "pdf-not-made"
    title = "Tệp PDF chưa tạo được"


@dataclass(frozen=True)
class PdfLimits:
    """What one page may cost, and how long an idle child stays (shared.child)."""

    html_characters: int = 2_000_000
    cpu_seconds: int = 20
    wall_seconds: float = 45
    memory_bytes: int = 1_500_000_000
    """Of address space, which is several times what is used."""
    idle_seconds: int = 120
    pages: int = 300
    """Then a child ends as if idle: Pango may keep 150 kB of a page (tabular figures, for one)."""


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF: what the page was made from."""

    name: str
    content: bytes
    description: str
    made_at: datetime


class PdfPrinter:
    """One child that prints a page at a time; started when first needed, safe to share."""

    def __init__(self, limits: PdfLimits | None = None) -> None:
        self._limits = limits or PdfLimits()
        costs = ChildLimits(
            cpu_seconds=self._limits.cpu_seconds,
            memory_bytes=self._limits.memory_bytes,
            idle_seconds=self._limits.idle_seconds,
            requests=self._limits.pages,
        )
        self._child = Child("shared.pdf", costs, wall_seconds=self._limits.wall_seconds)

    async def render(self, html: str, *, style: str, attachment: Attachment | None = None) -> bytes:
        """Return ``html`` with the sheet ``style`` as PDF: equal input, equal bytes.

        With an ``attachment`` the file is one to be kept: PDF/A-3a (ISO 19005-3, level A: tagged),
        and the attachment is named its source. The child gets its bytes and opens nothing.
        Raises PdfNotMadeError when the page is too large, costs too much, or wants to fetch
        anything but ``data:``. Pictures come as ``data:`` URLs of bitmaps.
        """
        require_open("pdf")
        if len(html) > self._limits.html_characters or "<svg" in html.lower():
            raise PdfNotMadeError("too large, or with inline SVG")
        try:
            return await self._child.ask(html.encode(), style.encode(), *_parts(attachment))
        except ChildError as error:
            raise PdfNotMadeError(str(error)) from error

    async def close(self) -> None:
        """End the child, if there is one."""
        await self._child.close()


def _parts(attachment: Attachment | None) -> tuple[bytes, ...]:
    if attachment is None:
        return ()
    named = (attachment.name, attachment.description, attachment.made_at.isoformat())
    return (*(text.encode() for text in named), attachment.content)


class _NotFetchedError(Exception):
    """The page wanted something that is not in it."""


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
        self._faces = CSS(string=font_faces(), font_config=self._fonts, url_fetcher=self._fetcher)
        self._styles: dict[bytes, CSS] = {}

    def render(self, html: bytes, style: bytes, *attachment: bytes) -> bytes:
        """Return the PDF; raise whatever went wrong."""
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

        try:
            page = HTML(string=html.decode(), url_fetcher=self._fetcher)
            sheets = [self._faces, self._style(style)]
            kept = self._kept(*attachment) if attachment else {}
            content: Any = page.write_pdf(font_config=self._fonts, stylesheets=sheets, **kept)
        except FatalURLFetchingError as error:  # A BaseException: nothing else would catch it.
            raise _NotFetchedError from error
        return bytes(content)

    def _kept(
        self, name: bytes, description: bytes, made_at: bytes, content: bytes
    ) -> dict[str, Any]:
        """Return the options of a PDF/A-3 with one attachment."""
        from weasyprint import Attachment as Attached  # noqa: PLC0415

        at = datetime.fromisoformat(made_at.decode())
        attached = Attached(
            file_obj=io.BytesIO(content),
            name=name.decode(),
            description=description.decode(),
            created=at,
            modified=at,
            relationship="Source",
            url_fetcher=self._fetcher,
        )
        return {"pdf_variant": "pdf/a-3a", "attachments": [attached]}

    def _style(self, style: bytes) -> "CSS":
        from weasyprint import CSS  # noqa: PLC0415

        if style not in self._styles:
            while len(self._styles) >= _STYLES_KEPT:
                self._styles.pop(next(iter(self._styles)))
            self._styles[style] = CSS(
                string=style.decode(), font_config=self._fonts, url_fetcher=self._fetcher
            )
        return self._styles[style]


def font_faces() -> str:
    """Return the style sheet with the fonts that the child prints with, as ``data:`` URLs."""
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


if __name__ == "__main__":
    be_child(sys.argv[1:], lambda: _Press().render)
