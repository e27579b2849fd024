"""What staff call the channels that money comes by."""

from typing import Final

from shared.contracts.parts import PaymentChannel
from shared.web.language import mark

CHANNELS: Final = {
    PaymentChannel.NPSP: mark("Nền tảng thanh toán"),
    PaymentChannel.VNPAY: mark("VNPAY"),
    PaymentChannel.MOMO: mark("MoMo"),
    PaymentChannel.ZALOPAY: mark("ZaloPay"),
    PaymentChannel.VIETQR: mark("Chuyển khoản VietQR"),
    PaymentChannel.CASH: mark("Tiền mặt"),
}
