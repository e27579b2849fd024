"""Bank transfers by VietQR: the QR is ours, the bank's feed tells what came."""
