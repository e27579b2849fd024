"""A page that shows a service's OpenAPI document; no script, nothing from elsewhere."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from shared.web.identity import public
from shared.web.pages import render


def docs_router(service: str) -> APIRouter:
    """Return the door ``/api/<service>/docs``."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"/api/{service}/docs", dependencies=[public()])
    async def show_docs(request: Request) -> HTMLResponse:
        """Show every address, what it does and what it takes."""
        document = request.app.openapi()
        return render(
            request,
            "shared/api_docs.html",
            heading=document["info"]["title"],
            operations=_operations(document),
            document_url=f"/api/{service}/openapi.json",
        )

    return router


def _operations(document: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
        }
        for path, methods in document.get("paths", {}).items()
        for method, operation in methods.items()
    ]
