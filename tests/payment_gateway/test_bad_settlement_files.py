"""Settlement files that do not fit: the file is refused, or a row set apart, exactly why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from mock_bank.domain.statements import Entry, Planted, Spoil
from payment_gateway.adapters.settlements import reading
from payment_gateway.domain.monies import channel_reference
from payment_gateway.domain.statements import FileFault, RowFault, StatementUnusableError
from shared.contracts.parts import PaymentChannel
from tests.payment_gateway.settlement_files import (
    CHANNELS,
    NOON,
    an_entry,
    plain_of,
    raw_of,
    read,
    told,
    written,
)


def _without_last(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


def _with_totals(text: str, count: int, summed: int | None) -> str:
    last = text.splitlines()[-1]
    sign = "|" if "|" in last else ","
    word, _, was = last.split(sign)
    return _without_last(text) + sign.join([word, str(count), str(summed or was)]) + "\n"


Damage = Callable[[str], str | bytes]


WHOLE: Final[dict[str, tuple[Damage, FileFault]]] = {
    "empty": (lambda _: "", FileFault.HEAD),
    "UTF-16": (lambda text: text.encode("utf-16"), FileFault.ENCODING),
    "TCVN3, as old programs write": (lambda text: text.encode() + b"\xb5\xa9", FileFault.ENCODING),
    "another channel's columns": (lambda text: text.replace(text.split("\n")[0], "a,b"),
                                  FileFault.HEAD),
    "cut off before the totals": (_without_last, FileFault.TOTALS_MISSING),
    "wrong sum": (lambda text: _with_totals(text, 1, 99), FileFault.TOTALS_DIFFER),
    "wrong count": (lambda text: _with_totals(text, 2, None), FileFault.TOTALS_DIFFER),
    "lines after the totals": (lambda text: text + text.split("\n")[1] + "\n", FileFault.BROKEN),
    "a page of HTML": (lambda _: "<html><body>503</body></html>", FileFault.HEAD),
}  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", WHOLE)
def test_given_a_bad_file_when_it_is_read_then_it_is_not_believed_and_the_reason_is_exact(
    channel: PaymentChannel, name: str
) -> None:
    damage, fault = WHOLE[name]
    text = plain_of(channel, written(channel, [an_entry()]))

    with pytest.raises(StatementUnusableError) as refused:
        read(channel, raw_of(channel, damage(text)))

    assert refused.value.fault is fault


@pytest.mark.parametrize("channel", CHANNELS)
def test_given_a_huge_file_when_it_is_read_then_it_is_refused_before_it_is_taken_apart(
    channel: PaymentChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = written(channel, [an_entry(number) for number in range(1, 8)])
    monkeypatch.setattr(reading, "MAX_LINES", 5)
    with pytest.raises(StatementUnusableError) as many:
        read(channel, raw)
    monkeypatch.setattr(reading, "MAX_BYTES", 64)
    with pytest.raises(StatementUnusableError) as large:
        read(channel, raw)

    assert (many.value.fault, large.value.fault) == (FileFault.TOO_MANY_LINES, FileFault.TOO_LARGE)


def test_given_base64_cut_off_when_it_is_read_then_it_is_not_believed() -> None:
    raw = written(PaymentChannel.NPSP, [an_entry(number) for number in range(1, 5)])

    faults = set()
    for end in range(len(raw) - 1, 0, -1):
        with pytest.raises(StatementUnusableError) as refused:
            read(PaymentChannel.NPSP, raw[:end])
        faults.add(refused.value.fault)

    assert faults >= {FileFault.BASE64, FileFault.TOTALS_MISSING}


def test_given_a_file_of_another_day_when_it_is_read_then_it_is_refused_as_a_whole() -> None:
    yesterday = [an_entry(booked_at=NOON - timedelta(days=1))]

    with pytest.raises(StatementUnusableError) as refused:
        read(PaymentChannel.VNPAY, written(PaymentChannel.VNPAY, yesterday))

    assert refused.value.fault is FileFault.OTHER_DAY


def _changed(cell: str, to: str) -> Damage:
    return lambda text: text.replace(cell, to)


ROWS: Final[dict[str, tuple[PaymentChannel, Damage, RowFault]]] = {
    "a formula": (PaymentChannel.NPSP, _changed("970436", "=HYPERLINK(1)"), RowFault.FORMULA),
    "a command": (PaymentChannel.VNPAY, _changed("NCB", "@SUM(A1)"), RowFault.FORMULA),
    "plus": (PaymentChannel.MOMO, _changed(",qr,", ",+cmd|' /C calc'!A0,"), RowFault.FORMULA),
    "money that left": (PaymentChannel.NPSP, _changed("|62000|", "|-62000|"), RowFault.DEBIT),
    "hundredths that left": (PaymentChannel.VNPAY, _changed("6200000", "-6200000"), RowFault.DEBIT),
    "no number": (PaymentChannel.NPSP, _changed("|62000|", "|62.000|"), RowFault.AMOUNT),
    "nothing": (PaymentChannel.NPSP, _changed("|62000|", "|0|"), RowFault.AMOUNT),
    "exponent": (PaymentChannel.MOMO, _changed(",62000,", ",6e4,"), RowFault.AMOUNT),
    "too much": (PaymentChannel.MOMO, _changed(",62000,", f",{10**15},"), RowFault.AMOUNT),
    "half a dong": (PaymentChannel.VNPAY, _changed("6200000", "6200050"), RowFault.AMOUNT),
    "other money": (PaymentChannel.NPSP, _changed("|VND|", "|USD|"), RowFault.CURRENCY),
    "twelve o'clock": (PaymentChannel.NPSP, _changed("20261128120007", "20261128250007"),
                       RowFault.TIME),
    "no instant": (PaymentChannel.VIETQR, _changed("+07:00", ""), RowFault.TIME),
    "a failure": (PaymentChannel.NPSP, _changed("|00\n", "|99\n"), RowFault.STATUS),
    "another day": (PaymentChannel.NPSP, _changed("20261128120007", "20261127120007"),
                    RowFault.OTHER_DAY),
    "no reference": (PaymentChannel.NPSP, _changed("GD261128000000007", ""), RowFault.REFERENCE),
    "an unseen sign": (PaymentChannel.NPSP, _changed("LP0000000007", "LP\u202e0007"),
                       RowFault.CONTROL),
    "a cell too many": (PaymentChannel.NPSP, _changed("|970436|", "|970436||"), RowFault.CELLS),
    "a sign in Base64's text": (PaymentChannel.NPSP, _changed("970436", "97|0436"),
                                RowFault.CELLS),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_given_a_bad_row_when_the_file_is_read_then_it_alone_is_set_apart_with_its_reason(
    name: str,
) -> None:
    channel, damage, fault = ROWS[name]
    good, bad = an_entry(8, amount_vnd=11_000), an_entry(7)
    lines = plain_of(channel, written(channel, [good, bad])).splitlines(keepends=True)
    spoiled = damage(lines[2].replace("\r\n", "\n"))
    assert isinstance(spoiled, str)
    assert spoiled != lines[2].replace("\r\n", "\n"), "the damage hits"

    result = read(channel, raw_of(channel, "".join([*lines[:2], spoiled, lines[3]])))

    assert [(line.channel_reference, line.amount_vnd) for line in result.lines] == [
        told(channel, good)
    ]
    (kept,) = result.kept
    assert (kept.fault, kept.line_no) == (fault, 2)
    assert kept.debit_vnd == (62_000 if fault is RowFault.DEBIT else None)
    assert kept.raw.split("|")[0] in spoiled


@pytest.mark.parametrize("content", ["=1+1", "+84 ck", "-", "@a", 'a,"b"\nc', "ck LP\u202e"])
def test_given_payers_words_like_a_formula_when_the_statement_is_read_then_they_are_only_words(
    content: str,
) -> None:
    raw = written(PaymentChannel.VIETQR, [an_entry(description=content)])

    result = read(PaymentChannel.VIETQR, raw)

    assert len(result.lines) == 1
    assert not hasattr(result.lines[0], "content"), "words go nowhere"


@pytest.mark.parametrize("channel", CHANNELS)
def test_given_planted_differences_when_the_file_is_read_then_only_the_malformed_row_is_set_apart(
    channel: PaymentChannel,
) -> None:
    found = [an_entry(number) for number in range(1, 7)]
    spoils = [Planted(k, e.payment_id) for k, e in zip(Spoil, found, strict=False)]

    result = read(channel, written(channel, found, *spoils))

    assert len(result.lines) == 6, "1 missing, 1 extra, 1 malformed, 1 double of 6"
    (kept,) = result.kept
    assert kept.fault is RowFault.AMOUNT
    assert kept.channel_reference == told(channel, found[3])[0]


def test_given_a_reference_no_fact_can_carry_when_it_is_read_then_its_sha_is_the_name() -> None:
    entry = Entry(**{**vars(an_entry()), "transaction_code": "FT 261/7"})

    (line,) = read(PaymentChannel.VIETQR, written(PaymentChannel.VIETQR, [entry])).lines

    assert line.channel_reference == channel_reference("FT 261/7")
