"""Vietnamese first, English by a switch: the catalogue, and the language of the present request."""

import gettext
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Annotated, Final
from urllib.parse import urlsplit

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse

from shared.web.identity import public

VIETNAMESE: Final = "vi"
ENGLISH: Final = "en"
LANGUAGES: Final = (VIETNAMESE, ENGLISH)
COOKIE: Final = "lephi_language"
"""Not ``lephi-…``: signing out forgets those."""

_YEAR_SECONDS: Final = 365 * 24 * 3600
_current: ContextVar[str] = ContextVar("language", default=VIETNAMESE)


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return the words of ``language``; Vietnamese stands in the code itself."""
    if language == VIETNAMESE:
        return gettext.NullTranslations()
    place = files("shared.web") / "translations" / language / "LC_MESSAGES" / "messages.po"
    with place.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def mark(message: str) -> str:
    """Return ``message`` itself: a text that is translated where it is shown."""
    return message


def load_catalogues() -> None:
    """Read every language now, so that a broken file stops the start and not a page."""
    for language in LANGUAGES:
        _catalogue(language)


def use_language(language: str | None) -> None:
    """Let the present request speak ``language``; anything unknown means Vietnamese."""
    _current.set(language if language in LANGUAGES else VIETNAMESE)


def current_language() -> str:
    """Return the language of the present request."""
    return _current.get()


def gettext_now(message: str) -> str:
    """Return ``message`` in the language of the present request."""
    return _catalogue(_current.get()).gettext(message) if message else ""


def ngettext_now(singular: str, plural: str, number: int) -> str:
    """Return the form for ``number``; Vietnamese has one, English two."""
    return _catalogue(_current.get()).ngettext(singular, plural, number)


def safe_path(path: str | None) -> str:
    """Return ``path`` if it stays on this site, else ``/``.

    Refuses other origins, ``//host``, backslashes (browsers read them as slashes) and control
    characters.
    """
    if not path or not path.startswith("/") or path.startswith("//") or not path.isprintable():
        return "/"
    parts = urlsplit(path)
    if "\\" in path or parts.scheme or parts.netloc:
        return "/"
    return path


def language_router(service: str) -> APIRouter:
    """Return the door of the language switch."""
    router = APIRouter(prefix=f"/api/{service}", include_in_schema=False)

    @router.get("/language", dependencies=[public()])
    async def switch_language(
        to: Annotated[str, Query(max_length=8)],
        next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 -- the address is fixed
    ) -> RedirectResponse:
        """Remember the language for a year, then show the same page again."""
        answer = RedirectResponse(safe_path(next), status_code=303)
        language = to if to in LANGUAGES else VIETNAMESE
        answer.set_cookie(COOKIE, language, max_age=_YEAR_SECONDS, samesite="lax", httponly=True)
        return answer

    return router
