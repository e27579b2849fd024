"""ZaloPay as its merchants meet it."""
