"""Payables, attempts, money: their states, values and rules. Pure."""
