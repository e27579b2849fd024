"""MoMo as its merchants meet it."""
