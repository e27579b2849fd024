"""The HTML door: Thanh toán trực tuyến, the payer's phone, the counter, Thu tiền."""
