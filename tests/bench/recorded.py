"""What a page of the product asks the database, and what it hands to its template."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from jinja2 import Environment, Template
from sqlalchemy import event

from dossier.main import make_service
from shared.db.database import Database
from shared.web.language import VIETNAMESE, use_language
from shared.web.pages import environment_of
from tests.bench.statements import _filled
from tests.support.web import client_of


@dataclass
class Page:
    """One page: its statements with their values, its template with its values."""

    statements: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    template: Template | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def script(self) -> str:
        """Return the statements as a script of pgbench: one transaction."""
        written = [_filled(sql, [_literal(v) for v in values]) for sql, values in self.statements]
        return "\n".join(["BEGIN;", *(f"{' '.join(sql.split())};" for sql in written), "COMMIT;"])

    def render(self) -> str:
        """Render the template again with the same values."""
        assert self.template is not None
        use_language(VIETNAMESE)
        return self.template.render(self.values)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"ARRAY[{', '.join(_literal(each) for each in value)}]"
    if isinstance(value, datetime | date):
        return f"'{value.isoformat()}'"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


async def record(
    database: Database, addresses: Sequence[str], cookies: Mapping[str, str]
) -> list[Page]:
    """Open each address once in the real application; return what it asked and showed."""
    service = make_service()
    pages: list[Page] = []
    with _templates(pages), _statements(database, pages):
        async with client_of(service, database) as client:
            for name, value in cookies.items():
                client.cookies.set(name, value)
            for address in addresses:
                pages.append(Page())
                answer = await client.get(address, headers={"accept": "text/html"})
                assert answer.status_code == 200, (address, answer.status_code)
    for close in service.closers:
        await close()
    return pages


@contextmanager
def _templates(pages: list[Page]) -> Iterator[None]:
    environment: Environment = environment_of("dossier")

    class Recording(environment.template_class):  # type: ignore[name-defined, misc]  # the class is known at run time
        def render(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - as Jinja has it
            pages[-1].template, pages[-1].values = self, dict(*args, **kwargs)
            return cast("str", super().render(*args, **kwargs))

    before = environment.template_class
    environment.template_class = Recording
    if environment.cache is not None:
        environment.cache.clear()
    try:
        yield
    finally:
        environment.template_class = before
        if environment.cache is not None:
            environment.cache.clear()


@contextmanager
def _statements(database: Database, pages: list[Page]) -> Iterator[None]:
    engine = database.engine.sync_engine

    def asked(_c: Any, _cursor: Any, sql: str, values: Any, _x: Any, _many: bool) -> None:  # noqa: ANN401, FBT001 - as SQLAlchemy calls it
        pages[-1].statements.append((sql, values))

    def went_past(query: Any) -> None:  # noqa: ANN401 - asyncpg has no types
        """Keep what SQLAlchemy did not see; its own statements are prepared, and not told here."""
        sql = query.query.strip().rstrip(";")
        if pages and not sql.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            pages[-1].statements.append((sql, query.args))

    def taken(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401 - as above
        connection.driver_connection.add_query_logger(went_past)

    event.listen(engine, "before_cursor_execute", asked)
    event.listen(engine, "checkout", taken)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", asked)
        event.remove(engine, "checkout", taken)
