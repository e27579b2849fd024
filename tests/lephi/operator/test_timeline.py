"""A journey read back from facts."""

from datetime import UTC, datetime, timedelta

from lephi.operator.streams import Said
from lephi.operator.timeline import HEADINGS, details, moments, rows

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def said(name: str, after_ms: int, *, cause: str = "outside", **data: object) -> Said:
    at = START + timedelta(milliseconds=after_ms)
    return Said(
        topic="lephi.payment",
        partition=3,
        offset=after_ms,
        stored_at=at + timedelta(milliseconds=4),
        event={
            "id": name, "type": f"vn.lephi.{name}.v1", "time": at.isoformat(), "sequence": 1,
            "subject": "H34.10-261124-0007", "causationid": cause, "data": data,
        },
    )  # fmt: skip


def test_given_a_chain_of_facts_when_timed_then_every_hop_is_measured() -> None:
    facts = [said("PaymentSettled", 0), said("ReceiptIssued", 35, cause="PaymentSettled")]
    heard = {"PaymentSettled": START + timedelta(milliseconds=20)}

    first, second = moments(facts, heard)

    assert first.as_document()["to_reader_ms"] == 20
    assert first.as_document()["since_cause_ms"] is None
    assert second.as_document()["since_start_ms"] == 35
    assert second.as_document()["since_cause_ms"] == 35
    assert second.as_document()["to_stream_ms"] == 4
    assert second.as_document()["to_reader_ms"] is None


def test_given_a_record_time_rounded_down_when_timed_then_no_hop_is_negative() -> None:
    fact = said("FeeAssessed", 0)
    early = Said(fact.topic, 3, 1, START - timedelta(milliseconds=1), fact.event)

    (moment,) = moments([early], {})

    assert moment.as_document()["to_stream_ms"] == 0


def test_given_no_facts_when_timed_then_there_is_no_journey() -> None:
    assert moments([], {}) == []


def test_given_a_journey_when_shown_then_each_line_fits_the_headings() -> None:
    (line,) = rows(moments([said("FeeAssessed", 0, total_vnd=62_000)], {}))

    assert len(line) == len(HEADINGS)
    assert line[0] == "10:00:00.000"
    assert line[-3:] == ("payment", "FeeAssessed", "62.000 ₫")


def test_given_a_receipt_when_described_then_its_symbols_and_number_stand_together() -> None:
    data = {"total_vnd": 1_000, "form_symbol": "EBL01", "serial_symbol": "26TAA", "number": 7}

    assert details(data) == "1.000 ₫ · EBL01 26TAA 7"
