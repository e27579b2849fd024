"""Bank transfers: the QR as a bank's app reads it, and the feed that tells of them."""
