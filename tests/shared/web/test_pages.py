"""How values are shown, what the browser loads, where the menus lead."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import UndefinedError

from shared.web.identity import Role, User
from shared.web.menus import menu_of, work_of
from shared.web.pages import STATIC, amount, duration, environment_of, for_display, static_url


@pytest.mark.parametrize(
    ("amount_vnd", "shown"),
    [
        (0, "0 ₫"),
        (999, "999 ₫"),
        (1000, "1.000 ₫"),
        (112000, "112.000 ₫"),
        (10**9, "1.000.000.000 ₫"),
    ],
)
def test_given_an_amount_when_it_is_shown_then_thousands_have_dots(
    amount_vnd: int, shown: str
) -> None:
    assert amount(amount_vnd) == shown


def test_given_moments_when_they_are_shown_then_it_is_by_vietnams_clock() -> None:
    moment = datetime(2026, 11, 22, 17, 5, 9, tzinfo=UTC)

    assert for_display(moment) == "23/11/2026 00:05"
    assert for_display(moment, seconds=True) == "23/11/2026 00:05:09"
    assert for_display(date(2026, 11, 22)) == "22/11/2026"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0 giây"), (59, "59 giây"), (60, "1 phút"), (3599, "59 phút"), (3600, "1 giờ"),
        (2 * 86400 - 1, "47 giờ"), (2 * 86400, "2 ngày"),
    ],
)  # fmt: skip
def test_given_a_length_of_time_when_it_is_shown_then_in_its_largest_unit(
    seconds: int, shown: str
) -> None:
    assert duration(timedelta(seconds=seconds)) == shown


def test_given_a_template_when_a_name_is_unknown_then_it_fails_instead_of_printing_nothing() -> (
    None
):
    template = environment_of("shared.web").from_string("{{ nobody_gave_this }}")

    with pytest.raises(UndefinedError):
        template.render()


def test_given_the_vendored_files_when_they_are_summed_then_notice_is_true() -> None:
    folder = STATIC / "vendor"
    lines = [line.split("  ") for line in (folder / "NOTICE").read_text().splitlines()]

    sums = {name: digest for digest, name, _, _ in lines}
    files = {path.name for path in folder.iterdir()}

    assert {name for name in files if not name.startswith(("NOTICE", "LICENSE-"))} == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {"LICENSE-htmx", "LICENSE-uPlot", "LICENSE-be-vietnam-pro"} <= files


def test_given_a_static_file_when_its_address_is_made_then_it_changes_with_the_file() -> None:
    digest = hashlib.sha256((STATIC / "style.css").read_bytes()).hexdigest()

    assert static_url("style.css") == f"/static/style.css?v={digest[:12]}"


def test_given_our_own_templates_when_they_are_read_then_none_has_inline_style_or_script() -> None:
    folder = STATIC.parent / "templates"
    for path in folder.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert "onclick" not in text, path
        assert "| safe" not in text, path
        assert all("src=" in part.split(">")[0] for part in text.split("<script")[1:]), path


def test_given_people_when_menus_are_made_then_each_sees_what_is_theirs() -> None:
    officer = User("1", "A", frozenset({Role.OFFICER}))
    supervisor = User("2", "B", frozenset({Role.SUPERVISOR}))
    citizen = User("3", "C", frozenset({Role.CITIZEN}))

    assert "/can-bo/quay" in {entry.path for entry in menu_of("staff", officer)}
    assert "/can-bo/bieu-phi" not in {entry.path for entry in menu_of("staff", officer)}
    assert "/can-bo/bieu-phi" in {entry.path for entry in menu_of("staff", supervisor)}
    assert "/thanh-toan" in {entry.path for entry in menu_of("staff", officer)}
    assert [entry.path for entry in work_of(citizen)] == ["/ho-so"]
    assert [entry.path for entry in work_of(officer)] == ["/can-bo"]
    assert work_of(None) == ()
