"""VNPAY as its merchants meet it."""
