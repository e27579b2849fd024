"""The JSON door of ops: the contracts for all, timelines and proof for operators."""

from functools import cache
from typing import Any, Final
from uuid import UUID

import yaml
from fastapi import APIRouter, Response

from ops import use_cases
from ops.domain.errors import EventNotFoundError, SchemaNotFoundError
from ops.schemas import ParkedMessages, ProofBody, TimelineBody
from shared.clock import utc_now
from shared.contracts.asyncapi import asyncapi_document, schema_of
from shared.dossier_code import parse_dossier_code
from shared.web.identity import Role, SignedIn, allow, public
from shared.web.request import Transaction

router: Final = APIRouter(tags=["ops"])

_READERS: Final = (Role.OPERATOR, Role.AUDITOR)


@cache
def _asyncapi_yaml() -> str:
    text: str = yaml.safe_dump(asyncapi_document(), allow_unicode=True, sort_keys=False, width=100)
    return text


@router.get("/api/ops/asyncapi.yaml", dependencies=[public()])
async def read_asyncapi() -> Response:
    """Describe every stream and every event (AsyncAPI 3.0)."""
    return Response(_asyncapi_yaml(), media_type="application/yaml")


@router.get("/api/ops/schemas/{event_type}.json", dependencies=[public()])
async def read_schema(event_type: str) -> dict[str, Any]:
    """Describe the data of one event version (JSON Schema)."""
    schema = schema_of(event_type)
    if schema is None:
        raise SchemaNotFoundError("no such event type")
    return schema


@router.get("/api/ops/v1/timelines/{dossier_code}", dependencies=[allow(*_READERS)])
async def read_timeline(session: Transaction, dossier_code: str) -> TimelineBody:
    """Tell everything that happened to a dossier, and what has not happened yet."""
    code = parse_dossier_code(dossier_code)
    return TimelineBody.of(await use_cases.show_timeline(session, code))


@router.get("/api/ops/v1/events/{event_id}", dependencies=[allow(*_READERS)])
async def read_event(session: Transaction, event_id: UUID) -> Response:
    """Give an archived event, byte for byte as it was said."""
    body = await use_cases.show_event(session, event_id)
    if body is None:
        raise EventNotFoundError(event_id)
    return Response(body, media_type="application/cloudevents+json")


@router.get("/api/ops/v1/parked-messages", dependencies=[allow(*_READERS)])
async def read_parked(session: Transaction) -> ParkedMessages:
    """List what is parked in any service; bodies are read at the owner."""
    return ParkedMessages.of(await use_cases.list_parked(session))


@router.get("/api/ops/v1/proof", dependencies=[allow(*_READERS)])
async def read_proof(session: Transaction) -> ProofBody:
    """Tell what the last proof found."""
    return ProofBody.of(await use_cases.show_proof(session))


@router.post("/api/ops/v1/proof", status_code=202, dependencies=[allow(Role.OPERATOR)])
async def ask_for_proof(session: Transaction, user: SignedIn) -> ProofBody:
    """Have the proof run; asking while it runs changes nothing."""
    await use_cases.ask_for_proof(session, by=user.subject, now=utc_now())
    return ProofBody.of(await use_cases.show_proof(session))
