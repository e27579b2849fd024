"""MoMo v2: captureWallet, IPN by POST, query."""
