"""What the tax authority's codes mean, and what an accountant does about them."""

from collections.abc import Mapping
from typing import Final

from receipt.domain.daily_tables import LineState
from shared.web.pages import translate

LINES: Final[Mapping[str, str]] = {
    LineState.NEW.value: "Mới",
    LineState.REPLACES.value: "Thay thế",
    LineState.REPLACED.value: "Bị thay thế",
    LineState.EXPLAINED.value: "Giải trình",
}
_CODES: Final[Mapping[str, str]] = {
    "THIEU_GIAI_TRINH": "Cần giải trình: ghi giải trình cho dòng này rồi lập lại.",
    "TRUNG_SO": "Số này đã được báo trước đó. Đối chiếu với bảng đã nhận, rồi báo đội vận hành.",
    "CHUA_CO_SO": "Sửa một số chưa được báo lần đầu. Chờ bảng trước được nhận, rồi gửi lại.",
    "SAI_NGAY": "Ngày lập không thuộc kỳ của bảng. Báo đội vận hành.",
    "SAI_LAN": "Sai thứ tự lần bổ sung. Chờ lần trước được nhận, rồi gửi lại.",
    "SAI_STT": "Số thứ tự dòng không liên tục. Báo đội vận hành.",
    "SAI_SO_DONG": "Số dòng ghi trên bảng khác số dòng có thật. Báo đội vận hành.",
    "SAI_TONG_TIEN": "Tổng tiền khác tổng các dòng. Báo đội vận hành.",
    "SAI_TO_CHUC_THU": "Tên hoặc mã số thuế đơn vị thu sai: sửa danh mục cơ quan, rồi lập lại.",
    "DA_NHAN_BAN_CU": "Bản trước đã được nhận rồi. Báo đội vận hành.",
    "SAI_CHU_KY": "Chữ ký số không được chấp nhận. Kiểm tra chứng thư số; lần thử sau ký lại.",
    "SAI_CHUNG_THU": "Chứng thư số không phải của đơn vị thu này. Kiểm tra khai báo chứng thư số.",
    "CHUNG_THU_HET_HAN": "Chứng thư số đã hết hạn. Khai báo chứng thư số mới; lần thử sau ký lại.",
    "THU_NGHIEM": "Cơ quan thuế thử nghiệm từ chối theo công tắc thử.",
    "khong-ro": "Cơ quan thuế không nêu lý do. Liên hệ cơ quan thuế.",
}


def refusal_words(code: str) -> str:
    """Return what a code of a refusal means, with the code; a strange code stands by itself."""
    words = _CODES.get(code)
    return f"{translate(words)} ({code})" if words else code
