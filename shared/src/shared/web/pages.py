"""The one Jinja environment: autoescape on, undefined names refused, Vietnamese first."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from shared.days import in_vietnam
from shared.money import grouped
from shared.web import menus
from shared.web.identity import User
from shared.web.language import (
    ENGLISH,
    VIETNAMESE,
    current_language,
    gettext_now,
    ngettext_now,
    use_language,
)

STATIC: Final = Path(str(files("shared.web"))) / "static"
_TEMPLATES: Final = Path(str(files("shared.web"))) / "templates"


def translate(message: str, **values: object) -> str:
    """Return ``message`` in the language of the request; ``%(name)s`` takes ``values``."""
    text = gettext_now(message)
    return text % values if values else text


def amount(amount_vnd: int) -> str:
    """Return an amount as people read it: ``112.000 ₫``."""
    return f"{grouped(amount_vnd)} ₫"


def number(value: int) -> str:
    """Return a count as people read it: ``4.812``."""
    return grouped(value)


def for_display(moment: datetime | date, *, seconds: bool = False) -> str:
    """Return an instant in Vietnam's time, ``22/11/2026 14:05``, or a day, ``22/11/2026``."""
    if not isinstance(moment, datetime):
        return f"{moment:%d/%m/%Y}"
    here = in_vietnam(moment)
    return f"{here:%d/%m/%Y %H:%M:%S}" if seconds else f"{here:%d/%m/%Y %H:%M}"


def for_machines(moment: datetime | date) -> str:
    """Return an instant or a day for ``<time datetime=…>``, in UTC."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def duration(length: timedelta) -> str:
    """Return a length of time in its largest unit: ``40 giây``, ``12 phút``, ``2 ngày``."""
    total = max(0, int(length.total_seconds()))
    if total < 60:  # noqa: PLR2004 -- seconds of a minute
        return translate("%(count)d giây", count=total)
    if total < 3600:  # noqa: PLR2004 -- seconds of an hour
        return translate("%(count)d phút", count=total // 60)
    if total < 2 * 24 * 3600:
        return translate("%(count)d giờ", count=total // 3600)
    return translate("%(count)d ngày", count=total // (24 * 3600))


@lru_cache
def static_url(name: str) -> str:
    """Return the address of a static file; it changes with the file, so that it may be kept."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@lru_cache
def environment_of(package: str) -> Environment:
    """Return the environment of ``package``: its templates, and the shared ones."""
    own = Path(str(files(package))) / "templates"
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(own), FileSystemLoader(_TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(gettext_now, ngettext_now, newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    environment.filters.update(
        amount=amount,
        number=number,
        for_display=for_display,
        for_machines=for_machines,
        duration=duration,
    )
    environment.globals.update(static_url=static_url)
    return environment


@dataclass(frozen=True)
class Shell:
    """What the layout shows around every page."""

    service: str
    path: str
    here: str
    """Path and query, quoted, to come back to."""
    language: str
    support_phone: str
    user: User | None

    @property
    def login_url(self) -> str:
        """Return where signing in begins."""
        return f"/api/{self.service}/oidc/login?next={self.here}"

    @property
    def logout_url(self) -> str:
        """Return where the sign-out form posts to."""
        return f"/api/{self.service}/oidc/logout"

    @property
    def other_language(self) -> str:
        """Return the language that the switch leads to."""
        return VIETNAMESE if self.language == ENGLISH else ENGLISH

    @property
    def language_url(self) -> str:
        """Return where the language switch leads."""
        return f"/api/{self.service}/language?to={self.other_language}&next={self.here}"

    @property
    def pay(self) -> menus.Entry:
        """Return the entry *Thanh toán trực tuyến* of the menu *Hỗ trợ*."""
        return menus.PAY

    def menu(self, frame: str) -> tuple[menus.Entry, ...]:
        """Return the header's menu."""
        return menus.menu_of(frame, self.user)

    def brand(self, frame: str) -> tuple[str, str]:
        """Return the header's name and where it leads."""
        return menus.BRANDS[frame]

    def work(self) -> tuple[menus.Entry, ...]:
        """Return the entrances of the account menu."""
        return menus.work_of(self.user)


def shell_of(request: Request) -> Shell:
    """Return the frame around a page that answers ``request``."""
    path = request.url.path
    here = path if request.method == "GET" else "/"
    if request.url.query and request.method == "GET":
        here = f"{here}?{request.url.query}"
    return Shell(
        service=request.app.state.service.name,
        path=path,
        here=quote(here, safe=""),
        language=current_language(),
        support_phone=request.app.state.settings.support_phone,
        user=getattr(request.state, "user", None),
    )


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    **context: Any,  # noqa: ANN401 -- whatever the template shows
) -> HTMLResponse:
    """Answer with a page; every name that the template uses must be in ``context``."""
    page = environment_of(request.app.state.service.package).get_template(template)
    return HTMLResponse(page.render({"shell": shell_of(request), **context}), status_code=status)


def render_text(package: str, template: str, *, language: str = VIETNAMESE, **context: Any) -> str:  # noqa: ANN401 -- whatever the template shows
    """Return a template of ``package`` as text, for what is no page: e-mails, receipts."""
    use_language(language)
    return environment_of(package).get_template(template).render(context)
