"""QR codes read back from pictures."""

import io

import pypdfium2
import zxingcpp
from PIL import Image


def decoded(png: bytes) -> str:
    """Return the text of the one code in the picture ``png``."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1, f"{len(found)} codes in the picture"
    return str(found[0].text)


def first_page(pdf: bytes) -> bytes:
    """Return the first page of ``pdf`` as a PNG picture of 200 dots per inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = io.BytesIO()
        document[0].render(scale=200 / 72).to_pil().save(picture, format="PNG")
        return picture.getvalue()
    finally:
        document.close()
