"""The twelve procedures of the demonstration and the fees that their dossiers owe."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Fee:
    """One fee line; the tuples are what a dossier may carry, one is drawn."""

    code: str
    kind: str
    """``phi`` or ``le_phi``."""
    variants: tuple[str | None, ...] = (None,)
    groups: tuple[str | None, ...] = (None,)
    most_copies: int = 1
    most_pages: int = 1


@dataclass(frozen=True)
class Procedure:
    """One administrative procedure (thủ tục hành chính)."""

    code: str
    name: str
    field: str
    timing: str
    """HinhThucThu: ``thu_truoc``, ``thu_sau`` or ``mien_phi``."""
    fees: tuple[Fee, ...]
    days: int
    """Until the result is due."""
    unit_vnd: int | None = None
    """Per copy, where the demonstration lets the province have collected it already (DaNop)."""


_EXTRACT: Final = Fee("PHI-TRICHLUC-HOTICH", "phi", most_copies=4)

CERTIFIED_COPY: Final = Procedure(
    "2.000815", "Chứng thực bản sao từ bản chính", "Chứng thực", "thu_sau",
    (Fee("PHI-CHUNGTHUC-BS", "phi", most_copies=4, most_pages=60),), days=1,
)  # fmt: skip
SIGNATURE: Final = Procedure(
    "2.000884", "Chứng thực chữ ký", "Chứng thực", "thu_sau",
    (Fee("PHI-CHUNGTHUC-CK", "phi", most_copies=3),), days=1, unit_vnd=10_000,
)  # fmt: skip
FREE_COPY: Final = Procedure(
    "2.000908", "Cấp bản sao từ sổ gốc", "Chứng thực", "mien_phi",
    (Fee("PHI-SAO-SOGOC", "phi", most_copies=3),), days=1,
)  # fmt: skip
CORRECTION: Final = Procedure(
    "1.004859", "Thay đổi, cải chính hộ tịch", "Hộ tịch", "thu_truoc",
    (Fee("LP-HOTICH-CAICHINH", "le_phi", groups=(None, None, None, "HO_NGHEO")), _EXTRACT), days=3,
)  # fmt: skip
SINGLE_STATUS: Final = Procedure(
    "1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", "Hộ tịch", "thu_truoc",
    (Fee("LP-HOTICH-XNHN", "le_phi"),), days=3,
)  # fmt: skip
POLICE_RECORD: Final = Procedure(
    "2.000488", "Cấp Phiếu lý lịch tư pháp", "Lý lịch tư pháp", "thu_truoc",
    (Fee("PHI-LYLICH-TUPHAP", "phi", groups=(None, None, "HSSV"), most_copies=4),), days=10,
)  # fmt: skip

PROCEDURES: Final = (
    CERTIFIED_COPY,
    SIGNATURE,
    FREE_COPY,
    CORRECTION,
    SINGLE_STATUS,
    POLICE_RECORD,
    Procedure(
        "2.001035", "Chứng thực hợp đồng, giao dịch", "Chứng thực", "thu_sau",
        (Fee("PHI-CHUNGTHUC-HDGD", "phi", variants=(None, None, None, "THE_CHAP_NNNT")),), days=2,
    ),
    Procedure(
        "1.001193", "Đăng ký khai sinh", "Hộ tịch", "thu_truoc",
        (
            Fee(
                "LP-HOTICH-KHAISINH", "le_phi", variants=("DUNG_HAN", "DUNG_HAN", "QUA_HAN"),
                groups=(None, None, "HO_NGHEO"),
            ),
            _EXTRACT,
        ), days=1,
    ),
    Procedure(
        "1.002809", "Đổi giấy phép lái xe", "Sát hạch, cấp giấy phép lái xe", "thu_truoc",
        (Fee("LP-GPLX", "le_phi"),), days=5,
    ),
    Procedure(
        "1.001612", "Đăng ký thành lập hộ kinh doanh",
        "Thành lập và hoạt động của hộ kinh doanh", "thu_truoc",
        (Fee("LP-DKKD-HOKD", "le_phi"),), days=3,
    ),
    Procedure(
        "1.009994", "Cấp giấy phép xây dựng mới", "Hoạt động xây dựng", "thu_sau",
        (Fee("LP-GPXD", "le_phi", variants=("DO_THI", "NONG_THON")),), days=15,
    ),
    Procedure(
        "1.012784", "Tách thửa, hợp thửa đất", "Đất đai", "thu_sau",
        (Fee("LP-GCN", "le_phi"),), days=12,
    ),
)  # fmt: skip
"""Each agency receives all of them; names and fee codes are those of the tariffs' data file."""
