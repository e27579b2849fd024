"""VNPAY 2.1.0: a signed address for the payer, IPN by GET, querydr."""
