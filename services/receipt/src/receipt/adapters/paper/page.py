"""What the paper of a receipt is made of: template, style sheet, QR as a bitmap."""

import base64
import io
from functools import cache
from importlib.resources import files
from pathlib import Path

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage


def template_of(template_version: int) -> str:
    """Return the name of a template's version."""
    return f"paper/receipt_v{template_version}.html"


@cache
def style_of(template_version: int) -> str:
    """Return the style sheet of a template's version."""
    sheet = Path(str(files("receipt"))) / f"templates/paper/receipt_v{template_version}.css"
    return sheet.read_text(encoding="utf-8")


def qr_picture(content: str) -> str:
    """Return a QR of ``content`` as a ``data:`` URL of a PNG; equal content, equal picture."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=8, border=0)
    code.add_data(content)
    picture = code.make_image(image_factory=PilImage, fill_color="#14212b", back_color="white")
    picture.save(stored := io.BytesIO(), format="PNG")
    return f"data:image/png;base64,{base64.b64encode(stored.getvalue()).decode()}"
