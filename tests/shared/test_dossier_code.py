"""Dossier codes: both grammars, whatever way people and barcode readers write them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dossier_code import (
    USUAL_DIGITS,
    InvalidDossierCodeError,
    allow_ordinals,
    parse_dossier_code,
)

ROOT = Path(__file__).parents[2]

DAYS = st.integers(0, 36_000).map(lambda n: f"{date(2000, 1, 1) + timedelta(days=n):%y%m%d}")
DIGITS = st.text("0123456789", min_size=1)
LEVELS = st.builds(
    "{}{:02}".format, st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXY"), st.integers(0, 99)
)
GROUPS = st.lists(st.from_regex(r"\A[0-9]{2,3}\Z"), min_size=1, max_size=3).map(".".join)
PRESENT = st.builds(
    "{}.{}-{}-{}".format, LEVELS, GROUPS, DAYS, st.from_regex(r"\A[0-9]{4,7}\Z")
)  # fmt: skip
LEGACY = st.builds(
    "{}.{}-{}-{}".format, st.from_regex(r"\A[0-9]{3}\.[0-9]{2}\.[0-9]{2}\Z"), LEVELS, DAYS,
    st.from_regex(r"\A[0-9]{4}\Z"),
)  # fmt: skip
CODES = PRESENT | LEGACY

SPACES = ("", " ", "\u00a0", "\t", "\u2009", "\u200b", "\ufeff", "\u3000", "\u200e", "\u2060")
DASHES = ("-", "‐", "‑", "‒", "–", "—", "―", "−", "﹣", "－", "\u00ad")  # noqa: RUF001 - dashes that people paste
ENTERS = ("", "\n", "\r", "\r\n", "\t")


def full_width(text: str) -> str:
    """Return ``text`` as a keyboard of East Asia types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def typed_codes(draw: st.DrawFn) -> tuple[str, str]:
    """Return a code, and one of the ways in which people write it."""
    code = draw(CODES)
    dash = draw(st.sampled_from(DASHES))
    changes: tuple[Callable[[str], str], ...] = (str, str.lower, full_width)
    change = draw(st.sampled_from(changes))
    letters = [draw(st.sampled_from(SPACES)) + (dash if c == "-" else change(c)) for c in code]
    return code, "".join(letters) + draw(st.sampled_from(SPACES)) + draw(st.sampled_from(ENTERS))


@given(typed_codes())
def test_given_a_code_when_it_is_typed_anyhow_then_it_is_stored_in_one_form(
    typed: tuple[str, str],
) -> None:
    code, text = typed
    if len(text) <= 200:
        assert parse_dossier_code(text) == code


@given(CODES)
def test_given_a_stored_code_when_it_is_read_again_then_it_is_itself(code: str) -> None:
    assert parse_dossier_code(parse_dossier_code(code)) == code
    assert code.isascii()


@given(st.text(max_size=250))
def test_given_any_text_when_it_is_read_then_it_is_a_code_of_the_grammar_or_refused(
    text: str,
) -> None:
    try:
        code = parse_dossier_code(text)
    except InvalidDossierCodeError:
        return
    assert re.fullmatch(r"[0-9A-Z.]+-\d{6}-\d{4,7}", code, re.ASCII)


@given(CODES, st.integers(0, 40), st.characters(exclude_categories=["Cf", "Zs", "Cc", "Cs"]))
def test_given_a_wrong_character_when_it_is_put_in_then_no_other_dossier_is_found(
    code: str, place: int, character: str
) -> None:
    changed = code[:place] + character + code[place:]
    try:
        found = parse_dossier_code(changed)
    except InvalidDossierCodeError:
        return
    assert found != code or not character.strip() or character in DASHES or character == code[place]


@pytest.mark.parametrize(
    "code",
    [
        "000.00.53.H48-220921-0099",
        "000.00.06.H56-231027-0361",
        "000.00.01.H29-240115-0001",
        "000.00.01.H26-260930-0012",
        "H15.50.05.13-261008-0975",
        "H55.242-261122-0007",
        "H34.10-261122-0007",
        "G17.10.20-260101-1800123",
        "H48.05-240229-0001",
    ],
)
def test_given_a_code_in_use_when_it_is_read_then_it_is_accepted(code: str) -> None:
    assert parse_dossier_code(f" {code.lower()}\r\n") == code


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "H34", "H34.10", "H34.10-261122", "H34.10-261122-", "H34.10-261122-007",
        "H34-261122-0007", "H34.1-261122-0007", "H34.1000-261122-0007",
        "H34.10.10.10.10-261122-0007", "Z34.10-261122-0007", "H3.10-261122-0007",
        "H34.10-260229-0007", "H34.10-261301-0007", "H34.10-260100-0007", "H34.10-260132-0007",
        "00.00.53.H48-220921-0099", "000.00.53.H48-220921-00990", "000.00.53.Z48-220921-0099",
        "H34.10-261122-0007x", "H34_10-261122-0007", "H34.10/261122/0007", "٣٤",
        "H34.10-261122-0007 H34.10-261122-0008", "H34.10-26112-20007", "x" * 201,
        "https://x/thanh-toan/H34.10-261122-0007", "H34.10-２６１１２２-٠٠٠٧",  # noqa: RUF001
    ],
)  # fmt: skip
def test_given_what_is_no_code_when_it_is_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(InvalidDossierCodeError):
        parse_dossier_code(text)


def test_given_soft_hyphens_when_they_are_hints_or_hyphens_then_both_are_understood() -> None:
    assert parse_dossier_code("H34.10\u00ad261122\u00ad0007") == "H34.10-261122-0007"
    assert parse_dossier_code("H34.\u00ad10-2611\u00ad22-0007") == "H34.10-261122-0007"


@pytest.fixture
def usual_bound() -> Iterator[None]:
    """Set the bound back after the test."""
    yield
    allow_ordinals(USUAL_DIGITS)


@pytest.mark.parametrize(("digits", "longest"), [(4, 4), (7, 7), (9, 9)])
@pytest.mark.usefixtures("usual_bound")
def test_given_a_bound_in_the_settings_when_ordinals_are_read_then_it_decides(
    digits: int, longest: int
) -> None:
    allow_ordinals(digits)

    assert parse_dossier_code(f"H34.10-261122-{'1' * longest}")
    with pytest.raises(InvalidDossierCodeError):
        parse_dossier_code(f"H34.10-261122-{'1' * (longest + 1)}")


_READS_A_PART: re.Pattern[str] = re.compile(
    r"(?:dossier_code|\bcode|ma_ho_so|MaHoSo)\)?"
    r"(?:\[[^\]]*:|\.(?:split|rsplit|partition|rpartition|startswith|endswith|removeprefix)\()"
)
_MAY: dict[str, str] = {
    "shared/src/shared/web/limits.py": "counts misses per agency and day (surface.md)",
    "services/payment-gateway/src/payment_gateway/use_cases/displays.py": "a pairing code",
    "services/payment-gateway/src/payment_gateway/adapters/npsp/callback.py": "a bank's code",
    "services/payment-gateway/src/payment_gateway/adapters/vnpay/refunds.py": "an answer's code",
    "services/payment-gateway/src/payment_gateway/adapters/zalopay/client.py": "an answer's code",
    "services/payment-gateway/src/payment_gateway/adapters/zalopay/refunds.py": "an answer's code",
    "services/payment-gateway/src/mock_bank/domain/banks.py": "a bank's code",
}


def test_given_all_code_when_it_is_read_then_nothing_is_derived_from_a_part_of_a_dossier_code() -> (
    None
):
    sources = [
        path
        for folder in ("shared/src", "services", "deploy/local/src")
        for path in (ROOT / folder).rglob("*.py")
    ]

    found = {
        str(path.relative_to(ROOT))
        for path in sources
        if _READS_A_PART.search(path.read_text(encoding="utf-8"))
    }

    assert len(sources) > 100
    assert found <= set(_MAY)
    assert _READS_A_PART.search("territory = dossier_code[:3]")
    assert _READS_A_PART.search("agency, _, _ = row.dossier_code.partition('-')")
