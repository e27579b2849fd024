"""What the desk's papers are made of beside their words: the style sheet, the QR. Pure."""

import base64
from functools import cache
from importlib.resources import files
from pathlib import Path

from payment_gateway.adapters.qr import qr_png


@cache
def paper_style() -> str:
    """Return the style sheet of all papers."""
    sheet = Path(str(files("payment_gateway"))) / "templates/paper/paper.css"
    return sheet.read_text(encoding="utf-8")


def qr_picture(content: str) -> str:
    """Return the QR of ``content`` as a ``data:`` URL of a PNG; equal content, equal picture."""
    return f"data:image/png;base64,{base64.b64encode(qr_png(content)).decode()}"
