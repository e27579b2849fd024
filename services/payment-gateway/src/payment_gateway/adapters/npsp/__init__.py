"""The national payment platform (Nền tảng thanh toán trực tuyến), protocol 1.0.6."""
