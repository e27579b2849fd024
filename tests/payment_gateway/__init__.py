"""Tests of payment-gateway, room by room."""
