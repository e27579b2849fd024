"""What a reception slip is made of beside its words: the style sheet, the barcode, the QR."""

import base64
import io
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import qrcode
from barcode.codex import Code128
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage

from shared.days import in_vietnam

_QUIET_MODULES: Final = 10
"""White beside a CODE128 (ISO/IEC 15417)."""
_PIXELS: Final = 4
"""Width of the narrowest bar."""


@cache
def slip_style() -> str:
    """Return the style sheet of the slip."""
    sheet = Path(str(files("dossier"))) / "templates/paper/slip.css"
    return sheet.read_text(encoding="utf-8")


def barcode_picture(content: str) -> str:
    """Return the CODE128 of ``content`` as a ``data:`` URL of a PNG of one line."""
    bars = Code128(content).build()[0]
    quiet = "0" * _QUIET_MODULES
    line = [0 if module == "1" else 255 for module in f"{quiet}{bars}{quiet}"]
    picture = Image.new("L", (len(line), 1))
    picture.putdata(line)
    return _data_url(picture.resize((len(line) * _PIXELS, _PIXELS), Image.Resampling.NEAREST))


def qr_picture(content: str) -> str:
    """Return the QR of ``content`` as a ``data:`` URL of a PNG; equal content, equal picture."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=8, border=0)
    code.add_data(content)
    return _data_url(code.make_image(image_factory=PilImage).get_image())


def day_on_paper(at: datetime) -> str:
    """Return the day of ``at`` in Vietnam, as papers are dated."""
    return f"{in_vietnam(at):Ngày %d tháng %m năm %Y}"


def instant_on_paper(at: datetime) -> str:
    """Return ``at`` as the form asks for hour, minute and day."""
    return f"{in_vietnam(at):%H giờ %M phút, ngày %d/%m/%Y}"


def _data_url(picture: Image.Image) -> str:
    picture.save(stored := io.BytesIO(), format="PNG")
    return f"data:image/png;base64,{base64.b64encode(stored.getvalue()).decode()}"
