"""The words of *Đối soát*: kinds of difference, the acts that settle them, what files get wrong."""

from typing import Final

from payment_gateway.domain.reconciling import Act
from payment_gateway.domain.statements import FileFault, RowFault
from shared.contracts.money import DifferenceKind

KINDS: Final = {
    DifferenceKind.SHORT: "Thiếu",
    DifferenceKind.OVER: "Thừa",
    DifferenceKind.DUPLICATE: "Trả hai lần",
    DifferenceKind.LATE: "Đến muộn",
    DifferenceKind.UNKNOWN: "Không rõ của khoản nào",
    DifferenceKind.HERE_NOT_THERE: "Bên ta có, bên kia không",
    DifferenceKind.THERE_NOT_HERE: "Bên kia có, bên ta không",
}
ACTS: Final = {
    Act.ASK_FOR_REST: "Giữ lại, yêu cầu nộp phần còn thiếu",
    Act.REFUND: "Hoàn trả phần không dùng đến, người thứ hai duyệt",
    Act.MATCH: "Gán vào đúng hồ sơ, người thứ hai duyệt",
    Act.ASK_CHANNEL: "Hỏi lại kênh thanh toán; có tiền thì tự ghi nhận",
    Act.RECORD: "Ghi nhận là tiền chưa gán, rồi gán hoặc hoàn trả",
    Act.LOCK: "Tạm dừng trả kết quả, hỏi kênh thanh toán ngay",
    Act.QUESTION_DEBIT: "Tiền ra không khớp khoản hoàn trả nào của ta: hỏi kênh thanh toán ngay",
    Act.QUESTION_FILE: "Hỏi kênh thanh toán về dòng này; tệp sửa sẽ thay tệp cũ",
}
FILE_FAULTS: Final = {
    FileFault.TOO_LARGE: "Tệp quá lớn",
    FileFault.ENCODING: "Chữ trong tệp không phải UTF-8",
    FileFault.BASE64: "Tệp Base64 bị hỏng hoặc bị cắt",
    FileFault.BROKEN: "Không đọc được thành bảng",
    FileFault.HEAD: "Các cột không phải của kênh này",
    FileFault.TOO_MANY_LINES: "Quá nhiều dòng",
    FileFault.TOTALS_MISSING: "Thiếu dòng tổng: tệp bị cắt",
    FileFault.TOTALS_DIFFER: "Dòng tổng không khớp các dòng",
    FileFault.OTHER_DAY: "Tệp của ngày khác",
}
ROW_FAULTS: Final = {
    RowFault.CELLS: "Sai số ô",
    RowFault.FORMULA: "Ô bắt đầu như công thức",
    RowFault.CONTROL: "Có ký tự không nhìn thấy",
    RowFault.REFERENCE: "Thiếu mã giao dịch",
    RowFault.AMOUNT: "Số tiền không đọc được",
    RowFault.DEBIT: "Tiền ra",
    RowFault.CURRENCY: "Không phải VND",
    RowFault.TIME: "Thời gian không đọc được",
    RowFault.OTHER_DAY: "Của ngày khác",
    RowFault.STATUS: "Không phải giao dịch thành công",
}
