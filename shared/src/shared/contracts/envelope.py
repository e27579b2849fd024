"""The envelope of every fact: CloudEvents 1.0, structured JSON (contracts/events.md)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SerializeAsAny

CODE_PATTERN: Final = r"^[A-Za-z0-9._/-]{1,64}$"

Code = Annotated[str, Field(pattern=CODE_PATTERN)]
"""A code or an identifier of the domain: no spaces, no free text."""


@dataclass(frozen=True)
class Cause:
    """Why something happens; it enters at a door and is handed down to every fact.

    ``correlation_id`` lives from the first message of a journey to the last; ``causation_id`` is
    the event or request that caused this step.
    """

    correlation_id: UUID
    causation_id: UUID


class Part(BaseModel):
    """A value inside a fact: frozen; fields added by a later version are ignored by a reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """A fact that happened; subclasses say who says it, how often, and who hears it."""

    type: ClassVar[str]
    """Name and version, for example ``vn.lephi.PaymentSettled.v1``."""
    topic: ClassVar[str]
    source: ClassVar[str]

    @property
    def subject(self) -> str:
        """Return what the fact is about; also the Kafka key."""
        raise NotImplementedError


class DossierFact(Event):
    """A fact about one dossier; its code is subject and key."""

    dossier_code: Code

    @property
    def subject(self) -> str:
        """Return the dossier's code."""
        return self.dossier_code


E_co = TypeVar("E_co", bound=Event, covariant=True)


class Head(BaseModel):
    """What an envelope says of its fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    correlationid: UUID
    causationid: UUID
    agency: str
    sequence: int
    partitionkey: str


class Envelope(Head, Generic[E_co]):
    """One fact as it travels: the same bytes in the outbox, on Kafka and in the archive."""

    data: SerializeAsAny[E_co]

    @property
    def cause(self) -> Cause:
        """Return the cause of what a reader does because of this fact."""
        return Cause(correlation_id=self.correlationid, causation_id=self.id)


@cache
def _reader(event: type[Event]) -> type[Envelope[Any]]:
    return Envelope[event]  # type: ignore[valid-type]  # made at run time, once per class


def envelope_of(event: type[E_co]) -> type[Envelope[E_co]]:
    """Return the envelope that carries facts of class ``event``."""
    return _reader(event)


def schema_address(event_type: str) -> str:
    """Return where the JSON Schema of ``event_type`` is published."""
    return f"/api/ops/schemas/{event_type}.json"


def data_json(fact: Event) -> str:
    """Return the JSON of ``fact`` itself, as its envelope holds it."""
    return fact.model_dump_json(exclude_none=True)


def envelope_bytes(fact: Event, said: "Said") -> bytes:
    """Return the bytes of ``fact``; they are never made a second time."""
    head, tail = envelope_parts(fact, said, data_json(fact))
    return (head + tail).encode()


def envelope_parts(fact: Event, said: "Said", data: str) -> tuple[str, str]:
    """Return the same as text in two parts: what is said of ``fact``, and the rest from ``data``.

    ``data`` is ``data_json(fact)``: whoever stores that too makes it once.
    """
    head = Head(
        id=said.id, source=said.source, type=fact.type, subject=fact.subject, time=said.time,
        dataschema=schema_address(fact.type), correlationid=said.cause.correlation_id,
        causationid=said.cause.causation_id, agency=said.agency, sequence=said.sequence,
        partitionkey=fact.subject,
    )  # fmt: skip
    return head.model_dump_json().removesuffix("}"), f',"data":{data}}}'


@dataclass(frozen=True)
class Said:
    """The circumstances under which a fact is said."""

    id: UUID
    source: str
    time: datetime
    cause: Cause
    agency: str
    sequence: int
