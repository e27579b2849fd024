"""QR pictures of links that a phone's camera opens. Pure."""

import io
from functools import lru_cache
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

_QUIET_ZONE: Final = 4
"""Modules of white around the code (ISO/IEC 18004)."""
_PANEL: Final = 1
"""The page's panel is white around it already."""
_PIXELS: Final = 8


@lru_cache(maxsize=2048)
def qr_svg(text: str) -> bytes:
    """Return the QR of ``text`` as an SVG picture."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_PANEL)
    code.add_data(text)
    stream = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(stream)
    return stream.getvalue()


@lru_cache(maxsize=512)
def qr_png(text: str) -> bytes:
    """Return the QR of ``text`` as a PNG picture, eight pixels a module."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE, box_size=_PIXELS)
    code.add_data(text)
    stream = io.BytesIO()
    code.make_image(image_factory=PilImage).save(stream, format="PNG")
    return stream.getvalue()
