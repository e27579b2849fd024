"""The counterpart of payment-gateway: a bank that speaks the real protocols, with faults on demand."""
