"""The JSON door: facts and file of one receipt for its holder, the public check."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from receipt.adapters.file_store.answers import FileKind, file_answer
from receipt.adapters.file_store.chosen import store_of
from receipt.adapters.uploads.door import TAKES_A_FILE, check_file, handed_in
from receipt.adapters.uploads.reader import FileReader
from receipt.schemas import (
    FileAsked,
    FileInTheMaking,
    PlaceAsked,
    ReceiptAnswer,
    Verification,
    answer_of,
    place_asked,
    verification_of,
)
from receipt.settings import Settings
from receipt.use_cases import look_up, verify
from shared.clock import utc_now
from shared.links import Purpose, read_token
from shared.web.identity import public
from shared.web.limits import count_look_up, count_miss
from shared.web.request import Transaction, database_of, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

RETRY_AFTER_SECONDS: Final = 2

_ASKED: Final = {
    "required": True,
    "content": {
        "application/json": {"schema": PlaceAsked.model_json_schema()},
        "multipart/form-data": {"schema": FileAsked.model_json_schema()},
    },
}
"""A place or a file; one address takes both, so the route reads its body itself."""

router = APIRouter(prefix="/api/receipt/v1", tags=["receipts"])


@router.get("/receipts/{token}", dependencies=[public()])
async def read_receipt(session: Transaction, settings: Configured, token: str) -> ReceiptAnswer:
    """Return the facts of the receipt that an ``r`` token opens."""
    receipt_id = read_token(settings.link_key.get_secret_value(), Purpose.RECEIPT, token)
    receipt = await look_up.show_receipt(session, receipt_id)
    return answer_of(receipt, pdf_url=f"{settings.public_url}/api/receipt/v1/receipts/{token}/pdf")


@router.get(
    "/receipts/{token}/pdf",
    dependencies=[public()],
    response_model=None,
    responses={
        200: {"content": {"application/pdf": {}}},
        202: {"model": FileInTheMaking, "description": "Being made; see Retry-After"},
    },
)
async def read_pdf(session: Transaction, settings: Configured, token: str) -> Response:
    """Return the PDF of the receipt that an ``r`` token opens; 202 while it is being made.

    Whoever asks moves the file to the front of those that are to be made.
    """
    return await _file(session, settings, token, "pdf")


@router.get(
    "/receipts/{token}/xml",
    dependencies=[public()],
    response_model=None,
    responses={
        200: {"content": {"application/xml": {}}},
        202: {"model": FileInTheMaking, "description": "Being made; see Retry-After"},
    },
)
async def read_xml(session: Transaction, settings: Configured, token: str) -> Response:
    """Return the signed XML of the receipt that an ``r`` token opens; 202 while it is being made.

    Receipts of the first template have none: 404.
    """
    return await _file(session, settings, token, "xml")


def verifications_router(reader: FileReader) -> APIRouter:
    """Return the public check for machines; ``reader`` reads the files that are handed in."""
    checks = APIRouter(prefix="/api/receipt/v1", tags=["receipts"])

    @checks.post(
        "/verifications",
        dependencies=[public(), TAKES_A_FILE],
        openapi_extra={"requestBody": _ASKED},
    )
    async def verify_receipt(request: Request, settings: Configured) -> Verification:
        """Tell whether a receipt is ours, by its place or by its file; no personal data."""
        await count_look_up(request)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            content = await handed_in(request, "file")
            store = store_of(settings)
            checked = await check_file(request, reader, store, content)
        else:
            place = place_asked(await _place(request))
            async with database_of(request).transaction() as session:
                checked = await verify.verify_place(session, place)
        if checked.receipt is None:
            await count_miss(request, "api")
        return verification_of(checked)

    return checks


async def _place(request: Request) -> PlaceAsked:
    try:
        return PlaceAsked.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(
            error.errors(include_url=False, include_input=False)
        ) from error


async def _file(session: AsyncSession, settings: Settings, token: str, kind: FileKind) -> Response:
    receipt_id = read_token(settings.link_key.get_secret_value(), Purpose.RECEIPT, token)
    receipt = await look_up.ask_for_file(session, receipt_id, now=utc_now())
    if receipt.file.is_stored:
        return await file_answer(store_of(settings), receipt, kind)
    waiting = FileInTheMaking(file_status=receipt.file.status)
    return Response(
        waiting.model_dump_json(),
        status_code=status.HTTP_202_ACCEPTED,
        media_type="application/json",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
