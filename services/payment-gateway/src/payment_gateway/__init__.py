"""Payables (khoản phải thu), attempts, and the money received."""
