"""The log names where and what went wrong, and no value of a person."""

import io
import json
import logging
from collections.abc import Callable

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.db.database import Database
from shared.errors import DomainError
from shared.observability.logs import configure_logs
from shared.observability.tracebacks import describe
from tests.conftest import NewDatabase

NAME = "Nguyễn Thị Bí Mật"


class Person(BaseModel):
    """Somebody."""

    age: int


class BrokenRuleError(DomainError):
    """A rule of these tests."""

    code = "broken-rule"
    title = "Sai quy tắc"


def described(fail: Callable[[], object]) -> str:
    try:
        fail()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return describe((type(error), error, error.__traceback__))
    raise AssertionError("nothing was raised")


def refuse() -> None:
    try:
        Person.model_validate({"age": NAME})
    except ValidationError as error:
        raise BrokenRuleError("age:number-expected") from error


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (lambda: dict[str, int]()[NAME], "builtins.KeyError"),
        (lambda: int(NAME), "builtins.ValueError"),
        (lambda: Person(age=NAME), "ValidationError"),
        (refuse, "BrokenRuleError: age:number-expected"),
    ],
)
def test_given_an_error_that_quotes_a_person_when_it_is_described_then_only_its_kind_is(
    fail: Callable[[], object], kind: str
) -> None:
    words = described(fail)

    assert kind in words
    assert "test_tracebacks.py" in words
    assert NAME not in words


def test_given_a_group_of_errors_when_it_is_described_then_each_of_them_is() -> None:
    def fail() -> None:
        raise ExceptionGroup(NAME, [ValueError(NAME), BrokenRuleError("rule")])

    words = described(fail)

    assert "builtins.ValueError" in words
    assert "BrokenRuleError: rule" in words
    assert NAME not in words


async def test_given_a_row_that_breaks_a_key_when_it_is_described_then_the_key_is_named(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("shared")

    async def store_twice() -> None:
        async with database.transaction() as session:
            await session.execute(text("CREATE TABLE people (name text PRIMARY KEY)"))
            for _ in range(2):
                await session.execute(text("INSERT INTO people VALUES (:name)"), {"name": NAME})

    with pytest.raises(IntegrityError) as caught:
        await store_twice()

    words = describe((caught.type, caught.value, caught.tb))
    assert NAME in str(getattr(getattr(caught.value.orig, "__cause__", None), "detail", ""))
    assert "constraint_name=people_pkey" in words
    assert NAME not in words


def test_given_an_error_when_it_is_logged_then_the_line_holds_no_value() -> None:
    stream = io.StringIO()
    before = logging.getLogger().handlers
    configure_logs(service="test", level="INFO", stream=stream)
    try:
        try:
            int(NAME)
        except ValueError as error:
            structlog.get_logger().error("request.failed", exc_info=error)
            logging.getLogger("a.library").exception("Exception in ASGI application")
    finally:
        logging.getLogger().handlers = before
        structlog.reset_defaults()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert ["ValueError" in line["exception"] for line in lines] == [True, True]
    assert NAME not in stream.getvalue()
