"""What the paper of a notice of error is made of."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

NOTICE_TEMPLATE: Final = "paper/notice_v1.html"


@cache
def notice_style() -> str:
    """Return the style sheet of a notice."""
    sheet = Path(str(files("receipt"))) / "templates/paper/notice_v1.css"
    return sheet.read_text(encoding="utf-8")
